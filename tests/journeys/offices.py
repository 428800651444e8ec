"""Offices for journeys: institutions with accounts, and the phones they are told by."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from dataclasses import dataclass
from typing import Any

from tests.journeys.caller import Caller
from tests.journeys.conftest import Connect

from zhiye_contracts.identifiers import institution_number

STAFF, TOKEN = "/api/v1/staff-accounts", "/api/v1/oauth/token"
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


def new_phone(connect: Connect) -> Phone:
    return Phone(connect(), f"136{next(_NUMBERS) % 10**8:08d}")


def user_name() -> str:
    return f"s{next(_NUMBERS) % 10**8:08d}"


async def clinic(county: Caller) -> str:
    """A new clinic in Xicheng, in practice; its id."""
    number = next(_NUMBERS) % 10**8
    body = {"name": f"北京示例诊所{number}", "region": "110102", "registration_number": licence()}
    return str((await county.post("/api/v1/institutions", body))["id"])


def licence(category: str = "D100", region: str = "110102") -> str:
    """Another registration number each time."""
    return institution_number(f"{next(_NUMBERS) % 10**8:08d}", region, "11", category, "1")


async def issue(county: Caller, institution: str, name: str, phone: Phone) -> str:
    """Have the main account of an institution issued; its id."""
    body = {
        "role": "institution",
        "organisation_id": institution,
        "user_name": name,
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


async def first_log_in(connect: Connect, phone: Phone, times: int = 0) -> Caller:
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


async def until_refused(caller: Caller, path: str) -> float:
    """Seconds until the gateway refuses the token that has not expired."""
    since = time.monotonic()
    async with asyncio.timeout(10):
        while (await caller.ask("GET", path)).status_code != 401:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return time.monotonic() - since
