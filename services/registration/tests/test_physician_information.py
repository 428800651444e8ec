"""Changes of information and photos of physicians (Q6, Q22): one institution reviews, and every
location says the same about the person."""

from __future__ import annotations

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY
from services.registration.tests.changing import MINE, PHOTO, THEIRS, picture
from services.registration.tests.physicians import Physicians

from zhiye_registration.adapters.photos import digest_of

HEBEI = ("HEBEI-HOSPITAL", "130102")


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def ask(world, who, **values):
    return await world.call(who, "POST", MINE, values)


async def asked(world, who, **values):
    answer = await ask(world, who, **values)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def review(world, one, decision="approve", who=None, **more):
    return await world.call(
        who or world.HOSPITAL,
        "POST",
        f"{THEIRS}/{one['id']}/review",
        {"decision": decision, **more},
        If_Match=f'"{one["version"]}"',
    )


async def upload(world, who, content, query=""):
    headers = {"Authorization": world._token_for(who), "Content-Type": "image/png"}
    return await world.http.put(PHOTO + query, content=content, headers=headers)


async def test_school_education_and_title_change_once_the_main_institution_agrees(world, p):
    who = await p.physician()
    one = await asked(world, who, school="协和医学院", education="10", title="233")
    assert (one["profession"], one["state"]) == ("physician", "pending")
    assert [c["after_label"] for c in one["changes"] if c["field"] == "title"] == ["主治医师"]
    assert [c["before"] for c in one["changes"] if c["field"] == "school"] == ["北京医学院"]
    assert (await review(world, one, who=world.OTHER_HOSPITAL)).status_code == 404
    assert (await review(world, one)).status_code == 200
    held = await p.registration(who)
    assert (held.title, held.education, held.details["school"]) == ("233", "10", "协和医学院")
    (entry,) = await p.history(held)
    assert (entry.change, entry.values["title"]) == (
        "information-changed",
        {"before": None, "after": "233"},
    )


async def test_who_has_several_registrations_names_the_one_to_be_reviewed(world, p):
    who = await p.physician()
    there = await p.register(who, institution=HEBEI)
    unclear = await ask(world, who, title="233")
    assert (unclear.status_code, world.codes(unclear)) == (422, ["registration_unclear"])
    assert unclear.json()["field"] == "registration_id"
    unknown = await ask(world, who, title="233", registration_id="x")
    assert (unknown.status_code, world.codes(unknown)) == (422, ["registration_not_yours"])
    one = await asked(world, who, title="233", registration_id=there.id)
    assert one["institution_name"] == "石家庄医院"
    assert (await review(world, one)).status_code == 404
    assert (await review(world, one, who=HEBEI_HOSPITAL)).status_code == 200


async def test_what_is_about_the_person_is_taken_over_into_every_location_with_history(world, p):
    who = await p.physician()
    there = await p.register(who, institution=HEBEI)
    gone = {"status": "cancelled", "cancelled_on": TODAY, "cancellation_ground": "own-request"}
    left = await p.register(who, institution=("CHAOYANG-HOSPITAL", "110105"), **gone)
    one = await asked(
        world, who, title="232", school="协和医学院", position="主任", registration_id=there.id
    )
    assert (await review(world, one, who=HEBEI_HOSPITAL)).status_code == 200
    by_id = {held.id: held for held in await p.all(who)}
    here = next(h for h in by_id.values() if h.institution_id == "HOSPITAL")
    assert {by_id[key].title for key in (here.id, there.id)} == {"232"}
    assert (here.details.get("position"), by_id[there.id].details["position"]) == (None, "主任")
    (entry,) = await p.history(here)
    assert set(entry.values) == {"title", "school"}
    assert by_id[left.id].title is None
    events = [e for e in await world.events("registration-changed") if e["person_key"]]
    assert {e["institution_id"] for e in events} == {"HOSPITAL", "HEBEI-HOSPITAL"}


async def test_a_request_that_changes_nothing_is_refused_at_once(world, p):
    who = await p.physician(title="233")
    nothing = await ask(world, who, title="233", school="北京医学院")
    assert (nothing.status_code, set(world.codes(nothing))) == (422, {"nothing_changes"})


async def test_the_same_is_not_asked_for_twice_by_way_of_another_location(world, p):
    who = await p.physician()
    there = await p.register(who, institution=HEBEI)
    here = next(h for h in await p.all(who) if h.id != there.id)
    await asked(world, who, title="233", registration_id=here.id)
    for key in (here.id, there.id):
        again = await ask(world, who, title="233", registration_id=key)
        assert (again.status_code, world.codes(again)) == (409, ["same_request_pending"])
    other = await ask(world, who, title="232", registration_id=there.id)
    assert world.codes(other) == ["field_change_pending"]
    # What is of one post only may be asked for at each.
    assert (await ask(world, who, position="主任", registration_id=there.id)).status_code == 201
    assert (await ask(world, who, position="主任", registration_id=here.id)).status_code == 201


@pytest.mark.parametrize("field", ["name", "id_number", "ethnic_group", "birth_date"])
async def test_who_somebody_is_goes_the_way_of_correction(world, p, field):
    answer = await ask(world, await p.physician(), **{field: "x"})
    assert (answer.status_code, world.codes(answer)) == (422, ["not_changed_by_the_person"])
    assert (answer.json()["field"], "更正" in answer.json()["next_step"]) == (field, True)


@pytest.mark.parametrize(
    ("field", "value"), [("title", "254"), ("department", "ward"), ("work_category", "other")]
)
async def test_codes_of_nurses_are_not_a_physicians(world, p, field, value):
    answer = await ask(world, await p.physician(), **{field: value})
    assert answer.status_code == 422
    assert answer.json()["field"].endswith(field)


async def test_a_photo_waits_for_the_institution_named_and_is_the_persons(world, p):
    who = await p.physician()
    there = await p.register(who, institution=HEBEI)
    assert world.codes(await upload(world, who, picture())) == ["registration_unclear"]
    done = await upload(world, who, picture(), f"?registration_id={there.id}")
    assert (done.status_code, done.json()["state"]) == (200, "pending")
    here = next(h for h in await p.all(who) if h.id != there.id)
    other = await upload(world, who, picture(250), f"?registration_id={here.id}")
    assert world.codes(other) == ["field_change_pending"]
    again = await upload(world, who, picture(240), f"?registration_id={there.id}")
    assert again.json()["replaced"] is True
    one = await world.call(
        HEBEI_HOSPITAL, "GET", f"{THEIRS}/{again.json()['information_change_id']}"
    )
    assert (await review(world, one.json(), who=HEBEI_HOSPITAL)).status_code == 200
    shown = await world.call(world.HOSPITAL, "GET", f"/api/v1/registration-records/{here.id}/photo")
    assert digest_of(shown.content) == digest_of(picture(240))


async def test_who_is_qualified_only_uploads_a_photo_without_review(world, p):
    done = await upload(world, await p.qualified(), picture())
    assert (done.status_code, done.json()["state"]) == (200, "kept")


async def test_off_post_nothing_can_be_changed(world, p):
    who = await p.physician(status="filed", filed_on=TODAY, filing_ground="left-post")
    answer = await ask(world, who, title="233")
    assert (answer.status_code, world.codes(answer)) == (409, ["registration_not_in_force"])


async def test_an_institution_lists_and_finds_the_requests_of_its_physicians(world, p):
    who = await p.physician()
    one = await asked(world, who, title="233")
    listed = (await world.call(world.HOSPITAL, "GET", THEIRS)).json()["items"]
    assert [(each["id"], each["name"]) for each in listed] == [(one["id"], "李明")]
    body = {"id_number": world.id_number(501)}
    found = (await world.call(world.HOSPITAL, "POST", f"{THEIRS}/search", body)).json()
    assert [each["id"] for each in found] == [one["id"]]
    mine = (await world.call(who, "GET", MINE)).json()["items"]
    assert [each["id"] for each in mine] == [one["id"]]
