"""The province corrects key information of a registration (deck ch. 4)."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.businesses import FIT, Businesses
from services.registration.tests.rostering import certificate, enrol, id_number, refusal
from sqlalchemy import select, update

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import make_id_number
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.correction_tables import registration_correction
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.adapters.record_tables import practice_interruption
from zhiye_registration.adapters.tables import application, registration

PATH = "/api/v1/registration-records"
GROUND = {"ground": "已核验户口簿"}
NATION = Principal("ACC-Z", "authority", authority_id="NATION", region="000000")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def path(one):
    return f"{PATH}/{one}/correction"


async def correct(world, one, version=1, who=None, **given):
    return await world.call(
        who or world.BEIJING, "POST", path(one), GROUND | given, If_Match=f'"{version}"'
    )


async def corrected(world, one, version=1, **given):
    answer = await correct(world, one, version, **given)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(world, one, status=422, who=None, **given):
    found, reasons = await refusal(
        world, who or world.BEIJING, "POST", path(one), GROUND | given, If_Match='"1"'
    )
    assert found == status, reasons
    return reasons


async def row(world, one):
    async with world.kit.database.reading() as connection:
        return await registrations.find(connection, one)


async def history(world, one):
    table = registration_history
    async with world.kit.database.reading() as connection:
        rows = await connection.execute(
            select(table).where(table.c.registration_id == one).order_by(table.c.version)
        )
        return rows.all()


async def test_a_name_is_corrected_with_pinyin_history_and_event(world):
    one = await enrol(world, 1, "王芳")
    told = await corrected(world, one, name="王芬")
    assert (told["name"], told["version"]) == ("王芬", 2)
    held = await row(world, one)
    assert (held.name_pinyin, held.name_initials) == ("wangfen", "wf")
    last = (await history(world, one))[-1]
    assert (last.change, last.version) == ("corrected", 2)
    assert last.values == {"name": {"before": "王芳", "after": "王芬"}}
    event = (await world.events("registration-changed"))[-1]
    assert (event["name"], event["version"]) == ("王芬", 2)
    assert (held.last_change, held.valid_until) == ("nurse-renewal", date(2030, 5, 31))


async def test_an_id_number_is_corrected_with_birth_date_and_gender_and_masked_in_history(world):
    one = await enrol(world, 1)
    right = make_id_number("110101", date(1991, 4, 6), 3)
    await corrected(world, one, id_number=right)
    held = await row(world, one)
    assert held.person_key == world.kit.person_key(right)
    assert world.kit.settings.cipher.open(held.sealed_id_number, purposes.ID_NUMBER) == right
    assert (held.birth_date, held.gender) == (date(1991, 4, 6), "1")
    values = (await history(world, one))[-1].values
    assert values["birth_date"] == {"before": "1990-03-05", "after": "1991-04-06"}
    assert values["gender"] == {"before": "2", "after": "1"}
    for side, number in (("before", id_number(1)), ("after", right)):
        assert values["id_number"][side].count("*") == 11
        assert values["id_number"][side].endswith(number[-4:])
    event = (await world.events("registration-changed"))[-1]
    assert event["person_key"] == held.person_key
    record = await world.call(world.BEIJING, "GET", f"{PATH}/{one}")
    assert id_number(1) not in record.text
    assert right not in str(record.json()["history"])
    shown = {value["field"]: value for value in record.json()["history"][-1]["values"]}
    assert shown["gender"]["after_label"] == "男"
    assert shown["id_number"]["after"].endswith(right[-4:])


async def test_a_certificate_number_is_corrected_and_found_from_then_on(world):
    one = await enrol(world, 1)
    await corrected(world, one, certificate_number=certificate(7))
    found = await world.call(world.HOSPITAL, "GET", f"/api/v1/registrations/{certificate(7)}")
    assert found.json()["certificate_number"] == certificate(7)
    old = await world.call(world.HOSPITAL, "GET", f"/api/v1/registrations/{certificate(1)}")
    assert old.status_code == 404
    values = (await history(world, one))[-1].values["certificate_number"]
    assert values == {"before": "2015******01", "after": "2015******07"}


async def test_ethnic_group_and_nationality_are_corrected_and_the_rest_stays(world):
    one = await enrol(world, 1)
    await corrected(world, one, ethnic_group="02", nationality="中国")
    held = await row(world, one)
    assert held.details == {
        "school": "北京护士学校",
        "degree": "4",
        "ethnic_group": "02",
        "nationality": "中国",
    }
    record = (await world.call(world.BEIJING, "GET", f"{PATH}/{one}")).json()
    (ethnic,) = [v for v in record["history"][-1]["values"] if v["field"] == "ethnic_group"]
    assert (ethnic["before"], ethnic["after_label"]) == (None, "蒙古族")


async def test_who_corrected_it_and_why_is_kept_for_ever(world):
    one = await enrol(world, 1)
    await corrected(world, one, name="王芬")
    record = (await world.call(world.XICHENG, "GET", f"{PATH}/{one}")).json()
    (correction,) = record["corrections"]
    assert (correction["by"], correction["authority_name"], correction["ground"]) == (
        "孙处长",
        "北京市卫生健康委员会",
        GROUND["ground"],
    )
    with pytest.raises(Exception, match="only grows"):
        async with world.kit.database.transaction() as tx:
            await tx.execute(update(registration_correction).values(ground="x"))


async def test_only_the_province_of_the_registration_corrects_it(world):
    one = await enrol(world, 1)
    for who in (world.XICHENG, NATION):
        assert await refused(world, one, 403, who, name="王芬") == [("not_the_province", None)]
    answer = await correct(world, one, who=world.XICHENG, name="王芬")
    assert "北京市卫生健康委员会" in answer.json()["reasons"][0]["next_step"]
    for who in (world.HEBEI, Principal("X", "authority")):
        assert await refused(world, one, 404, who, name="王芬") == [("not_found", None)]
    for who in (world.HOSPITAL, world.OPERATOR, Principal("N", "practitioner", person_key="p")):
        assert await refused(world, one, 403, who, name="王芬") == [("role_forbidden", None)]
    assert (await row(world, one)).version == 1


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({}, [("nothing_given", None)]),
        ({"name": "王芳"}, [("nothing_changes", "name")]),
        (
            {"name": "王芳", "id_number": id_number(2)},
            [("nothing_changes", "name"), ("nothing_changes", "id_number")],
        ),
        ({"id_number": "110101199003050011"}, [("id_number_check_digit", "id_number")]),
        ({"gender": "1"}, [("gender_differs_from_id_number", "gender")]),
        ({"birth_date": "1990-03-06"}, [("birth_date_differs_from_id_number", "birth_date")]),
        (
            {"id_number": id_number(4, date(1991, 4, 6)), "birth_date": "1990-03-05"},
            [("birth_date_differs_from_id_number", "birth_date")],
        ),
        ({"ethnic_group": "99"}, None),
        ({"valid_until": "2035-01-01"}, None),
        ({"registered_on": "2035-01-01"}, None),
        ({"certificate_number": "2015X"}, None),
        ({"name": "   "}, None),
        ({"name": "王芬", "ground": " "}, None),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_by_name(world, given, reasons):
    one = await enrol(world, 2)
    found = await refused(world, one, **given)
    if reasons is None:
        (name,) = set(given) - {"name"} or {"name"}
        assert [field for _, field in found] == [name]
    else:
        assert found == reasons
    assert (await row(world, one)).version == 1


async def test_a_correction_without_a_ground_is_refused(world):
    one = await enrol(world, 1)
    found = await refusal(world, world.BEIJING, "POST", path(one), {"name": "王芬"}, If_Match='"1"')
    assert found == (422, [("field_missing", "ground")])


async def test_a_correction_is_based_on_the_record_as_it_is(world):
    one = await enrol(world, 1)
    missing = await refusal(world, world.BEIJING, "POST", path(one), GROUND | {"name": "王芬"})
    assert missing[0] == 428
    await corrected(world, one, name="王芬")
    late = await correct(world, one, name="王昉")
    assert late.status_code == 412
    assert (await row(world, one)).name == "王芬"


async def test_numbers_of_somebody_else_are_refused_without_telling_whose(world):
    one = await enrol(world, 1)
    await enrol(world, 2, "李梅", institution="HOSPITAL2")
    answer = await correct(world, one, id_number=id_number(2), certificate_number=certificate(2))
    assert answer.status_code == 409
    assert world.codes(answer) == ["id_number_in_use", "certificate_number_taken"]
    for secret in ("李梅", "HOSPITAL2", "另一医院", id_number(2)):
        assert secret not in answer.text


async def test_a_cancelled_registration_under_the_right_number_is_in_nobody_s_way(world):
    one = await enrol(world, 1)
    await enrol(world, 2, status="cancelled")
    await corrected(world, one, id_number=id_number(2))
    assert (await row(world, one)).person_key == world.kit.person_key(id_number(2))


async def test_open_applications_and_interruptions_go_along_and_stay_decidable(world):
    businesses = await Businesses(world).open()
    nurse = await businesses.nurse()
    one = (await businesses.registration(nurse)).id
    began = {"registration_id": one, "began_on": "2026-11-02", "ground": "parental"}
    made = await world.call(world.HOSPITAL, "POST", "/api/v1/practice-interruptions", began)
    assert made.status_code == 201, made.text
    agreed = await businesses.agreed(
        await businesses.submitted(nurse, "renewal", FIT), world.HOSPITAL
    )
    right = world.id_number(703)
    await corrected(world, one, name="王芬", id_number=right)
    key = world.kit.person_key(right)
    async with world.kit.database.reading() as connection:
        moved = (await connection.execute(select(application))).one()
        interrupted = await connection.scalar(select(practice_interruption.c.person_key))
    assert (moved.person_key, moved.name, moved.version) == (key, "王芬", agreed["version"] + 1)
    assert world.kit.settings.cipher.open(moved.sealed_id_number, purposes.ID_NUMBER) == right
    assert interrupted == key
    told = (await world.events("application-changed"))[-1]
    assert (told["change"], told["person_key"]) == ("identity_corrected", key)
    found = Principal("ACC-NEW", "practitioner", "王*", person_key=key)
    seen = await world.call(found, "GET", f"/api/v1/applications/{agreed['id']}")
    assert seen.json()["timeline"][-1]["action_label"] == "身份信息已更正"
    before = await world.call(nurse, "GET", f"/api/v1/applications/{agreed['id']}")
    assert before.status_code == 404
    decided = await world.review(world.XICHENG, seen.json(), "approve")
    assert decided.status_code == 200, decided.text
    assert (await row(world, one)).last_change == "nurse-renewal"


async def test_applications_that_are_over_stay_hers_and_stay_as_they_were(world):
    businesses = await Businesses(world).open()
    nurse = await businesses.nurse()
    one = (await businesses.registration(nurse)).id
    done = await businesses.agreed(
        await businesses.submitted(nurse, "renewal", FIT), world.HOSPITAL, world.XICHENG
    )
    right = world.id_number(703)
    await corrected(world, one, 2, name="王芬", id_number=right)
    now = Principal("ACC-NEW", "practitioner", "王*", person_key=world.kit.person_key(right))
    listed = "/api/v1/applications?list=completed"
    (item,) = (await world.call(now, "GET", listed)).json()["items"]
    assert (item["number"], item["name"]) == (done["number"], "王芳")
    assert (await world.call(nurse, "GET", listed)).json()["items"] == []
    seen = (await world.call(now, "GET", f"/api/v1/applications/{done['id']}")).json()
    assert (seen["version"], seen["state"]) == (done["version"], "approved")


async def test_an_application_of_another_name_under_the_wrong_number_stays(world):
    businesses = await Businesses(world).open()
    nurse = await businesses.nurse()
    one = (await businesses.registration(nurse)).id
    await businesses.submitted(nurse, "renewal", FIT)
    async with world.kit.database.transaction() as tx:
        await tx.execute(update(application).values(name="李梅"))
    await corrected(world, one, id_number=world.id_number(703))
    async with world.kit.database.reading() as connection:
        assert await connection.scalar(select(application.c.person_key)) == nurse.person_key


async def test_an_open_application_under_the_right_number_is_in_the_way(world):
    businesses = await Businesses(world).open()
    nurse, other = await businesses.nurse(), await world.nurse(703)
    one = (await businesses.registration(nurse)).id
    await businesses.submitted(nurse, "renewal", FIT)
    await world.draft(other)
    number = world.id_number(703)
    found = await refused(world, one, 409, id_number=number)
    assert found == [("application_in_the_way", "id_number")]
    assert (await row(world, one)).version == 1
    assert len(await history(world, one)) == 1
    told = await world.events("registration-changed")
    assert [event["version"] for event in told] == [1]


async def test_the_photo_goes_with_the_number(world):
    one = await enrol(world, 1)
    old, new = world.kit.person_key(id_number(1)), world.kit.person_key(id_number(2))
    await world.kit.photos.put(old, PNG)
    await corrected(world, one, id_number=id_number(2))
    assert await world.kit.photos.get(old) is None
    assert (await world.kit.photos.get(new)).content == PNG


async def test_a_cancelled_registration_is_corrected_too(world):
    one = await enrol(world, 1, status="cancelled")
    await corrected(world, one, name="王芬")
    assert (await row(world, one)).status == "cancelled"


async def test_a_correction_sent_twice_is_done_once(world):
    one = await enrol(world, 1)
    answers = [
        await world.call(
            world.BEIJING,
            "POST",
            path(one),
            GROUND | {"name": "王芬"},
            If_Match='"1"',
            Idempotency_Key="a-correction-1",
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    async with world.kit.database.reading() as connection:
        rows = (await connection.execute(select(registration))).all()
    assert [one.version for one in rows] == [2]
