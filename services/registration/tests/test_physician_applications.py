"""What a physician's application shows: the registration that it is about, what it changes, the
flags of Q7 and Q8, whether who left is reported in time; “May I?” with several registrations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, PATH, TODAY
from services.registration.tests.physicians import FIRST, HOSPITAL3, INFORMED, Physicians

from zhiye_registration.domain.policy import BUSINESS_TYPES

PERIOD = {"from_on": "2026-11-23", "until_on": "2027-11-22"}
SLUGS = [slug for slug, row in BUSINESS_TYPES.items() if row.profession == "physician"]


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def seen(world, who, one, **headers):
    answer = await world.call(who, "GET", f"{PATH}/{one['id']}", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def flags(one):
    return one["location_changes"], one["institution_changes"]


# --- the flags (Q7, Q8) --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "institution", "expected"),
    [
        ("1", "HOSPITAL2", (False, True)),
        ("1", "CHAOYANG-HOSPITAL", (False, True)),
        ("1", "HEBEI-HOSPITAL", (True, True)),
        ("2", "HOSPITAL2", (False, True)),
        ("2", "CHAOYANG-HOSPITAL", (True, True)),
        ("2", "HEBEI-HOSPITAL", (True, True)),
        ("1", "HOSPITAL", (False, False)),
    ],
)
async def test_q7_q8_the_two_flags_are_derived_and_shown_of_a_draft(
    p, level, institution, expected
):
    who = await p.physician(level=level)
    draft = (await p.start(who, "change", institution_id=institution)).json()
    assert draft["state"] == "draft"
    assert flags(draft) == expected


async def test_the_registration_that_it_is_about_is_shown_with_labels(world, p):
    who = await p.assistant()
    draft = (await p.start(who, "change", institution_id="CHAOYANG-HOSPITAL")).json()
    about = draft["about"]
    assert (about["institution_id"], about["institution_name"]) == ("HOSPITAL", "北京示例医院")
    assert (about["level_label"], about["category_label"]) == ("执业助理医师", "临床")
    assert about["location_label"] == "北京市西城区"
    assert about["scopes"] == [{"code": "11", "label": about["scopes"][0]["label"]}]
    assert "内科" in about["scopes"][0]["label"]
    english = await seen(world, who, draft, Accept_Language="en")
    assert english["about"]["level_label"] == "assistant physician"
    assert english["about"]["status_label"] == "registered"


async def test_every_item_of_a_change_is_shown_before_and_after(p):
    who = await p.assistant()
    await p.qualified(level="1", serial=int(who.account_id.removeprefix("ACC-P")))
    draft = await p.start(who, "change-level", {"scopes": ["12"]}, institution_id="HEBEI-HOSPITAL")
    changes = {one["item"]: one for one in draft.json()["changes"]}
    assert list(changes) == ["location", "institution", "level", "scopes"]
    labels = {item: (one["before_label"], one["after_label"]) for item, one in changes.items()}
    assert labels["location"] == ("北京市西城区", "河北省")
    assert labels["institution"] == ("北京示例医院", "石家庄医院")
    assert labels["level"] == ("执业助理医师", "执业医师")
    assert (changes["scopes"]["before"], changes["scopes"]["after"]) == (["11"], ["12"])
    assert flags(draft.json()) == (True, True)


async def test_a_revised_draft_has_its_flags_anew(world, p):
    who = await p.physician()
    draft = (await p.start(who, "change", institution_id="HOSPITAL2")).json()
    body = {"institution_id": "HEBEI-HOSPITAL", "form": {}}
    answer = await world.call(
        who, "PUT", f"{PATH}/{draft['id']}", body, If_Match=f'"{draft["version"]}"'
    )
    assert flags(answer.json()) == (True, True)


async def test_after_the_approval_is_shown_what_it_changed(world, p):
    who = await p.physician()
    done = await p.done(who, "change", {"scopes": ["12"]}, institution_id="HEBEI-HOSPITAL")
    await p.done(who, "change", {"scopes": ["13"]}, institution_id="HEBEI-CLINIC")
    after = await seen(world, who, done)
    items = [(c["item"], c["before_label"], c["after_label"]) for c in after["changes"]]
    assert items[:2] == [
        ("location", "北京市", "河北省"),
        ("institution", "北京示例医院", "石家庄医院"),
    ]
    assert (items[2][0], after["changes"][2]["after"]) == ("scopes", ["12"])
    assert after["about"]["institution_id"] == "HEBEI-CLINIC"


async def test_what_a_refused_change_would_have_changed_is_told_as_long_as_it_can_be(world, p):
    who = await p.physician()
    one = await p.submitted(who, "change", institution_id="HOSPITAL2")
    answer = await world.review(
        world.OTHER_HOSPITAL, one, "refuse", reasons=[{"code": "not_to_be_employed"}]
    )
    assert flags(answer.json()) == (False, True)
    world.clock.instant += timedelta(minutes=1)
    await p.done(who, "change", institution_id="CHAOYANG-HOSPITAL")
    later = await seen(world, who, one)
    assert (later["changes"], later["location_changes"]) == (None, None)


async def test_an_old_application_is_no_window_on_whoever_has_left(world, p):
    who = await p.physician()
    done = await p.done(who, "change", institution_id="HOSPITAL2")
    assert (await seen(world, world.OTHER_HOSPITAL, done))["about"]["status"] == "registered"
    await p.done(who, "change", institution_id="HEBEI-HOSPITAL")
    old = await seen(world, world.OTHER_HOSPITAL, done)
    assert old["about"] is None
    assert old["changes"][0]["after"] == "HOSPITAL2"
    assert (await seen(world, world.XICHENG, done))["about"] is None


async def test_a_nurses_application_shows_none_of_it(world, p):
    one = await world.draft(await world.nurse())
    assert (one["about"], one["changes"], one["off_post"]) == (None, None, None)
    assert flags(one) == (None, None)


async def test_an_account_that_is_not_active_is_not_told_what_is_on_record(world, p):
    who = await p.physician()
    draft = (await p.start(who, "change", institution_id="HOSPITAL2")).json()
    unseen = await seen(world, replace(who, active=False), draft)
    assert (unseen["about"], unseen["changes"], flags(unseen)) == (None, None, (None, None))


async def test_a_first_registration_is_about_none(p):
    draft = (await p.start(await p.qualified(), "registration", FIRST)).json()
    assert (draft["about"], draft["changes"]) == (None, None)


# --- off post (Q20.3, Q52) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ground", "left", "late"),
    [
        ("resigned", 30, False),
        ("resigned", 31, True),
        ("trainee-finished", 60, False),
        ("trainee-finished", 61, True),
    ],
)
async def test_q20_3_whether_who_left_is_reported_in_time_is_shown_and_not_refused(
    world, p, ground, left, late
):
    held = await p.registration(await p.physician())
    left_on = (TODAY - timedelta(days=left)).isoformat()
    form = {"ground": ground, "left_on": left_on, "informed": INFORMED}
    one = await p.submitted(world.HOSPITAL, "off-post", form, registration_id=held.id)
    shown = one["off_post"]
    assert (shown["late"], shown["days"]) == (late, left)
    assert shown["reported_on"] == TODAY.isoformat()
    assert shown["late_label"] == ("已超过30日" if late else "按期备案")
    world.clock.instant += timedelta(days=40)
    assert (await seen(world, world.XICHENG, one))["off_post"] == shown


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_any_day_may_be_typed_in(world, p, day):
    held = await p.registration(await p.physician())
    form = {"ground": "trainee-finished", "left_on": day}
    made = await p.start(world.HOSPITAL, "off-post", form, registration_id=held.id)
    assert made.status_code == 201
    answer = await world.submit(world.HOSPITAL, made.json()["id"])
    assert answer.status_code == 422
    pdf = await world.call(world.HOSPITAL, "GET", f"{PATH}/{made.json()['id']}/form.pdf")
    assert pdf.status_code == 200


async def test_the_ground_is_read_by_the_table_of_its_business(world, p):
    held = await p.registration(await p.physician())
    labels = {}
    for kind in ("off-post", "cancellation"):
        form = {"ground": "other", "note": "说明"}
        made = await p.start(world.HOSPITAL, kind, form, registration_id=held.id)
        labels[kind] = made.json()["form_labels"]["ground"]
        await world.call(world.HOSPITAL, "POST", f"{PATH}/{made.json()['id']}/withdrawal")
    assert labels == {"off-post": "其他离岗情形", "cancellation": "其他应当注销的情形"}


# --- “May I?” ------------------------------------------------------------------------------------


async def may(world, who, slug, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return await world.call(who, "GET", f"/api/v1/my/eligibility/{slug}?{asked}")


@pytest.mark.parametrize("slug", SLUGS)
async def test_may_i_is_answered_of_every_business_to_whoever_has_none_one_or_several(
    world, p, slug
):
    nobody, one, several = await p.qualified(), await p.physician(), await p.physician()
    second = await p.register(several, institution=("HEBEI-HOSPITAL", "130102"))
    for who, query in (
        (nobody, {}),
        (one, {"institution_id": "HOSPITAL2"}),
        (one, {}),
        (several, {"registration_id": second.id}),
    ):
        answer = await may(world, who, slug, **query)
        assert answer.status_code == 200, (query, answer.text)
        assert answer.json()["answer"] in ("yes", "no", "unknown")


async def test_with_several_registrations_one_has_to_be_named(world, p):
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    answer = await may(world, who, "physician-off-post")
    assert (answer.status_code, world.codes(answer)) == (422, ["registration_to_choose"])
    assert answer.json()["reasons"][0]["field"] == "registration_id"
    assert (await may(world, who, "physician-off-post", registration_id=second.id)).json()[
        "answer"
    ] == "unknown"
    other = await p.registration(await p.physician())
    theirs = await may(world, who, "physician-off-post", registration_id=other.id)
    assert theirs.status_code == 404


async def test_what_the_own_institution_reviews_goes_to_that_of_the_named_registration(world, p):
    """A certificate is issued again by the authority of the location that it is asked for."""
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    answer = await may(world, who, "physician-certificate-reissue", registration_id=second.id)
    outcomes = {one["name"]: one["outcome"] for one in answer.json()["conditions"]}
    assert outcomes["own_institution"] == "met"
    assert outcomes["authority_set"] == "met"


async def test_an_open_draft_lends_its_registration_and_its_declarations(world, p):
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    await p.start(
        who,
        "change",
        {"scopes": ["11"]},
        institution_id="HEBEI-CLINIC",
        registration_id=second.id,
    )
    answer = await may(world, who, "physician-change")
    assert answer.status_code == 200
    outcomes = {one["name"]: one["outcome"] for one in answer.json()["conditions"]}
    assert outcomes["something_changes"] == "met"
    assert outcomes["location_free"] == "met"


async def test_of_filings_at_several_institutions_the_one_asked_for_is_looked_at(world, p):
    who = await p.physician()
    await p.start(who, "multi-institution", PERIOD, institution_id="HOSPITAL2")
    asked = "physician-multi-institution"
    here = (await may(world, who, asked, institution_id="HOSPITAL2")).json()["conditions"]
    there = (await may(world, who, asked, institution_id="CHAOYANG-HOSPITAL")).json()["conditions"]
    period = [
        next(one["outcome"] for one in conditions if one["name"] == "filing_period")
        for conditions in (here, there)
    ]
    assert period == ["met", "unknown"]


async def test_may_i_says_of_a_drafted_filing_off_post_whether_it_is_late(world, p):
    who = await p.physician()
    held = await p.registration(who)
    before = (await may(world, who, "physician-off-post")).json()
    assert (before["off_post"], before["registration_id"]) == (None, held.id)
    await p.start(who, "off-post", {"ground": "resigned", "left_on": "2026-10-01"})
    after = (await may(world, who, "physician-off-post")).json()
    assert (after["off_post"]["late"], after["off_post"]["report_by"]) == (True, "2026-10-31")


@pytest.mark.parametrize("key", ["%00", "x" * 65, "%F0%9F%98%80", "'; --"])
async def test_whatever_is_given_as_a_registration_is_refused_and_no_failure(world, p, key):
    who = await p.physician()
    answer = await may(world, who, "physician-change", registration_id=key)
    assert answer.status_code in (404, 422)


# --- what is told of filings ---------------------------------------------------------------------


async def test_the_approval_of_a_filing_tells_the_main_institution(world, p):
    who = await p.physician()
    one = await p.done(who, "multi-institution", PERIOD, institution_id="HOSPITAL2")
    (made,) = await world.events("filing-made")
    assert (made["main_institution_id"], made["institution_id"]) == ("HOSPITAL", "HOSPITAL2")
    assert (made["from_on"], made["until_on"]) == (PERIOD["from_on"], PERIOD["until_on"])
    assert made["application_number"] == one["number"]
    (filing,) = await p.filings(who)
    assert made["aggregate_id"] == filing.id
    assert one["about"]["institution_id"] == "HOSPITAL"
    assert one["location_changes"] is None


# --- others' drafts ------------------------------------------------------------------------------


async def test_an_institution_that_files_ends_what_is_in_its_way_only(world, p):
    who = await p.physician()
    held = await p.registration(who)
    in_the_way = (await p.start(who, "change", institution_id="HOSPITAL2")).json()
    beside = (
        await p.start(who, "multi-institution", PERIOD, institution_id="CHAOYANG-HOSPITAL")
    ).json()
    form = {"ground": "resigned", "left_on": "2026-11-20", "informed": INFORMED}
    await p.submitted(world.HOSPITAL, "off-post", form, registration_id=held.id)
    assert (await seen(world, who, in_the_way))["state"] == "withdrawn"
    assert (await seen(world, who, beside))["state"] == "draft"


async def test_a_stranger_sees_nothing_of_it(world, p):
    one = await p.submitted(await p.physician(), "change", institution_id="CHAOYANG-HOSPITAL")
    for who in (world.HOSPITAL, HEBEI_HOSPITAL, await p.physician()):
        answer = await world.call(who, "GET", f"{PATH}/{one['id']}")
        assert answer.status_code == 404
    assert (await seen(world, HOSPITAL3, one))["about"]["institution_id"] == "HOSPITAL"
