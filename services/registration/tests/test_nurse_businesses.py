"""Renewal, change, cancellation, re-registration, military to local, re-issue: each to its effect,
each condition at its boundary."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests.businesses import (
    ARMY,
    FIT,
    HEBEI_HOSPITAL,
    PATH,
    TODAY,
    WORK,
    Businesses,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_registration.adapters import registrations

DAY = timedelta(days=1)
TRAINING = {
    "institution_name": "北京示例医院",
    "began_on": "2026-08-01",
    "ended_on": "2026-10-31",
    "passed": True,
}


@pytest.fixture
async def b(world):
    return await Businesses(world).open()


# --- renewal -------------------------------------------------------------------------------------


async def test_a_renewal_adds_five_years_to_the_day_it_would_have_expired(world, b):
    nurse = await b.nurse(valid_until=date(2026, 12, 15))
    one = await b.submitted(nurse, "renewal", FIT)
    assert one["state"] == "awaiting_institution"
    done = await b.agreed(one, world.HOSPITAL, world.XICHENG)
    assert done["state"] == "approved"
    held = await b.registration(nurse)
    assert (held.valid_until, held.institution_id) == (date(2031, 12, 15), "HOSPITAL")
    assert (held.version, held.last_change) == (2, "nurse-renewal")
    entry = (await b.history(nurse))[-1]
    assert (entry.change, entry.application_number) == ("nurse-renewal", one["number"])


@pytest.mark.parametrize(
    ("valid_until", "codes"),
    [
        (TODAY + 31 * DAY, ["renewal_open_not_met"]),
        (TODAY + 30 * DAY, []),
        (TODAY, []),
        (TODAY - DAY, ["renewal_open_not_met"]),
    ],
)
async def test_a_renewal_is_taken_from_thirty_days_before_until_the_last_day(b, valid_until, codes):
    assert await b.codes(await b.nurse(valid_until), "renewal", FIT) == codes


async def test_an_authority_may_take_renewals_earlier_and_late(world, b):
    body = {"opens_days_before": 90, "late_days": 10}
    answer = await world.call(
        world.XICHENG, "PUT", "/api/v1/renewal-windows/mine", body, If_Match='"0"'
    )
    assert answer.status_code == 200, answer.text
    assert await b.codes(await b.nurse(TODAY + 90 * DAY), "renewal", FIT) == []
    assert await b.codes(await b.nurse(TODAY - 10 * DAY), "renewal", FIT) == []
    late = await b.codes(await b.nurse(TODAY - 11 * DAY), "renewal", FIT)
    assert late == ["renewal_open_not_met"]


async def test_who_applied_in_time_is_renewed_although_it_expired_meanwhile(world, b):
    nurse = await b.nurse(valid_until=TODAY)
    one = await b.agreed(await b.submitted(nurse, "renewal", FIT), world.HOSPITAL)
    world.clock.instant += 10 * DAY
    assert (await b.agreed(one, world.XICHENG))["state"] == "approved"
    assert (await b.registration(nurse)).valid_until == date(2031, 11, 23)


async def test_a_renewal_goes_to_the_own_institution_only(b):
    nurse = await b.nurse()
    codes = await b.codes(nurse, "renewal", FIT, institution_id="HOSPITAL2")
    assert codes == ["own_institution_not_met"]


async def test_a_renewal_needs_a_health_check_of_the_last_six_months(b):
    old = {"full_civil_capacity": True, "health": {"meets_standard": True}}
    codes = await b.codes(await b.nurse(), "renewal", old)
    assert codes == ["health_check_recent_unknown"]


async def test_what_the_form_of_a_renewal_says_is_on_record_with_the_approval(world, b):
    nurse = await b.nurse(department="outpatient")
    form = FIT | {
        "department": "emergency",
        "title": "254",
        "education": {"education": "20", "school": "首都医科大学"},
    }
    await b.agreed(await b.submitted(nurse, "renewal", form), world.HOSPITAL, world.XICHENG)
    held = await b.registration(nurse)
    assert (held.department, held.title, held.education) == ("emergency", "254", "20")
    assert held.details["school"] == "首都医科大学"
    entry = (await b.history(nurse))[-1]
    assert entry.values["department"] == {"before": "outpatient", "after": "emergency"}


async def test_a_request_that_the_approval_fulfils_needs_no_review_any_more(world, b):
    nurse = await b.nurse(department="outpatient")
    asked = await world.call(
        nurse, "POST", "/api/v1/my/information-changes", {"department": "emergency"}
    )
    assert asked.status_code == 201, asked.text
    one = await b.submitted(nurse, "renewal", FIT | {"department": "emergency"})
    await b.agreed(one, world.HOSPITAL, world.XICHENG)
    path = f"/api/v1/my/information-changes/{asked.json()['id']}"
    assert (await world.call(nurse, "GET", path)).json()["state"] == "approved"


# --- change --------------------------------------------------------------------------------------


async def test_a_change_moves_her_within_seven_days_and_keeps_the_expiry(world, b):
    nurse = await b.nurse(valid_until=date(2028, 1, 3))
    one = await b.submitted(nurse, "change", WORK, institution_id="HOSPITAL2")
    one = await b.agreed(one, world.OTHER_HOSPITAL)
    assert one["working_days_left"] == 7
    await b.agreed(one, world.XICHENG)
    held = await b.registration(nurse)
    assert (held.institution_id, held.valid_until) == ("HOSPITAL2", date(2028, 1, 3))
    entry = (await b.history(nurse))[-1]
    assert (entry.from_institution_id, entry.from_institution_name) == ("HOSPITAL", "北京示例医院")
    assert (entry.institution_name, entry.from_region) == ("北京另一医院", "110102")


async def test_whoever_had_her_is_told_when_she_moves_to_another_province(world, b):
    nurse = await b.nurse(valid_until=date(2028, 1, 3))
    one = await b.submitted(nurse, "change", WORK, institution_id="HEBEI-HOSPITAL")
    await b.agreed(one, HEBEI_HOSPITAL, world.HEBEI)
    (moved,) = await world.events("registration-moved")
    assert (moved["from_institution_id"], moved["from_authority_id"]) == ("HOSPITAL", "XICHENG")
    assert (moved["into_institution_id"], moved["into_region"]) == ("HEBEI-HOSPITAL", "130102")
    assert (await b.registration(nurse)).authority_id == "HEBEI"


async def test_nobody_changes_to_where_she_is(b):
    codes = await b.codes(await b.nurse(), "change", WORK)
    assert codes == ["other_institution_not_met"]


async def test_an_approved_secondment_needs_no_change(b):
    form = WORK | {"secondment": True}
    codes = await b.codes(await b.nurse(), "change", form, institution_id="HOSPITAL2")
    assert codes == ["not_seconded_not_met"]


async def test_who_has_expired_cannot_move(b):
    nurse = await b.nurse(valid_until=TODAY - DAY)
    codes = await b.codes(nurse, "change", WORK, institution_id="HOSPITAL2")
    assert codes == ["not_expired_not_met"]


async def test_her_old_institution_has_no_say_in_a_change(world, b):
    one = await b.submitted(await b.nurse(), "change", WORK, institution_id="HOSPITAL2")
    answer = await world.review(world.HOSPITAL, one, "approve")
    assert answer.status_code == 404


# --- not active yet ------------------------------------------------------------------------------


def waiting(nurse: Principal) -> Principal:
    return Principal(
        nurse.account_id, "practitioner", "王*", nurse.session_id, nurse.person_key, False
    )


async def test_who_is_registered_where_nothing_is_electronic_applies_before_the_account_is_active(
    world, b
):
    event = world.institution_event
    await world.tell(
        world.authority_event("GANSU", "甘肃省卫生健康委员会", "620000", online=False),
        event("OFFLINE", name="兰州医院", region="620102", deciding_authorities={"x": "GANSU"}),
    )
    nurse = waiting(await b.nurse(institution_id="OFFLINE", region="620102"))
    await world.tell(
        world.account_event(nurse.account_id, nurse.person_key, status="verified"),
    )
    one = await b.submitted(nurse, "change", WORK, institution_id="HOSPITAL")
    await b.agreed(one, world.HOSPITAL, world.XICHENG)
    assert (await b.registration(nurse)).institution_id == "HOSPITAL"
    (changed, *_) = [
        e for e in await world.events("registration-changed") if e["business_completed"]
    ]
    assert changed["region_online"] is True


@pytest.mark.parametrize("status", ["registered", "verified"])
async def test_whoever_could_be_activated_has_to_be(world, b, status):
    nurse = waiting(await b.nurse())
    await world.tell(world.account_event(nurse.account_id, nurse.person_key, status=status))
    made = await b.start(nurse, "change", WORK, institution_id="HOSPITAL2")
    assert (made.status_code, world.codes(made)) == (403, ["account_may_apply_not_met"])
    made = await b.start(nurse, "renewal", FIT)
    assert (made.status_code, world.codes(made)) == (403, ["account_active_not_met"])


async def test_an_account_that_is_not_active_sees_only_its_own_applications(world, b):
    nurse = await b.nurse()
    one = await b.submitted(nurse, "renewal", FIT)
    other = Principal("SOMEBODY", "practitioner", "", "", nurse.person_key, active=False)
    for method, path in [("GET", ""), ("POST", "/withdrawal"), ("POST", "/submission")]:
        answer = await world.call(other, method, f"{PATH}/{one['id']}{path}")
        assert answer.status_code == 404
    for name in ("waiting_for_me", "in_progress", "completed"):
        answer = await world.call(other, "GET", f"{PATH}?list={name}")
        assert answer.json()["items"] == []


# --- cancellation --------------------------------------------------------------------------------

OTHER = {"ground": "other", "note": "本人不再从事护理工作"}


async def test_a_nurse_has_her_registration_cancelled(world, b):
    nurse = await b.nurse()
    one = await b.submitted(nurse, "cancellation", OTHER)
    await b.agreed(one, world.HOSPITAL, world.XICHENG)
    held = await b.registration(nurse)
    assert (held.status, held.cancelled_on, held.cancellation_ground) == (
        "cancelled",
        TODAY,
        "other",
    )


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        ({}, ["ground_fits_unknown"]),
        ({"ground": "expired"}, ["ground_fits_not_met"]),
        ({"ground": "death"}, ["ground_fits_not_met"]),
        ({"ground": "lost"}, ["ground_fits_not_met"]),
        ({"ground": "other"}, ["ground_explained_not_met"]),
        ({"ground": "revoked"}, []),
    ],
)
async def test_the_ground_of_a_cancellation_has_to_be_so(b, form, codes):
    assert await b.codes(await b.nurse(), "cancellation", form) == codes


async def test_who_has_expired_can_be_cancelled_for_it(b):
    nurse = await b.nurse(valid_until=TODAY - DAY)
    assert await b.codes(nurse, "cancellation", {"ground": "expired"}) == []


INFORMED = {"informed": {"on": "2026-11-20", "by": "post"}}


async def test_an_institution_files_the_cancellation_of_its_own_nurse(world, b):
    nurse = await b.nurse(valid_until=TODAY - DAY)
    held = await b.registration(nurse)
    form = {"ground": "expired"} | INFORMED
    one = await b.submitted(world.HOSPITAL, "cancellation", form, registration_id=held.id)
    assert (one["state"], one["source"]) == ("awaiting_authority", "institution")
    assert one["institution_review"]["decision"] == "approve"
    seen = await world.call(nurse, "GET", f"{PATH}/{one['id']}")
    assert (seen.status_code, seen.json()["actions"]) == (200, [])
    assert (await world.call(nurse, "POST", f"{PATH}/{one['id']}/withdrawal")).status_code == 404
    await b.agreed(one, world.XICHENG)
    assert (await b.registration(nurse)).status == "cancelled"


async def test_an_institution_informs_first_and_proves_it(world, b):
    held = await b.registration(await b.nurse(valid_until=TODAY - DAY))
    made = await b.start(
        world.HOSPITAL, "cancellation", {"ground": "expired"}, registration_id=held.id
    )
    answer = await world.submit(world.HOSPITAL, made.json()["id"])
    assert world.codes(answer) == ["informed_unknown", "proved_not_met"]


async def test_of_a_dead_nurse_nobody_has_to_be_informed(world, b):
    held = await b.registration(await b.nurse())
    form = {"ground": "death"}
    one = await b.submitted(world.HOSPITAL, "cancellation", form, registration_id=held.id)
    assert one["state"] == "awaiting_authority"


@pytest.mark.parametrize("kind", ["first", "renewal", "change", "re-registration"])
async def test_an_institution_files_nothing_but_cancellations(world, b, kind):
    held = await b.registration(await b.nurse())
    answer = await b.start(world.HOSPITAL, kind, {}, registration_id=held.id)
    assert (answer.status_code, world.codes(answer)) == (422, ["not_filed_by_institutions"])


async def test_an_institution_files_nothing_about_somebody_else_s_nurse(world, b):
    held = await b.registration(await b.nurse())
    answer = await b.start(
        world.OTHER_HOSPITAL, "cancellation", {"ground": "death"}, registration_id=held.id
    )
    assert answer.status_code == 404


async def test_a_draft_of_hers_does_not_keep_the_institution_from_filing(world, b):
    nurse = await b.nurse()
    draft = (await b.start(nurse, "renewal", FIT)).json()
    held = await b.registration(nurse)
    await b.submitted(world.HOSPITAL, "cancellation", {"ground": "death"}, registration_id=held.id)
    ended = (await world.call(nurse, "GET", f"{PATH}/{draft['id']}")).json()
    assert (ended["state"], ended["timeline"][-1]["action"]) == ("withdrawn", "superseded")


async def test_what_an_institution_only_drafted_does_not_keep_her_from_applying(world, b):
    nurse = await b.nurse()
    held = await b.registration(nurse)
    await b.start(world.HOSPITAL, "cancellation", OTHER | INFORMED, registration_id=held.id)
    assert (await b.submitted(nurse, "renewal", FIT))["state"] == "awaiting_institution"


async def test_an_institution_does_not_file_against_what_she_has_applied_for(world, b):
    nurse = await b.nurse()
    await b.submitted(nurse, "renewal", FIT)
    held = await b.registration(nurse)
    made = await b.start(world.HOSPITAL, "cancellation", OTHER | INFORMED, registration_id=held.id)
    await b.prove(world.HOSPITAL, made.json()["id"])
    answer = await world.submit(world.HOSPITAL, made.json()["id"])
    assert world.codes(answer) == ["no_open_application_not_met"]


# --- re-registration -----------------------------------------------------------------------------


async def test_who_was_cancelled_registers_again_under_the_same_number(world, b):
    nurse = await b.cancelled(TODAY - 100 * DAY)
    number = b.number(await b.registration(nurse))
    one = await b.submitted(nurse, "re-registration", FIT | WORK, institution_id="HOSPITAL2")
    await b.agreed(one, world.OTHER_HOSPITAL, world.XICHENG)
    held = await b.registration(nurse)
    assert (held.status, held.institution_id) == ("registered", "HOSPITAL2")
    assert (held.valid_from, held.valid_until) == (TODAY, date(2031, 11, 22))
    assert (held.cancelled_on, held.cancellation_ground) == (None, None)
    assert b.number(held) == number


@pytest.mark.parametrize(
    ("cancelled_on", "ground", "codes"),
    [
        (date(2023, 11, 23), "other", []),
        (date(2023, 11, 22), "other", ["practised_lately_or_trained_unknown"]),
        (date(2024, 11, 23), "revoked", []),
        (date(2024, 11, 24), "revoked", ["revocation_over_not_met"]),
    ],
)
async def test_two_years_after_a_revocation_three_without_training(b, cancelled_on, ground, codes):
    nurse = await b.cancelled(cancelled_on, ground)
    assert await b.codes(nurse, "re-registration", FIT | WORK) == codes


async def test_training_makes_up_for_years_without_practice(b):
    nurse = await b.cancelled(date(2020, 1, 1))
    form = FIT | WORK | {"training": TRAINING}
    assert await b.codes(nurse, "re-registration", form) == []


async def test_who_is_registered_is_not_registered_again(b):
    codes = await b.codes(await b.nurse(), "re-registration", FIT | WORK)
    assert "not_registered_now_not_met" in codes


# --- military to local ---------------------------------------------------------------------------

SOLDIER = {
    "military": {
        "source": "army",
        "institution_id": "ARMY",
        "certificate_number": "201911990017",
        "valid_until": "2029-05-01",
    }
}


async def soldier(world, serial=900, active=False):
    """A nurse of the army: on no record here, with an account that knows her name."""
    id_number = world.id_number(serial)
    key, cipher = world.kit.person_key(id_number), world.kit.settings.cipher
    who = Principal(f"ACC-S{serial}", "practitioner", "马*", person_key=key, active=active)
    await world.tell(
        world.account_event(
            who.account_id,
            key,
            status="registered",
            identity="no_record",
            sealed_name=cipher.seal("马兰", purposes.NAME),
            sealed_id_number=cipher.seal(id_number, purposes.ID_NUMBER),
        )
    )
    return who


async def test_a_nurse_of_the_army_comes_to_a_local_hospital(world, b):
    who = await soldier(world)
    one = await b.submitted(who, "military-to-local", SOLDIER | WORK)
    assert one["state"] == "awaiting_origin"
    assert one["form"]["military"]["certificate_number"] == "201911990017"
    one = await b.agreed(one, ARMY, world.HOSPITAL, world.XICHENG)
    assert one["state"] == "awaiting_confirmation"
    done = await b.agreed(one, ARMY)
    assert done["state"] == "approved"
    assert [step["action"] for step in done["timeline"]] == [
        "drafted",
        "submitted",
        "origin_approved",
        "institution_approved",
        "approved",
        "confirmed",
    ]
    held = await b.registration(who)
    assert (held.name, held.institution_id) == ("马兰", "HOSPITAL")
    assert (held.valid_until, b.number(held)) == (date(2029, 5, 1), "201911990017")


async def test_the_number_of_a_soldier_s_certificate_is_sealed_at_rest(world, b):
    made = (await b.start(await soldier(world), "military-to-local", SOLDIER)).json()
    async with world.kit.database.reading() as connection:
        stored = await connection.scalar(
            text("SELECT form::text FROM application WHERE id = :key"), {"key": made["id"]}
        )
    assert "201911990017" not in stored


async def test_what_the_military_side_does_not_confirm_has_no_effect(world, b):
    who = await soldier(world)
    one = await b.submitted(who, "military-to-local", SOLDIER | WORK)
    one = await b.agreed(one, ARMY, world.HOSPITAL, world.XICHENG)
    reasons = [{"code": "identity_mismatch", "text": "证书编号不符"}]
    answer = await world.review(ARMY, one, "refuse", reasons=reasons)
    assert answer.json()["state"] == "institution_refused"
    mine = await world.call(
        Principal(who.account_id, "practitioner", "", "", who.person_key),
        "GET",
        "/api/v1/my/registration",
    )
    assert mine.json()["registration"] is None


async def test_what_a_soldier_leaves_out_is_told_at_once(b, world):
    who = await soldier(world)
    codes = await b.codes(who, "military-to-local", {})
    assert codes == [
        "military_source_unknown",
        "military_certificate_unknown",
        "military_valid_unknown",
        "origin_in_force_unknown",
        "field_missing",
        "field_missing",
    ]


async def test_a_certificate_number_of_somebody_else_is_not_taken_over(b, world):
    other = await b.registration(await b.nurse())
    form = {"military": SOLDIER["military"] | {"certificate_number": b.number(other)}} | WORK
    codes = await b.codes(await soldier(world), "military-to-local", form)
    assert codes == ["military_certificate_not_met"]


async def test_the_origin_is_another_institution_than_the_intended_one(b, world):
    form = {"military": SOLDIER["military"] | {"institution_id": "HOSPITAL"}} | WORK
    codes = await b.codes(await soldier(world), "military-to-local", form)
    assert codes == ["origin_in_force_not_met"]


@pytest.mark.parametrize("identity", ["name_differs", "confirmation_needed", None])
async def test_whoever_only_says_that_a_number_is_theirs_learns_nothing_about_whose_it_is(
    world, b, identity
):
    nurse = await b.nurse()
    await b.submitted(nurse, "renewal", FIT)
    stranger = Principal("ACC-X", "practitioner", "", "", nurse.person_key, active=False)
    if identity is not None:
        event = world.account_event("ACC-X", nurse.person_key, status="registered")
        await world.tell(event.model_copy(update={"identity": identity}))
    tries = [
        await b.start(stranger, "military-to-local", SOLDIER | WORK),
        await b.start(stranger, "change", WORK, institution_id="HOSPITAL2"),
        await world.call(stranger, "GET", "/api/v1/my/eligibility/nurse-renewal"),
    ]
    for answer in tries:
        assert (answer.status_code, world.codes(answer)) == (403, ["account_not_active"])
        assert "北京示例医院" not in answer.text
        assert "王" not in answer.text


# --- re-issue ------------------------------------------------------------------------------------


async def test_a_lost_certificate_is_issued_again_and_nothing_else_changes(world, b):
    nurse = await b.nurse()
    before = await b.registration(nurse)
    one = await b.submitted(nurse, "certificate-reissue", {"ground": "lost"})
    await b.agreed(one, world.HOSPITAL, world.XICHENG)
    after = await b.registration(nurse)
    assert (after.valid_until, after.status) == (before.valid_until, "registered")
    assert after.sealed_certificate_number == before.sealed_certificate_number
    assert (await b.history(nurse))[-1].change == "nurse-certificate-reissue"


async def test_a_re_issue_has_a_ground_of_its_own(b):
    nurse = await b.nurse()
    assert await b.codes(nurse, "certificate-reissue") == ["reissue_ground_unknown"]
    codes = await b.codes(nurse, "certificate-reissue", {"ground": "death"})
    assert codes == ["reissue_ground_not_met"]
    assert await b.codes(nurse, "certificate-reissue", {"ground": "damaged"}) == []


# --- no two at once ------------------------------------------------------------------------------


async def test_a_nurse_has_one_open_application_whatever_its_type(world, b):
    nurse = await b.nurse()
    first = await b.submitted(nurse, "renewal", FIT)
    second = await b.start(nurse, "change", WORK, institution_id="HOSPITAL2")
    assert (second.status_code, world.codes(second)) == (409, ["no_open_application_not_met"])
    assert first["number"] in second.json()["reasons"][0]["reason"]


async def test_may_i_answers_for_every_business(world, b):
    nurse = await b.nurse()
    answers = {}
    for row in (await world.call(None, "GET", "/api/v1/business-types")).json():
        answer = await world.call(nurse, "GET", f"/api/v1/my/eligibility/{row['slug']}")
        assert answer.status_code == 200, answer.text
        answers[row["slug"]] = answer.json()["answer"]
        for one in answer.json()["conditions"]:
            assert one["source"]
            assert one["outcome"] == "met" or one["reason"]["next_step"]
    assert answers["nurse-first"] == answers["nurse-re-registration"] == "no"
    assert answers["nurse-renewal"] == answers["nurse-change"] == "unknown"


async def test_the_database_takes_no_effect_of_what_was_not_approved(world, b):
    nurse = await b.nurse()
    one = await b.submitted(nurse, "renewal", FIT)
    held = await b.registration(nurse)
    async with world.kit.database.transaction() as tx:
        with pytest.raises(DBAPIError, match="no effect without an approval"):
            await registrations.add_history(
                tx, held, "nurse-renewal", "北京示例医院", one["id"], one["number"]
            )
