"""The photo of somebody who is registered: the institution reviews it (deck 2.3.2, 6)."""

from __future__ import annotations

import asyncio

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.changing import MINE, PHOTO, THEIRS, changing, picture

WAITING = f"{PHOTO}?pending=true"
OLD, NEW, OTHER = picture(255), picture(250), picture(245)
GREY = picture(150)


async def with_photo(c, content=OLD):
    """A registered nurse who has a photo."""
    nurse = await c.nurse()
    await c.world.kit.photos.put(nurse.person_key, content)
    return nurse


async def test_a_new_photo_waits_and_replaces_the_present_one_when_approved(world):
    c = await changing(world)
    nurse = await with_photo(c)
    answer = (await c.upload(nurse, NEW)).json()
    assert (answer["state"], answer["replaced"]) == ("pending", False)
    assert await c.photo(nurse, PHOTO) == OLD
    assert await c.photo(nurse, WAITING) == NEW
    one = (await c.read(world.HOSPITAL, {"id": answer["information_change_id"]})).json()
    (change,) = one["changes"]
    assert change["field_label"] == "个人相片"
    assert await c.photo(world.HOSPITAL, change["before_photo"]) == OLD
    assert await c.photo(world.HOSPITAL, change["after_photo"]) == NEW
    assert (await c.review(one)).status_code == 200
    assert await c.photo(nurse, PHOTO) == NEW
    assert await c.photo(nurse, WAITING) is None


async def test_the_photo_before_is_kept_for_ever(world):
    c = await changing(world)
    nurse = await with_photo(c)
    first = await c.uploaded(nurse, NEW)
    await c.review(first)
    await c.review(await c.uploaded(nurse, OTHER))
    for who, path in ((nurse, MINE), (world.HOSPITAL, THEIRS)):
        assert await c.photo(who, f"{path}/{first['id']}/photo?which=before") == OLD
        assert await c.photo(who, f"{path}/{first['id']}/photo?which=after") == NEW
    values = (await c.history(nurse))[1].values
    assert list(values) == ["photo"]
    assert set(values["photo"]) == {"before", "after"}


async def test_what_is_kept_is_the_photo_at_the_moment_of_the_approval(world):
    c = await changing(world)
    nurse = await with_photo(c)
    one = await c.uploaded(nurse, NEW)
    await world.kit.photos.put(nurse.person_key, OTHER)  # as while she was not registered
    await c.review(one)
    assert await c.photo(nurse, f"{MINE}/{one['id']}/photo?which=before") == OTHER


async def test_a_refused_photo_changes_nothing(world):
    c = await changing(world)
    nurse = await with_photo(c)
    one = await c.uploaded(nurse, NEW)
    await c.review(one, "refuse", reasons=[{"code": "photo_not_the_person"}])
    assert await c.photo(nurse, PHOTO) == OLD
    assert await c.photo(nurse, WAITING) is None
    assert len(await c.history(nurse)) == 1


async def test_the_first_photo_of_somebody_registered_is_reviewed_too(world):
    c = await changing(world)
    nurse = await c.nurse()
    one = await c.uploaded(nurse, NEW)
    assert one["changes"][0]["before"] is None
    assert one["changes"][0]["before_photo"] is None
    assert await c.photo(world.HOSPITAL, f"{THEIRS}/{one['id']}/photo?which=before") is None
    assert await c.photo(nurse, PHOTO) is None
    await c.review(one)
    assert await c.photo(nurse, PHOTO) == NEW


async def test_the_last_upload_replaces_the_one_that_waits(world):
    c = await changing(world)
    nurse = await with_photo(c)
    one = await c.uploaded(nurse, NEW)
    again = (await c.upload(nurse, OTHER)).json()
    assert again["replaced"] is True
    assert again["information_change_id"] == one["id"]
    assert await c.photo(nurse, WAITING) == OTHER
    stale = await c.review(one)  # of the photo that was there before
    assert stale.status_code == 412
    replaced = (await c.read(world.HOSPITAL, one)).json()
    assert [step["action"] for step in replaced["timeline"]] == ["requested", "replaced"]
    await c.review(replaced)
    assert await c.photo(nurse, PHOTO) == OTHER
    digest = one["changes"][0]["after"]
    assert await world.kit.photos.kept(one["id"], digest) is None  # nobody needs it any more


async def test_the_photo_that_is_there_already_is_refused(world):
    c = await changing(world)
    nurse = await with_photo(c)
    answer = await c.upload(nurse, OLD)
    assert (answer.status_code, world.codes(answer)) == (422, ["nothing_changes"])


async def test_the_photo_that_waits_already_is_refused(world):
    c = await changing(world)
    nurse = await with_photo(c)
    await c.upload(nurse, NEW)
    answer = await c.upload(nurse, NEW)
    assert (answer.status_code, world.codes(answer)) == (409, ["same_request_pending"])
    assert await c.photo(nurse, WAITING) == NEW


async def test_the_reviewer_is_warned_about_a_background_that_is_not_white(world):
    c = await changing(world)
    one = await c.uploaded(await c.nurse(), GREY)
    codes = [warning["code"] for warning in one["changes"][0]["warnings"]]
    assert codes == ["photo_background_not_white"]
    white = await c.uploaded(await c.nurse(), NEW)
    assert white["changes"][0]["warnings"] == []


async def test_who_is_not_registered_keeps_a_photo_without_a_review(world):
    c = await changing(world)
    for nurse in (await world.nurse(), await c.cancelled(world.clock.today())):
        answer = (await c.upload(nurse, NEW)).json()
        assert (answer["state"], answer["information_change_id"]) == ("kept", None)
        assert await c.photo(nurse, PHOTO) == NEW
        assert await c.ids(nurse) == []


async def test_a_withdrawn_photo_does_not_wait_any_more(world):
    c = await changing(world)
    nurse = await with_photo(c)
    one = await c.uploaded(nurse, NEW)
    await c.withdraw(nurse, one)
    assert await c.photo(nurse, WAITING) is None
    assert (await c.upload(nurse, NEW)).status_code == 200


async def test_a_photo_and_other_information_wait_side_by_side(world):
    c = await changing(world)
    nurse = await with_photo(c)
    title, photo = await c.asked(nurse, title="254"), await c.uploaded(nurse, NEW)
    assert await c.ids(world.HOSPITAL) == [photo["id"], title["id"]]
    await c.review(photo)
    await c.review(title)
    assert (await c.record(nurse))["registration"]["title"] == "254"
    assert await c.photo(nurse, PHOTO) == NEW


async def test_a_lost_photo_cannot_be_approved(world):
    c = await changing(world)
    nurse = await with_photo(c)
    one = await c.uploaded(nurse, NEW)
    await world.kit.photos.drop(one["id"], one["changes"][0]["after"])
    answer = await c.review(one)
    assert (answer.status_code, world.codes(answer)) == (409, ["photo_not_kept"])
    assert await c.photo(nurse, PHOTO) == OLD
    assert (await c.read(nurse, one)).json()["state"] == "pending"


async def test_of_uploads_at_the_same_moment_one_waits_and_is_whole(world):
    c = await changing(world)
    nurse = await with_photo(c)
    contents = [picture(shade) for shade in range(230, 236)] + [NEW, NEW]
    answers = await asyncio.gather(*(c.upload(nurse, content) for content in contents))
    assert {answer.status_code for answer in answers} <= {200, 409}
    (key,) = await c.ids(world.HOSPITAL)
    waiting = await c.photo(nurse, WAITING)
    assert waiting in contents
    await c.review((await c.read(world.HOSPITAL, {"id": key})).json())
    assert await c.photo(nurse, PHOTO) == waiting


async def test_the_present_photo_is_shown_to_the_own_institution_and_authority_alone(world):
    c = await changing(world)
    nurse = await with_photo(c)
    path = f"/api/v1/registration-records/{(await c.registration(nurse)).id}/photo"
    for who in (world.HOSPITAL, world.XICHENG, world.BEIJING):
        assert await c.photo(who, path) == OLD
    for who in (world.OTHER_HOSPITAL, HEBEI_HOSPITAL, world.HEBEI):
        assert (await world.call(who, "GET", path)).status_code == 404
    for who in (nurse, world.OPERATOR):
        assert (await world.call(who, "GET", path)).status_code == 403


@pytest.mark.parametrize("which", ["", "both"])
async def test_a_side_that_there_is_not_is_named(world, which):
    c = await changing(world)
    one = await c.uploaded(await c.nurse(), NEW)
    answer = await world.call(world.HOSPITAL, "GET", f"{THEIRS}/{one['id']}/photo?which={which}")
    assert (answer.status_code, answer.json()["field"]) == (422, "which")
