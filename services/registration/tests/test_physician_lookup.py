"""The look-up by certificate number finds physicians: every location, limited as of nurses."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.businesses import TODAY
from services.registration.tests.physicians import DAY, Physicians
from sqlalchemy import text

from zhiye_registration.adapters.lookups import LOOKUP_OF_EITHER
from zhiye_registration.adapters.registrations import LOOKUP
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.domain.information import CODED_OF
from zhiye_registration.domain.practice import location_label
from zhiye_registration.entrypoints.registrations import RegistrationOut


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def look_up(world, number, who=None, **headers):
    path = f"/api/v1/registrations/{number}"
    return await world.call(who or world.HOSPITAL, "GET", path, **headers)


async def test_a_physician_is_found_with_every_location_and_its_main_institution(world, p):
    who = await p.physician(scopes=("11", "21"))
    await p.register(who, scopes=("11", "21"), institution=("HEBEI-HOSPITAL", "130102"))
    number = p.number((await p.all(who))[0])
    answer = await look_up(world, number)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert RegistrationOut.model_validate(body).model_dump(mode="json") == body
    assert (body["profession"], body["certificate_number"]) == ("physician", number)
    assert (body["valid_until"], body["days_left"]) == (None, None)
    assert {(one["institution_name"], one["location_label"]) for one in body["locations"]} == {
        ("北京示例医院", "北京市"),
        ("石家庄医院", "河北省"),
    }
    first = body["locations"][0]
    assert (first["level_label"], first["category_label"]) == ("执业医师", "临床")
    assert [scope["code"] for scope in first["scopes"]] == ["11", "21"]
    assert (first["status_label"], first["department_label"]) == (
        "在册",
        CODED_OF["physician"]["department"].label("03"),
    )


async def test_others_see_no_more_of_a_physician_than_of_a_nurse(world, p):
    who = await p.physician()
    answer = await look_up(world, p.number(await p.registration(who)))
    body, id_number = answer.json(), world.id_number(501)
    assert body["id_number"] == "****************" + id_number[-2:]
    assert body["birth_date"] is None
    assert id_number[:14] not in answer.text
    assert "registration_id" not in answer.text


async def test_filings_are_shown_while_they_are_in_force(world, p):
    who = await p.physician()
    number = p.number(await p.registration(who))
    await p.filed_at(who)
    await p.filed_at(who, ("CHAOYANG-HOSPITAL", "朝阳医院", "110105"), until=TODAY - DAY)
    (location,) = (await look_up(world, number)).json()["locations"]
    assert [(f["institution_name"], f["state"]) for f in location["filings"]] == [
        ("北京另一医院", "in_force")
    ]
    await world.tell(world.institution_event("HOSPITAL2", version=3, name="北京第二医院"))
    (location,) = (await look_up(world, number)).json()["locations"]
    assert location["filings"][0]["institution_name"] == "北京第二医院"


async def test_one_in_force_stands_first_whatever_is_newer(world, p):
    who = await p.physician()
    off_post = {"status": "filed", "filed_on": TODAY - 5 * DAY, "filing_ground": "left-post"}
    await p.register(who, institution=("HEBEI-HOSPITAL", "130102"), **off_post)
    body = (await look_up(world, p.number((await p.all(who))[0]))).json()
    assert (body["status"], body["institution_name"]) == ("registered", "北京示例医院")
    assert [one["status_label"] for one in body["locations"]] == ["在册", "备案"]


async def test_an_assistant_has_a_county_as_location(world, p):
    who = await p.assistant(institution=("HEBEI-CLINIC", "130102"))
    body = (await look_up(world, p.number(await p.registration(who)))).json()
    assert (body["level_label"], body["location_label"]) == (
        "执业助理医师",
        "河北省石家庄市长安区",
    )
    assert location_label("990101", "zh") == "990101"


async def test_an_old_number_of_a_nurse_as_long_as_a_physicians_is_hers(world, p):
    number = "110100199900017"
    existing = ExistingRegistration(
        id_number=world.id_number(900),
        name="李娜",
        certificate_number=number,
        institution_id="HOSPITAL",
        institution_name="北京示例医院",
        region="110102",
        registered_on=date(2023, 2, 1),
    )
    async with world.kit.database.transaction() as tx:
        await import_registration(tx, world.kit, existing)
    body = (await look_up(world, number)).json()
    assert (body["name"], body["profession"], body["locations"]) == ("李娜", "nurse", [])
    assert (body["level"], body["scopes"]) == (None, [])


async def test_numbers_that_are_nobodys_are_not_found_and_wrong_ones_told_why(world, p):
    assert (await look_up(world, "110110105000001")).status_code == 404
    wrong = await look_up(world, "11O110105000001")
    assert (wrong.status_code, world.codes(wrong)) == (422, ["certificate_letter_o"])
    assert (await look_up(world, "110110105000001", await p.physician())).status_code == 403


MANY = """
    INSERT INTO registration SELECT (jsonb_populate_record(NULL::registration, to_jsonb(r)
    || jsonb_build_object('id', n::text, 'person_key', n::text, 'certificate_key', n::text)
    || CAST(:changes AS jsonb))).* FROM registration r, generate_series(1, 500) n WHERE r.id = :key
"""
AS_NURSES = (
    '{"profession": "nurse", "location": "", "level": null, "category": null, "scopes": [],'
    ' "valid_until": "2030-01-01"}'
)


async def test_each_number_takes_one_statement_that_reads_only_the_index_that_has_it(world, p):
    one = await p.registration(await p.physician())
    async with world.kit.database.engine.connect() as connection:
        await connection.execute(text(MANY), {"key": one.id, "changes": "{}"})
        others = MANY.replace("n::text, 'person", "'n' || n, 'person")
        await connection.execute(text(others), {"key": one.id, "changes": AS_NURSES})
        await connection.execute(text("ANALYZE registration"))
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        key = one.certificate_key
        plan = "\n".join(r[0] for r in await driver.fetch("EXPLAIN " + LOOKUP_OF_EITHER, key))
        nurses = "\n".join(r[0] for r in await driver.fetch("EXPLAIN " + LOOKUP, key))
        await connection.rollback()
    assert "registration_certificate_of_a_physician" in plan
    assert "registration_certificate_of_a_nurse" in plan
    assert "Seq Scan on registration" not in plan
    assert "registration_certificate_of_a_nurse" in nurses
    assert "physician" not in nurses


def test_no_code_means_one_thing_of_nurses_and_another_of_physicians():
    nurses, physicians = CODED_OF["nurse"], CODED_OF["physician"]
    for field in nurses.keys() & physicians.keys():
        for code in nurses[field].keys() & physicians[field].keys():
            assert nurses[field][code] == physicians[field][code]
