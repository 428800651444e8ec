"""What statements bring about: titles of registrations, and what may be asked of the records."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from services.registration.tests.changing import MINE
from services.registration.tests.feeding import RECORDED, Feeds, in_process, rows, stated
from services.registration.tests.rostering import certificate, enrol, id_number
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_registration.adapters.own_records import failed_assessments, residency_of
from zhiye_registration.adapters.physician_tables import physician_certificate

NURSE = {"profession": "nurse", "name": "王芳", "title": "253"}
PHYSICIAN = {"profession": "physician", "name": "王芳"}


@pytest.fixture
async def feeds(world: Any) -> Feeds:
    return await in_process(world)


def of(serial: int, **more: Any) -> dict[str, Any]:
    return {"id_number": id_number(serial), **more}


async def physician(world: Any, serial: int, location: str) -> None:
    """One registration of somebody who has them in several locations, with one number for life."""
    number = certificate(serial)
    sealed = world.kit.settings.cipher.seal(number, purposes.CERTIFICATE_NUMBER)
    async with world.kit.database.transaction() as tx:
        values = {
            "certificate_key": world.kit.certificate_key(number),
            "person_key": world.kit.person_key(id_number(serial)),
            "sealed_certificate_number": sealed,
        }
        await tx.execute(insert(physician_certificate).values(values).on_conflict_do_nothing())
    region = f"{location}0102"
    practice = {
        "location": location,
        "region": region,
        "level": "1",
        "category": "1",
        "scopes": ["11"],
    }
    more = {"profession": "physician", "title": "233", "valid_until": None}
    await enrol(world, serial, **more, **practice)


async def titles(world: Any) -> list[str | None]:
    found = await rows(world, "SELECT title FROM registration ORDER BY id")
    return [row["title"] for row in found]


async def changes(world: Any) -> list[Any]:
    found = await rows(
        world,
        "SELECT \"values\" FROM registration_history WHERE change = 'title-promoted' ORDER BY id",
    )
    return [(row["values"]["title"]["before"], row["values"]["title"]["after"]) for row in found]


async def promote(feeds: Feeds, serial: int = 1, **more: Any) -> None:
    assert await feeds.state("promotion", stated("promotion", **of(serial, **NURSE | more))) == [
        RECORDED
    ]


async def test_a_promotion_gives_the_title_once_with_history_and_event(feeds: Feeds) -> None:
    world = feeds.world
    key = await enrol(world, 1)
    await promote(feeds)
    assert await titles(world) == ["253"]
    assert await changes(world) == [("254", "253")]
    (told,) = await world.events("registration-changed")
    assert (told["aggregate_id"], told["version"]) == (key, 2)
    again = stated("promotion", **of(1, **NURSE))
    assert await feeds.state("promotion", again) == [("unchanged", [])]
    await promote(feeds, record_id="another system's copy")
    assert await changes(world) == [("254", "253")]
    assert len(await world.events("registration-changed")) == 1
    history = await world.call(world.HOSPITAL, "GET", f"/api/v1/roster/{key}/history")
    assert history.json()["items"][-1]["change_label"] == "职称晋升"


async def test_only_registrations_in_force_of_that_profession_get_the_title(feeds: Feeds) -> None:
    world = feeds.world
    await enrol(world, 1, status="cancelled")
    await enrol(world, 2)
    await promote(feeds, 1, record_id="A")
    await physician(world, 3, "11")
    await promote(feeds, 3, record_id="B")
    assert await titles(world) == ["254", "254", "233"]


async def test_every_registration_in_force_of_a_physician_gets_the_title(feeds: Feeds) -> None:
    world = feeds.world
    for location in ("11", "13"):
        await physician(world, 1, location)
    statement = stated("promotion", **of(1, **PHYSICIAN))
    assert await feeds.state("promotion", statement) == [RECORDED]
    assert await titles(world) == ["232", "232"]
    assert len(await world.events("registration-changed")) == 2


async def test_an_older_promotion_stated_late_lowers_no_title(feeds: Feeds) -> None:
    await enrol(feeds.world, 1)
    await promote(feeds, record_id="NEW", obtained_on="2026-05-20")
    older = stated(
        "promotion", **of(1, **NURSE) | {"title": "254"}, record_id="OLD", obtained_on="2018-05-20"
    )
    assert await feeds.state("promotion", older) == [RECORDED]
    assert await titles(feeds.world) == ["253"]


async def test_a_corrected_promotion_takes_its_title_back(feeds: Feeds) -> None:
    world = feeds.world
    await enrol(world, 1)
    await enrol(world, 2)
    await promote(feeds)
    moved = stated("promotion", **of(2, **NURSE), version=2)
    assert await feeds.state("promotion", moved) == [RECORDED]
    assert await titles(world) == ["254", "253"]
    moves = [("253", "254"), ("254", "253"), ("254", "253")]
    assert sorted(await changes(world)) == moves


async def test_who_asked_for_the_same_title_need_not_be_reviewed(feeds: Feeds) -> None:
    world = feeds.world
    await enrol(world, 1)
    me = Principal("ACC-1", "practitioner", "王*", person_key=world.kit.person_key(id_number(1)))
    asked = await world.call(me, "POST", MINE, {"title": "253"})
    assert asked.status_code == 201, asked.text
    await promote(feeds)
    settled = await world.call(me, "GET", f"{MINE}/{asked.json()['id']}")
    assert settled.json()["state"] == "approved"


async def test_the_training_that_began_last_is_the_residency(feeds: Feeds) -> None:
    world = feeds.world
    key = world.kit.person_key(id_number(1))
    async with world.kit.database.reading() as connection:
        assert await residency_of(connection, key) is None
    base = {"base_institution_id": "HOSPITAL", "base_institution_name": None}
    began = {"state": "began", "finished_on": None, "certificate_number": None}
    for record, changed in (
        ("A", {"began_on": "2020-09-01", "finished_on": "2021-01-01"}),
        ("B", {"began_on": "2023-09-01", **began}),
    ):
        statement = stated("residency", **of(1, **PHYSICIAN), **base, **changed, record_id=record)
        assert await feeds.state("residency", statement) == [RECORDED]
    async with world.kit.database.reading() as connection:
        found = await residency_of(connection, key)
    assert found is not None
    assert (found.state, found.finished_on) == ("began", None)
    finished = stated("residency", **of(1, **PHYSICIAN), **base, record_id="B", version=2)
    assert await feeds.state("residency", finished) == [RECORDED]
    async with world.kit.database.reading() as connection:
        found = await residency_of(connection, key)
    assert found is not None
    assert (found.state, found.finished_on) == ("finished", date(2026, 8, 31))
    assert found.is_base("HOSPITAL", "北京示例医院")


async def test_two_failed_assessments_are_offered_as_a_ground_until_corrected(
    feeds: Feeds,
) -> None:
    world = feeds.world
    key = world.kit.person_key(id_number(1))
    failed = {**of(1, **PHYSICIAN), "result": "failed"}
    for year in (2024, 2026):
        statement = stated(
            "assessment",
            **failed,
            record_id=f"A{year}",
            assessed_on=f"{year}-03-12",
        )
        assert await feeds.state("assessment", statement) == [RECORDED]
    async with world.kit.database.reading() as connection:
        found = await failed_assessments(connection, key)
    assert found is not None
    assert (found.ground, found.since) == ("failed-twice", date(2026, 3, 12))
    corrected = stated("assessment", **of(1, **PHYSICIAN), record_id="A2026", version=2)
    assert await feeds.state("assessment", corrected) == [RECORDED]
    async with world.kit.database.reading() as connection:
        assert await failed_assessments(connection, key) is None


async def test_records_go_along_when_the_authority_corrects_an_id_number(feeds: Feeds) -> None:
    world = feeds.world
    key = await enrol(world, 1)
    await promote(feeds)
    path = f"/api/v1/registration-records/{key}/correction"
    body = {"ground": "已核验户口簿", "id_number": id_number(99)}
    answer = await world.call(world.BEIJING, "POST", path, body, If_Match='"2"')
    assert answer.status_code == 200, answer.text
    # What goes on being stated under the wrong number is about the right person.
    await promote(feeds, version=2, title="252")
    me = Principal("ACC-9", "practitioner", "王*", person_key=world.kit.person_key(id_number(99)))
    mine = (await world.call(me, "GET", "/api/v1/my/records")).json()
    assert [one["title"] for one in mine["promotions"]] == ["252"]
    assert await titles(world) == ["252"]


async def test_what_was_stated_before_the_registration_gives_its_title(feeds: Feeds) -> None:
    world = feeds.world
    nurse = await world.nurse(7)
    before = {**NURSE, "id_number": world.id_number(7), "title": "254"}
    assert await feeds.state("promotion", stated("promotion", **before)) == [RECORDED]
    await world.registered(nurse)
    assert await titles(world) == ["254"]


async def test_a_title_stated_while_the_registration_is_approved_is_not_lost(
    feeds: Feeds,
) -> None:
    world = feeds.world
    people = [(n, await world.nurse(n)) for n in range(10, 20)]
    agreed = [(n, await world.agreed(nurse)) for n, nurse in people]

    async def promoted(n: int) -> None:
        given = {**NURSE, "id_number": world.id_number(n), "title": "254", "record_id": f"R{n}"}
        assert await feeds.state("promotion", stated("promotion", **given)) == [RECORDED]

    async def approved(one: Any) -> None:
        answer = await world.review(world.XICHENG, one, "approve")
        assert answer.status_code == 200, answer.text

    await asyncio.gather(*(promoted(n) for n, _ in agreed), *(approved(one) for _, one in agreed))
    assert await titles(world) == ["254"] * 10


async def test_deliveries_that_correct_the_same_records_at_once_neither_deadlock_nor_double(
    feeds: Feeds,
) -> None:
    world = feeds.world
    for n in range(1, 11):
        await enrol(world, n)
    versions = [
        [
            stated("promotion", **of(n, **NURSE | {"title": title}), record_id=f"R{n}", version=v)
            for n in range(1, 11)
        ]
        for v, title in ((1, "253"), (2, "252"), (3, "251"))
    ]
    versions[1].reverse()
    credits = [stated("education", **of(n), name="王芳", record_id=f"R{n}") for n in range(1, 11)]
    await asyncio.gather(
        *(feeds.state("promotion", *some) for some in versions),
        *(feeds.state("education", *credits) for _ in range(3)),
    )
    assert await titles(world) == ["251"] * 10
    found = await rows(world, "SELECT feed, count(*) AS n FROM practitioner_record GROUP BY feed")
    assert {one["feed"]: one["n"] for one in found} == {"education": 10, "promotion": 10}
