"""An institution gets its account, clones it for its staff, and is acted for: through the gateway,
by the accounts that would do it in life (Q15, Q16, Q36, Q37, Q54)."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from dataclasses import dataclass
from typing import Any

from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect

from zhiye_contracts.identifiers import institution_number
from zhiye_launcher.demo_data import ACCOUNTS, CHANGAN_HOSPITAL

STAFF, DELEGATIONS, TOKEN = "/api/v1/staff-accounts", "/api/v1/delegations", "/api/v1/oauth/token"
SEEN = ["licence_copy", "authorisation_letter", "person_in_charge_id"]
_NUMBERS = itertools.count(secrets.randbelow(10**7))


@dataclass
class Phone:
    """Somebody's mobile, and what came to it."""

    caller: Caller
    number: str

    async def newest(self, template: str, than: int = 0) -> dict[str, Any]:
        """The parameters of the ``than + 1``-th message of this kind."""
        path = f"/api/v1/development/messages?channel=sms&address={self.number}"
        async with asyncio.timeout(15):
            while True:
                items = (await self.caller.get(path))["items"]
                found = [m["parameters"] for m in items if m["template"] == template]
                if len(found) > than:
                    return found[-1 - than]  # type: ignore[no-any-return]
                await asyncio.sleep(0.02)


def _phone(connect: Connect) -> Phone:
    return Phone(connect(), f"136{next(_NUMBERS) % 10**8:08d}")


def _user_name() -> str:
    return f"s{next(_NUMBERS) % 10**8:08d}"


async def _clinic(county: Caller) -> str:
    """A new clinic in Xicheng; its id."""
    number = next(_NUMBERS) % 10**8
    body = {
        "name": f"北京示例诊所{number}",
        "region": "110102",
        "registration_number": institution_number(f"{number:08d}", "110102", "11", "D100", "1"),
    }
    return str((await county.post("/api/v1/institutions", body))["id"])


async def _issue(county: Caller, clinic: str, user_name: str, phone: Phone) -> str:
    body = {
        "role": "institution",
        "organisation_id": clinic,
        "user_name": user_name,
        "phone": phone.number,
        "person_in_charge": "李静",
        "materials": SEEN,
    }
    async with asyncio.timeout(15):  # the clinic comes over the bus
        while True:
            answer = await county.ask("POST", STAFF, body)
            if answer.status_code == 201:
                return str(answer.json()["account_id"])
            assert answer.json()["code"] == "organisation_unknown", answer.text
            await asyncio.sleep(0.05)


async def _first_log_in(connect: Connect, phone: Phone, times: int = 0) -> Caller:
    """With what came by SMS: the credentials, then the code."""
    given = await phone.newest("credentials", times)
    caller = connect()
    form = {
        "grant_type": "password",
        "username": given["user_name"],
        "password": given["password"],
    }
    asked = await caller.ask("POST", TOKEN, data=form)
    assert (asked.status_code, asked.json()["code"]) == (403, "first_login_code_needed")
    code = (await phone.newest("verification_code", times))["code"]
    await caller._token(form | {"code": code})
    return caller


async def _until_refused(caller: Caller, path: str) -> float:
    """Seconds until the gateway refuses the token that has not expired."""
    since = time.monotonic()
    async with asyncio.timeout(10):
        while (await caller.ask("GET", path)).status_code != 401:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return time.monotonic() - since


async def test_an_institution_gets_its_account_and_clones_it_for_its_staff(
    connect: Connect, staff: Staff
) -> None:
    county, elsewhere = await staff("xicheng1"), await staff("changan1")
    clinic, phone = await _clinic(county), _phone(connect)
    missing = await county.ask("POST", STAFF, {"role": "institution", "organisation_id": clinic})
    assert missing.status_code == 422
    account_id = await _issue(county, clinic, _user_name(), phone)
    main = await _first_log_in(connect, phone)
    assert [a["state"] for a in (await main.get(STAFF))["items"]] == ["active"]

    clerk_phone = _phone(connect)
    body = {"staff_name": "张伟", "user_name": _user_name(), "phone": clerk_phone.number}
    made = await main.post(f"{STAFF}/{account_id}/clones", body)
    clerk = await _first_log_in(connect, clerk_phone)
    await clerk.refused(
        "POST",
        f"{STAFF}/{account_id}/clones",
        body | {"user_name": _user_name()},
        status=403,
        code="main_account_only",
    )
    for path in (f"{STAFF}/{account_id}/reissue", f"{STAFF}/{account_id}/end"):
        sent = {"materials": SEEN} if path.endswith("reissue") else {"reason": "other"}
        await elsewhere.refused("POST", path, sent, status=404, code="staff_account_unknown")

    people = "/api/v1/activation-desk/people"
    await clerk.get(people)
    await main.post(f"{STAFF}/{made['account_id']}/end", {"reason": "left"})
    assert await _until_refused(clerk, people) < 5
    assert [act["act"] for act in (await main.get(f"{STAFF}/acts"))["items"]] == [
        "staff_account_ended",
        "clone_made",
        "account_issued",
    ]


async def test_an_account_issued_again_ends_what_was_open(connect: Connect, staff: Staff) -> None:
    county = await staff("xicheng1")
    clinic, old, new = await _clinic(county), _phone(connect), _phone(connect)
    account_id = await _issue(county, clinic, _user_name(), old)
    main = await _first_log_in(connect, old)
    body = {"materials": SEEN, "phone": new.number}
    done = await county.post(f"{STAFF}/{account_id}/reissue", body)
    assert (done["sent_to"], done["clones"]) == (f"136****{new.number[-4:]}", 0)
    assert await _until_refused(main, STAFF) < 5
    told = await old.newest("contact_changed")
    assert told["new_address"] == done["sent_to"]
    again = await _first_log_in(connect, new)
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
    assert await _until_refused(acting, "/api/v1/applications") < 5
    assert "items" in await hospital.get("/api/v1/applications"), "its own token is good"
    acts = [act["act"] for act in (await principal.get(f"{STAFF}/acts"))["items"]]
    assert acts[:3] == ["delegation_ended", "delegation_confirmed", "delegation_requested"]
