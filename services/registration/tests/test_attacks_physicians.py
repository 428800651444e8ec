"""What somebody with bad intent, or bad luck, tries with the businesses of physicians."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from services.registration.tests.businesses import PATH, TODAY
from services.registration.tests.physicians import (
    DAY,
    FIRST,
    FIT,
    INFORMED,
    Physicians,
)
from services.registration.tests.punishing import Punishing

from zhiye_chassis.pagination import encode_cursor
from zhiye_chassis.rows import insert_rows
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_registration.adapters import filings
from zhiye_registration.adapters.physician_tables import physician_certificate

CASES = "/api/v1/scope-cases"


@pytest.fixture
async def p(world: Any) -> Physicians:
    return await Physicians(world).open()


async def stranger_of(world: Any, who: Principal) -> Principal:
    """Somebody who knows name and ID number, and opened an account with them."""
    await world.tell(
        world.account_event("STRANGER", who.person_key, status="verified", identity="matched")
    )
    return replace(who, account_id="STRANGER", active=False)


async def not_online(world: Any) -> None:
    """Where the authorities of Beijing are not online yet (Q5.2)."""
    await world.tell(
        world.authority_event("XICHENG", "西城区卫生健康委员会", "110102", version=2, online=False),
        world.authority_event("BEIJING", "北京市卫生健康委员会", "110000", version=2, online=False),
    )


async def test_who_only_knows_name_and_id_number_learns_no_further_employer(world, p):
    who = await p.physician()
    further = await p.register(who, institution=("HEBEI-CLINIC", "130102"))
    (held,) = [one.id for one in await p.all(who) if one.id != further.id]
    query = f"institution_id=HEBEI-HOSPITAL&registration_id={held}"
    path = f"/api/v1/my/eligibility/physician-change?{query}"
    assert "石家庄诊所" in (await world.call(who, "GET", path)).text
    answer = await world.call(await stranger_of(world, who), "GET", path)
    assert answer.status_code == 200
    assert "石家庄诊所" not in answer.text


async def test_who_only_knows_name_and_id_number_learns_nothing_by_a_scope_case(world, p):
    """It tells where somebody is registered, and with which scopes."""
    await not_online(world)
    entries = [{"category": "1", "scope": "12"}]
    path = "/api/v1/scope-catalogues/13/2026"
    await world.call(world.HEBEI, "PUT", path, {"entries": entries}, If_Match='"0"')
    who = await p.physician()
    stranger = await stranger_of(world, who)
    form = FIT | {"department": "03"}
    one = await p.submitted(stranger, "add-location", form, institution_id="HEBEI-HOSPITAL")
    key = one["scope_case"]["id"]
    answer = await world.call(stranger, "GET", f"{CASES}/{key}")
    form = await world.call(stranger, "GET", f"{PATH}/{one['id']}")
    for text in (answer.text, form.text):
        for name in ("北京示例医院", "西城区卫生健康委员会", "内科专业"):
            assert name not in text


@pytest.mark.parametrize("ground", ["own-request", "criminal"])
async def test_who_only_knows_name_and_id_number_learns_no_ground_of_a_cancellation(
    world, p, ground
):
    gone = {"status": "cancelled", "cancelled_on": TODAY - DAY, "cancellation_ground": ground}
    who = await p.physician(**gone)
    path = "/api/v1/my/eligibility/physician-re-registration?institution_id=HOSPITAL"
    answer = (await world.call(await stranger_of(world, who), "GET", path)).json()
    (bar,) = [one for one in answer["conditions"] if one["name"] == "no_bar"]
    assert (bar["outcome"], bar["reason"]) == ("met", None)


async def test_who_was_filed_somewhere_once_is_not_followed_from_there(world, p):
    who = await p.physician()
    filing = await p.filed_at(who)
    path = f"/api/v1/filings/{filing.id}"
    ended = await world.call(world.OTHER_HOSPITAL, "POST", f"{path}/end", If_Match='"1"')
    assert ended.status_code == 200, ended.text
    await p.done(who, "change", {"department": "03"}, institution_id="CHAOYANG-HOSPITAL")
    answer = await world.call(world.OTHER_HOSPITAL, "GET", path)
    assert answer.status_code == 200
    assert "朝阳医院" not in answer.text
    assert "CHAOYANG" not in answer.text
    assert "朝阳医院" in (await world.call(who, "GET", path)).text


async def test_who_is_given_a_number_meanwhile_does_not_use_up_a_countys(world, p):
    """Whoever takes the registrations over does it while an approval looks for a number."""
    who = await p.qualified()
    one = await p.agreed(await p.submitted(who, "registration", FIRST), world.HOSPITAL)
    kit, number = world.kit, "110110102000777"
    key = kit.certificate_key(number)
    sealed = kit.settings.cipher.seal(number, purposes.CERTIFICATE_NUMBER)
    async with kit.database.transaction() as tx:
        assert await filings.give_certificate(tx, who.person_key or "", key, sealed)
        decision = asyncio.create_task(world.review(world.XICHENG, one, "approve"))
        await asyncio.sleep(0.3)
    answer = await asyncio.wait_for(decision, 10)
    assert answer.status_code == 200, answer.text
    assert p.number(await p.registration(who)) == number


async def test_thousands_of_numbers_that_were_taken_over_are_passed_over_in_one_step(world, p):
    """A county's numbers are dense: whoever is registered there first must not wait for all."""
    who = await p.qualified()
    one = await p.agreed(await p.submitted(who, "registration", FIRST), world.HOSPITAL)
    keys = [world.kit.certificate_key(f"11011010{n:07d}") for n in range(2_000_001, 2_005_001)]
    rows = [{"certificate_key": k, "person_key": k, "sealed_certificate_number": "x"} for k in keys]
    async with world.kit.database.transaction() as tx:
        await insert_rows(tx, physician_certificate, rows)
    began = time.monotonic()
    answer = await world.review(world.XICHENG, one, "approve")
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - began < 2
    assert p.number(await p.registration(who)).endswith("005001")


async def test_a_qualification_that_is_no_longer_valid_changes_no_category(world, p):
    who = await p.physician()
    serial = int(who.account_id.removeprefix("ACC-P"))
    await p.qualified(category="4", serial=serial, in_force=False)
    form = {"qualification_id": f"PQ{serial}-14", "scopes": ["51"], "department": "50"}
    codes = await p.codes(who, "change", form)
    assert codes == ["chosen_qualification_valid_not_met"]


async def test_who_is_revoked_is_not_filed_at_a_further_institution(world):
    made = await Punishing(world).open()
    p = made.physicians
    who = await p.physician()
    form = {"from_on": str(TODAY), "until_on": str(TODAY + 300 * DAY)}
    await made.punished(who)
    codes = await p.codes(who, "multi-institution", form, institution_id="HOSPITAL2")
    assert codes == ["no_bar_not_met"]


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("moving-out", {"destination": "某地"}),
        ("certificate-reissue", {"ground": "lost"}),
    ],
)
async def test_who_is_revoked_neither_slips_away_nor_gets_a_new_certificate(world, kind, form):
    """Moving out would end the duty to cancel; the certificate is the one that was taken away."""
    made = await Punishing(world).open()
    who = await made.physicians.physician()
    assert await made.physicians.codes(who, kind, form) == []
    await made.punished(who)
    assert await made.physicians.codes(who, kind, form) == ["no_bar_not_met"]


async def test_a_revoked_nurse_gets_no_new_certificate(world):
    made = await Punishing(world).open()
    nurse = await made.nurses.nurse()
    await made.punished(nurse)
    one = (await made.nurses.start(nurse, "certificate-reissue", {"ground": "lost"})).json()
    answer = await world.submit(nurse, one["id"])
    assert world.codes(answer) == ["not_barred_not_met"]


async def test_a_friend_who_never_reviews_does_not_keep_a_revoked_physician_on_the_register(world):
    """Nobody but the institution that an application waits for could end it."""
    made = await Punishing(world).open()
    p = made.physicians
    who = await p.physician()
    waits = await p.submitted(who, "change", {"department": "03"}, institution_id="HOSPITAL2")
    await made.punished(who)
    held = await p.registration(who)
    form = {"ground": "revoked", "informed": INFORMED}
    one = await p.submitted(world.XICHENG, "cancellation", form, registration_id=held.id)
    ended = (await world.call(who, "GET", f"{PATH}/{waits['id']}")).json()
    assert (ended["state"], ended["timeline"][-1]["action"]) == ("withdrawn", "superseded")
    await p.agreed(one, world.XICHENG)
    assert (await p.registration(who)).status == "cancelled"


async def test_on_a_ground_that_somebody_may_answer_an_authority_waits_for_its_turn(world, p):
    who = await p.physician()
    waits = await p.submitted(who, "change", {"department": "03"}, institution_id="HOSPITAL2")
    held = await p.registration(who)
    form = {"ground": "assessment-failed"}
    made = await p.start(world.XICHENG, "cancellation", form, registration_id=held.id)
    await p.prove(world.XICHENG, made.json()["id"])
    answer = await world.submit(world.XICHENG, made.json()["id"])
    assert "no_open_application_not_met" in world.codes(answer)
    assert (await world.call(who, "GET", f"{PATH}/{waits['id']}")).json()["state"] == waits["state"]


async def test_two_filings_do_not_come_to_be_at_one_institution_by_a_revision(world, p):
    who = await p.physician()
    form = {"from_on": str(TODAY), "until_on": str(TODAY + DAY)}
    await p.start(who, "multi-institution", form, institution_id="HOSPITAL2")
    made = await p.start(who, "multi-institution", form, institution_id="CHAOYANG-HOSPITAL")
    path, body = f"{PATH}/{made.json()['id']}", {"institution_id": "HOSPITAL2", "form": form}
    answer = await world.call(who, "PUT", path, body, If_Match='"1"')
    assert (answer.status_code, world.codes(answer)) == (409, ["no_open_application_not_met"])
    body["institution_id"] = "CHAOYANG-HOSPITAL"
    assert (await world.call(who, "PUT", path, body, If_Match='"1"')).status_code == 200


NUL, LONE, HUGE = "\u0000", "\ud800", 10**40
DAYS = ("0001-01-01", "9999-12-31", HUGE, NUL, LONE, [], {}, -1, True)
NO_DAY = "9999-12-31"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("multi-institution", "from_on"),
        ("multi-institution", "until_on"),
        ("off-post", "left_on"),
        ("registration", "work_began_on"),
    ],
)
async def test_no_day_is_an_error_of_ours(world, p, kind, name):
    to = "HOSPITAL2" if kind == "multi-institution" else "HOSPITAL"
    for day in DAYS:
        who = await p.qualified() if kind == "registration" else await p.physician()
        form = FIRST | {"from_on": str(TODAY), "until_on": NO_DAY, "ground": "resigned", name: day}
        made = await p.start(who, kind, form, institution_id=to)
        assert made.status_code in (201, 422), made.text
        if made.status_code == 422:
            continue
        answer = await world.submit(who, made.json()["id"])
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 200:
            await p.agreed(answer.json(), *p.sides(to))
        mine = ("/api/v1/my/registrations", "/api/v1/my/filings")
        for path in (f"{PATH}/{made.json()['id']}", f"{PATH}/{made.json()['id']}/form.pdf", *mine):
            assert (await world.call(who, "GET", path)).status_code == 200


def training(day: str) -> dict[str, Any]:
    return {"institution_name": "x", "began_on": day, "ended_on": day, "passed": True}


async def test_no_form_is_an_error_of_ours(world, p):
    who = await p.physician()
    texts = ("note", "qualification_id", "destination", "department", "ground", "position")
    forms: list[Any] = [{name: bad} for name in texts for bad in (NUL, LONE, HUGE, {}, "x" * 9_999)]
    forms += [{"scopes": bad} for bad in (["11"] * 10_000, [["11"]], {}, HUGE, [NUL], [LONE])]
    forms += [{"training": training(day)} for day in ("0001-01-01", NO_DAY)]
    forms += [
        {"education": {"school": NUL}},
        {"informed": {"on": NO_DAY, "by": NUL}},
        [],
        "x",
        HUGE,
    ]
    for form in forms:
        made = await p.start(who, "change", form)
        assert made.status_code in (201, 422), (form, made.text)
        assert len(made.text) < 20_000
        if made.status_code == 201:
            answer = await world.submit(who, made.json()["id"])
            assert answer.status_code == 422, answer.text
            await world.call(who, "POST", f"{PATH}/{made.json()['id']}/withdrawal")


async def test_no_penalty_is_an_error_of_ours(world):
    made = await Punishing(world).open()
    who = await made.physicians.physician()
    for name in made.body(who) | {"ends_on": None, "note": None}:
        for bad in (*DAYS, "", " ", "\u3000", "x" * 10_000, "\ufdfa" * 100):
            given = {"kind": "suspension", "ends_on": "2027-01-01", name: bad}
            answer = await made.report(who, **given)
            assert answer.status_code in (200, 201, 409, 422), (name, bad, answer.text)
            if answer.status_code == 422:
                assert str(bad) not in answer.text or len(str(bad)) < 5


async def test_no_catalogue_is_an_error_of_ours(world, p):
    fine = {"category": "1", "scope": "12"}
    entries: list[Any] = [[], [fine] * 10_000, HUGE, [{"category": [], "scope": {}}], [NUL]]
    for bad in (NUL, LONE, "x" * 10_000, HUGE):
        entries += [[fine | {"label": {"zh": bad, "en": "x"}}], [fine | {"departments": [bad]}]]
    bodies = [{"entries": each} for each in entries]
    bodies += [{"entries": [fine], "most_scopes": bad} for bad in (HUGE, -1, NUL)]
    path = "/api/v1/scope-catalogues/11/2026"
    for body in bodies:
        answer = await world.call(world.BEIJING, "PUT", path, body, If_Match='"0"')
        assert answer.status_code == 422, answer.text
        assert len(answer.text) < 20_000
    for version in ("-1", "2147483647", "9" * 30, "x", "1.5"):
        given = {"If_Match": f'"{version}"'}
        answer = await world.call(world.BEIJING, "PUT", path, {"entries": [fine]}, **given)
        assert answer.status_code in (412, 422, 428), answer.text


READ = (
    *("filings", "duties", "penalties", "scope-cases", "applications", "roster"),
    *("application-evidence", "practice-options"),
)
STEPS = ("filings/{}/end", "duties/{}/staff-confirmation", "scope-cases/{}/agreement")
LISTS = (
    *("duties", "penalties", "scope-cases", "my/penalties", "verifications", "movements"),
    *("my/registration/verifications", "applications", "information-changes", "roster"),
)


async def test_no_id_and_no_cursor_is_an_error_of_ours(world, p):
    who = await p.physician()
    cursors = [encode_cursor(one) for one in (NUL, 2**63, 2**64 - 1, 1)] + ["x", "%00"]
    for caller in (who, world.HOSPITAL, world.XICHENG):
        for key in ("%00", "x%00y", "%ED%A0%80", "%ff", "x" * 64, "..%2f.."):
            for path in READ:
                answer = await world.call(caller, "GET", f"/api/v1/{path}/{key}")
                assert answer.status_code < 500, (path, answer.text)
            for path in STEPS:
                step = f"/api/v1/{path.format(key)}"
                assert (await world.call(caller, "POST", step, If_Match='"1"')).status_code < 500
        for path in LISTS:
            for cursor in cursors:
                query = f"cursor={cursor}&profession=physician&list=waiting_for_me"
                answer = await world.call(caller, "GET", f"/api/v1/{path}?{query}")
                assert answer.status_code < 500, (path, answer.text)
