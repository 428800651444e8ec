"""Corrections and revocations of qualifications, and what they do to registrations and
applications (Q14, Q46)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from zhiye_contracts import purposes
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.tables import registration


async def registrations(world):
    async with world.kit.database.reading() as connection:
        return (await connection.execute(select(registration).order_by(registration.c.id))).all()


async def history(world):
    table = registration_history
    async with world.kit.database.reading() as connection:
        return (await connection.execute(select(table).order_by(table.c.id))).all()


async def corrected(world, serial, version=2, to=None, **changes):
    """The qualification Q of a person after a decision; ``to`` is another ID number's serial."""
    number = world.id_number(to or serial)
    former = world.kit.person_key(world.id_number(serial)) if to else None
    fields = sorted({*changes, *(("id_number",) if to else ())} - {"in_force"})
    await world.tell(
        world.nurse_event(
            number,
            aggregate_id="Q",
            version=version,
            corrected=fields,
            former_person_key=former,
            **changes,
        )
    )


async def test_a_registration_shows_the_corrected_name(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.registered(nurse)
    await corrected(world, 2, name="王芬")
    (row,) = await registrations(world)
    assert (row.name, row.version) == ("王芬", 2)
    assert [entry.change for entry in await history(world)] == ["nurse-first", "identity-corrected"]
    told = (await world.events("registration-changed"))[-1]
    assert (told["name"], told["version"]) == ("王芬", 2)
    await corrected(world, 2, version=3, name="王芬", in_force=False)
    assert (await registrations(world))[0].version == 2


async def test_what_a_registration_has_from_elsewhere_stays(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.registered(nurse)
    async with world.kit.database.transaction() as tx:
        await tx.execute(registration.update().values(name="王昉"))
    await corrected(world, 2, name="王芬", birth_date=date(2002, 3, 6))
    (row,) = await registrations(world)
    assert (row.name, row.birth_date) == ("王昉", date(2002, 3, 6))


async def test_a_newer_record_of_the_exam_centre_changes_no_registration(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.registered(nurse)
    await world.tell(
        world.nurse_event(world.id_number(2), aggregate_id="Q", version=2, name="王芬")
    )
    (row,) = await registrations(world)
    assert (row.name, row.version) == ("王芳", 1)


async def test_an_older_decision_that_comes_late_changes_nothing(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.registered(nurse)
    await corrected(world, 2, version=3, name="王芬")
    await corrected(world, 2, version=2, name="王昉")
    (row,) = await registrations(world)
    assert (row.name, row.version) == ("王芬", 2)


async def test_a_registration_moves_with_the_corrected_id_number(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.registered(nurse)
    await corrected(world, 2, to=4)
    (row,) = await registrations(world)
    assert row.person_key == world.kit.person_key(world.id_number(4))
    cipher = world.kit.settings.cipher
    assert cipher.open(row.sealed_id_number, purposes.ID_NUMBER) == world.id_number(4)


async def test_whoever_has_a_qualification_of_their_own_keeps_their_registration(world):
    """A record was fed under the number of somebody else, who is a nurse too."""
    nurse = await world.nurse(2, aggregate_id="OWN")
    await world.registered(nurse)
    await world.tell(world.nurse_event(world.id_number(2), aggregate_id="Q", exam_year=2020))
    await corrected(world, 2, to=4)
    (row,) = await registrations(world)
    assert (row.person_key, row.version) == (nurse.person_key, 1)


async def test_a_registration_of_another_name_does_not_move(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.registered(nurse)
    async with world.kit.database.transaction() as tx:
        await tx.execute(registration.update().values(name="李梅"))
    await corrected(world, 2, to=4)
    (row,) = await registrations(world)
    assert (row.person_key, row.version) == (nurse.person_key, 1)


async def test_two_registrations_in_force_never_meet_in_one_person(world):
    first = await world.nurse(2, aggregate_id="Q")
    second = await world.nurse(4, aggregate_id="Q2")
    await world.registered(first)
    await world.registered(second)
    await corrected(world, 2, to=4)
    rows = await registrations(world)
    assert {row.person_key for row in rows} == {first.person_key, second.person_key}


async def test_a_revocation_stands_in_the_timeline_and_nothing_is_approved_on_it(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    agreed = await world.agreed(nurse)
    await corrected(world, 2, in_force=False)
    seen = (await world.call(nurse, "GET", f"/api/v1/applications/{agreed['id']}")).json()
    assert seen["timeline"][-1]["action_label"] == "所依据的资格已被撤销"
    assert (seen["state"], seen["version"]) == (agreed["state"], agreed["version"] + 1)
    told = (await world.events("application-changed"))[-1]
    assert told["change"] == "qualification_revoked"
    no = await world.review(world.XICHENG, seen, "approve")
    assert no.status_code == 409
    assert world.codes(no)[0] == "conditions_not_met_any_more"
    await corrected(world, 2, version=3, in_force=True)
    assert (await world.review(world.XICHENG, seen, "approve")).status_code == 200


async def test_a_revocation_is_noted_once_and_not_in_drafts_or_what_is_decided(world):
    nurse = await world.nurse(2, aggregate_id="Q")
    await world.draft(nurse)
    decided = await world.nurse(4, aggregate_id="Q4")
    await world.registered(decided)
    await corrected(world, 2, in_force=False)
    await corrected(world, 2, version=3, in_force=False)
    await world.tell(
        world.nurse_event(world.id_number(4), aggregate_id="Q4", version=2, in_force=False)
    )
    told = [e["change"] for e in await world.events("application-changed")]
    assert "qualification_revoked" not in told
