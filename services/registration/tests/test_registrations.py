"""The look-up by certificate number, registrations that are taken over, the gauge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from zhiye_contracts.identifiers import IdentifierError
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.entrypoints.metrics import APPLICATIONS, count_applications
from zhiye_registration.entrypoints.registrations import RegistrationOut

NUMBER = "202311000777"


def existing(world, **changes):
    given = ExistingRegistration(
        id_number=world.id_number(900),
        name="李娜",
        certificate_number=NUMBER,
        institution_id="HOSPITAL",
        institution_name="北京示例医院",
        region="110102",
        registered_on=date(2023, 2, 1),
        department="ward",
    )
    return replace(given, **changes)


async def take_over(world, **changes):
    async with world.kit.database.transaction() as tx:
        return await import_registration(tx, world.kit, existing(world, **changes))


async def look_up(world, number=NUMBER, **headers):
    return await world.call(world.HOSPITAL, "GET", f"/api/v1/registrations/{number}", **headers)


async def test_a_look_up_shows_the_registration_with_the_id_number_masked(world):
    await take_over(world)
    answer = await look_up(world)
    body = answer.json()
    assert RegistrationOut.model_validate(body).model_dump(mode="json") == body
    assert body["name"] == "李娜"
    assert body["id_number"] == "****************" + world.id_number(900)[-2:]
    assert (body["birth_year"], body["birth_date"]) == (int(world.id_number(900)[6:10]), None)
    assert (body["status"], body["status_label"]) == ("registered", "在册")
    assert (body["institution_name"], body["department_label"]) == ("北京示例医院", "病房")
    assert (body["valid_until"], body["days_left"]) == ("2028-01-31", 434)


async def test_a_look_up_finds_a_number_however_it_is_typed(world):
    await take_over(world)
    assert (await look_up(world, "2023%2011%20000777")).status_code == 200


async def test_a_look_up_answers_in_english_on_request(world):
    await take_over(world)
    body = (await look_up(world, Accept_Language="en")).json()
    assert (body["gender_label"], body["status_label"]) == ("female", "registered")


async def test_an_unknown_number_is_not_found_and_a_wrong_one_is_told_why(world):
    assert (await look_up(world, "202311000778")).status_code == 404
    wrong = await look_up(world, "20231100O777")
    assert (wrong.status_code, world.codes(wrong)) == (422, ["certificate_letter_o"])


async def test_an_expired_registration_stays_on_the_register(world):
    await take_over(world)
    world.clock.instant += timedelta(days=435)
    body = (await look_up(world)).json()
    assert (body["status"], body["days_left"]) == ("expired", -1)
    assert body["status_label"] == "在册，过期未延续注册"


async def test_the_name_of_the_institution_is_always_the_present_one(world):
    await take_over(world)
    await world.tell(world.institution_event(version=2, name="北京示例总医院"))
    assert (await look_up(world)).json()["institution_name"] == "北京示例总医院"


async def test_a_second_registration_in_force_of_a_person_is_not_taken_over(world):
    assert await take_over(world) is not None
    assert await take_over(world, certificate_number="202311000778") is None
    assert await take_over(world, id_number=world.id_number(901)) is None


async def test_new_certificates_count_on_from_those_taken_over(world):
    await take_over(world, certificate_number="202611000041", registered_on=date(2026, 1, 5))
    nurse = await world.nurse()
    await world.registered(nurse)
    mine = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    assert mine["registration"]["certificate_number"] == "202611000042"


async def test_a_wrong_id_number_is_not_taken_over(world):
    with pytest.raises(IdentifierError):
        await take_over(world, id_number="110101200203050001")


async def test_who_was_taken_over_sees_it_with_its_history(world):
    await take_over(world)
    nurse = await world.nurse(900)
    mine = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
    assert mine["registration"]["certificate_number"] == NUMBER
    assert [h["change_label"] for h in mine["history"]] == ["原有注册信息"]


async def test_applications_are_counted_by_state(world):
    await world.agreed(await world.nurse())
    await world.draft(await world.nurse())
    await count_applications(world.kit)()

    def gauge(state):
        return APPLICATIONS.labels(state, "nurse-first")._value.get()

    assert (gauge("draft"), gauge("awaiting_authority"), gauge("approved")) == (1, 1, 0)
