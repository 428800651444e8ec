"""An institution gets its account, clones it for its staff, and is acted for: through the gateway,
by the accounts that would do it in life (Q15, Q16, Q36, Q37, Q54)."""

from __future__ import annotations

from tests.journeys.caller import Staff
from tests.journeys.conftest import Connect
from tests.journeys.offices import (
    SEEN,
    STAFF,
    Phone,
    clinic,
    first_log_in,
    issue,
    new_phone,
    until_refused,
    user_name,
)

from zhiye_launcher.demo_data import ACCOUNTS, CHANGAN_HOSPITAL

DELEGATIONS = "/api/v1/delegations"


async def test_an_institution_gets_its_account_and_clones_it_for_its_staff(
    connect: Connect, staff: Staff
) -> None:
    county, elsewhere = await staff("xicheng1"), await staff("changan1")
    office, phone = await clinic(county), new_phone(connect)
    missing = await county.ask("POST", STAFF, {"role": "institution", "organisation_id": office})
    assert missing.status_code == 422
    account_id = await issue(county, office, user_name(), phone)
    main = await first_log_in(connect, phone)
    assert [a["state"] for a in (await main.get(STAFF))["items"]] == ["active"]

    clerk_phone = new_phone(connect)
    body = {"staff_name": "张伟", "user_name": user_name(), "phone": clerk_phone.number}
    made = await main.post(f"{STAFF}/{account_id}/clones", body)
    clerk = await first_log_in(connect, clerk_phone)
    await clerk.refused(
        "POST",
        f"{STAFF}/{account_id}/clones",
        body | {"user_name": user_name()},
        status=403,
        code="main_account_only",
    )
    for path in (f"{STAFF}/{account_id}/reissue", f"{STAFF}/{account_id}/end"):
        sent = {"materials": SEEN} if path.endswith("reissue") else {"reason": "other"}
        await elsewhere.refused("POST", path, sent, status=404, code="staff_account_unknown")

    people = "/api/v1/activation-desk/people"
    await clerk.get(people)
    await main.post(f"{STAFF}/{made['account_id']}/end", {"reason": "left"})
    assert await until_refused(clerk, people) < 5
    assert [act["act"] for act in (await main.get(f"{STAFF}/acts"))["items"]] == [
        "staff_account_ended",
        "clone_made",
        "account_issued",
    ]


async def test_an_account_issued_again_ends_what_was_open(connect: Connect, staff: Staff) -> None:
    county = await staff("xicheng1")
    office, old, new = await clinic(county), new_phone(connect), new_phone(connect)
    account_id = await issue(county, office, user_name(), old)
    main = await first_log_in(connect, old)
    body = {"materials": SEEN, "phone": new.number}
    done = await county.post(f"{STAFF}/{account_id}/reissue", body)
    assert (done["sent_to"], done["clones"]) == (f"136****{new.number[-4:]}", 0)
    assert await until_refused(main, STAFF) < 5
    told = await old.newest("contact_changed")
    assert told["new_address"] == done["sent_to"]
    again = await first_log_in(connect, new)
    assert len((await again.get(STAFF))["items"]) == 1


async def test_a_delegate_acts_while_the_principal_is_present(
    connect: Connect, staff: Staff
) -> None:
    hospital, principal = await staff("heanyiyuan"), await staff("changanyy")
    phone = Phone(connect(), next(a.phone for a in ACCOUNTS if a.user_name == "changanyy"))
    asked = await hospital.post(DELEGATIONS, {"institution_id": CHANGAN_HOSPITAL})
    path = f"{DELEGATIONS}/{asked['delegation_id']}"
    await hospital.refused("POST", f"{path}/token", status=409, code="delegation_over")
    words = await phone.newest("delegation_code")
    assert words["delegate"] == "北京和安医院"
    given = await hospital.post(f"{path}/confirmation", {"code": words["code"]})
    acting = connect()
    acting.token = given["access_token"]
    assert "items" in await acting.get("/api/v1/applications")
    await acting.refused("GET", STAFF, status=403, code="acting_for_another")

    told = (await principal.get(DELEGATIONS))["items"][0]
    assert (told["state"], told["delegate"]) == ("lasting", "北京和安医院")
    await principal.post(f"{path}/end")
    assert await until_refused(acting, "/api/v1/applications") < 5
    assert "items" in await hospital.get("/api/v1/applications"), "its own token is good"
    acts = [act["act"] for act in (await principal.get(f"{STAFF}/acts"))["items"]]
    assert acts[:3] == ["delegation_ended", "delegation_confirmed", "delegation_requested"]
