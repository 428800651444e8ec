"""One of the people on a roster, the history, and who may read whose."""

from __future__ import annotations

from datetime import date

import pytest
from services.registration.tests.rostering import ROSTER, enrol, id_number, ids, refusal

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import registrations

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
NOT_FOUND = (404, [("not_found", None)])


async def test_an_institution_sees_everything_about_its_own_people(world):
    one = await enrol(world, 1)
    answer = await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}")
    person = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert id_number(1) not in answer.text
    assert person["details"] == {"school": "北京护士学校", "degree": "4"}
    assert person["details_labels"] == {"degree": "学士"}
    assert (person["institution_name"], person["authority_name"]) == (
        "北京示例医院",
        "西城区卫生健康委员会",
    )
    assert (person["registered_on"], person["photo"]) == ("2015-06-01", None)
    assert (person["interruptions"], person["confirmations"]) == ([], [])


async def test_the_ground_of_a_cancellation_is_told(world):
    one = await enrol(world, 1, status="cancelled", cancellation_ground="death")
    person = (await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}")).json()
    assert (person["cancelled_on"], person["cancellation_ground_label"]) == ("2026-01-05", "死亡")


async def test_the_photo_of_one_of_the_people_is_shown_to_the_institution(world):
    one = await enrol(world, 1)
    path = f"{ROSTER}/{one}/photo"
    assert await refusal(world, world.HOSPITAL, "GET", path) == NOT_FOUND
    await world.kit.photos.put(world.kit.person_key(id_number(1)), PNG)
    person = (await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}")).json()
    assert person["photo"] == path
    answer = await world.call(world.HOSPITAL, "GET", path)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert await refusal(world, world.OTHER_HOSPITAL, "GET", path) == NOT_FOUND


async def test_the_history_tells_every_change_the_oldest_first(world):
    one = await enrol(world, 1)
    async with world.kit.database.transaction() as tx:
        held = await registrations.find(tx.connection, one)
        changes = {
            "department": {"before": "ward", "after": "other"},
            "id_number": {"before": "1", "after": "2"},
        }
        moved = type(held)(**{**_fields(held), "version": 2, "valid_until": date(2035, 5, 31)})
        await registrations.add_history(tx, moved, "nurse-renewal", "北京示例医院", values=changes)
    answer = await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{one}/history")
    first, second = answer.json()["items"]
    assert [first["change_label"], second["change_label"]] == ["原有注册信息", "延续注册"]
    assert (first["valid_until"], second["valid_until"]) == ("2030-05-31", "2035-05-31")
    assert (second["status_label"], second["institution_name"]) == ("在册", "北京示例医院")
    assert second["values"] == {"department": changes["department"]}


async def test_the_history_does_not_tell_what_somebody_did_after_leaving(world):
    before = await enrol(world, 1, status="cancelled")
    number = {
        "person_key": world.kit.person_key(id_number(1)),
        "birth_date": date(1990, 3, 5),
    }
    later = await enrol(world, 2, institution="HOSPITAL2", **number)
    old = await world.call(world.HOSPITAL, "GET", f"{ROSTER}/{before}/history")
    new = await world.call(world.OTHER_HOSPITAL, "GET", f"{ROSTER}/{later}/history")
    assert (len(old.json()["items"]), len(new.json()["items"])) == (1, 2)


@pytest.mark.parametrize("rest", ["", "/history", "/photo"])
async def test_what_is_not_on_ones_roster_does_not_exist(world, rest):
    one = await enrol(world, 1)
    await world.kit.photos.put(world.kit.person_key(id_number(1)), PNG)
    for who in (world.OTHER_HOSPITAL, world.HEBEI, Principal("X", "authority")):
        assert await refusal(world, who, "GET", f"{ROSTER}/{one}{rest}") == NOT_FOUND
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING):
        assert (await world.call(who, "GET", f"{ROSTER}/{one}{rest}")).status_code == 200
    assert await refusal(world, world.HOSPITAL, "GET", f"{ROSTER}/nobody{rest}") == NOT_FOUND


async def test_an_institution_lists_its_own_people_only(world):
    one = await enrol(world, 1)
    other = await enrol(world, 2, institution="HOSPITAL2")
    assert await ids(world, world.HOSPITAL) == [one]
    assert await ids(world, world.OTHER_HOSPITAL, institution_id="HOSPITAL2") == [other]
    path = f"{ROSTER}?institution_id=HOSPITAL2"
    assert await refusal(world, world.HOSPITAL, "GET", path) == NOT_FOUND
    lost = Principal("X", "institution", institution_id=None)
    assert (await world.call(lost, "GET", path)).status_code == 404


async def test_an_authority_names_an_institution_of_its_region(world):
    one = await enrol(world, 1)
    for who in (world.XICHENG, world.BEIJING):
        assert await ids(world, who, institution_id="HOSPITAL") == [one]
    path = f"{ROSTER}?institution_id="
    assert await refusal(world, world.HEBEI, "GET", f"{path}HOSPITAL") == NOT_FOUND
    assert await refusal(world, world.XICHENG, "GET", f"{path}NOWHERE") == NOT_FOUND
    missing = await refusal(world, world.XICHENG, "GET", ROSTER)
    assert missing == (422, [("institution_missing", "institution_id")])


async def test_a_search_by_id_number_stays_within_the_own_roster(world):
    await enrol(world, 1)
    body = {"id_number": id_number(1)}
    answer = await world.call(world.OTHER_HOSPITAL, "POST", f"{ROSTER}/search", body)
    assert answer.json() == []
    asked = body | {"institution_id": "HOSPITAL"}
    for who in (world.OTHER_HOSPITAL, world.HEBEI):
        assert await refusal(world, who, "POST", f"{ROSTER}/search", asked) == NOT_FOUND


def _fields(one):
    return {name: getattr(one, name) for name in one.__slots__}
