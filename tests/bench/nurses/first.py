"""First registrations, from the account to the certificate number, through the gateway."""

from __future__ import annotations

import asyncio
import io
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import aiohttp
from tests.journeys.databases import query
from tests.journeys.system import System

from zhiye_launcher.demo_client import Session
from zhiye_launcher.demo_data import HEAN, PASSWORD
from zhiye_launcher.demo_steps import nurse_form
from zhiye_launcher.generator import Record, generate_nurse_exam_results, write

AT_ONCE = 8
"""Nurses who are at it at the same time."""
MESSAGES = 3
"""That each of them is sent: submitted, reviewed, decided."""
_TOLD = {"told": "SELECT count(*) FROM in_app_message WHERE template LIKE 'application%'"}
_ADDRESSES = (f"198.18.{a}.{b}" for a, b in itertools.product(range(256), range(1, 255)))
"""Each nurse is a client of her own: codes are limited by client."""
_NUMBERS = itertools.count(time.time_ns() // 1_000_000 % 10**8)


@dataclass
class Nurse:
    session: Session
    record: Record
    phone: str
    user_name: str


@dataclass(frozen=True)
class Registered:
    """Seconds that it took all of them."""

    nurses: int
    accounts: float
    businesses: float

    @property
    def complete(self) -> float:
        """Nurses a second from no account to the number."""
        return self.nurses / (self.accounts + self.businesses)

    @property
    def without_accounts(self) -> float:
        return self.nurses / self.businesses


async def register(system: System, count: int, seed: int) -> Registered:
    """Have so many nurses registered who passed the exam; the clock stops when each has her
    number, and the messages about it."""
    records = list(generate_nurse_exam_results(count, seed, 2026, dirty=0))
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http:

        def session() -> Session:
            return Session(http, system.address, next(_ADDRESSES))

        await _feed(session(), records)
        hospital, authority = session(), session()
        await hospital.log_in("heanyiyuan", PASSWORD)
        await authority.log_in("xicheng1", PASSWORD)
        nurses = [_nurse(session(), record) for record in records]
        begun = perf_counter()
        await _each(nurses, _open_account)
        opened = perf_counter()

        async def business(nurse: Nurse) -> None:
            await _business(nurse, hospital, authority)

        before = (await query(system, "notifications", _TOLD))["told"]
        since = perf_counter()
        await _each(nurses, business)
        async with asyncio.timeout(60):
            while True:
                told = (await query(system, "notifications", _TOLD))["told"] - before
                if told >= MESSAGES * count:
                    break
                await asyncio.sleep(0.05)
        return Registered(count, opened - begun, perf_counter() - since)


async def _feed(centre: Session, records: Sequence[Record]) -> None:
    """Returns when the registration service has them."""
    await centre.log_in_as_client("examcentre", PASSWORD)
    stream = io.StringIO(newline="")
    write(records, stream, "ndjson")
    batches = "/api/v1/qualification-batches"
    batch = await centre.call(
        "POST",
        batches,
        data=stream.getvalue().encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    async with asyncio.timeout(60):
        while batch["state"] == "distributing":
            await asyncio.sleep(0.1)
            batch = await centre.call("GET", f"{batches}/{batch['id']}")
    if batch["counts"]["recorded"] != len(records):
        raise AssertionError(f"fed otherwise: {batch}")


def _nurse(session: Session, record: Record) -> Nurse:
    number = next(_NUMBERS) % 10**8
    return Nurse(session, record, f"137{number:08d}", f"b{number:08d}")


async def _each(nurses: Sequence[Nurse], do: Callable[[Nurse], Awaitable[None]]) -> None:
    waiting = iter(nurses)

    async def one_after_another() -> None:
        for nurse in waiting:
            await do(nurse)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_another())


async def _open_account(nurse: Nurse) -> None:
    """Account, log-in, identity, phone, activation by the exam certificate."""
    call = nurse.session.call
    captcha = await call("POST", "/api/v1/captchas")
    body = {
        "name": nurse.record["name"],
        "id_number": nurse.record["id_number"],
        "captcha_id": captcha["captcha_id"],
        "captcha_answer": captcha["development_answer"],
        "phone": nurse.phone,
        "email": f"{nurse.user_name}@example.com",
        "user_name": nurse.user_name,
        "password": PASSWORD,
    }
    await call("POST", "/api/v1/accounts", body)
    await nurse.session.log_in(nurse.user_name, PASSWORD)
    await call("POST", "/api/v1/accounts/me/verification-codes", {"channel": "sms"})
    code = await _code(nurse)
    await call("POST", "/api/v1/accounts/me/verifications", {"channel": "sms", "code": code})
    activation = {"certificate_number": nurse.record["certificate_number"]}
    await call("POST", "/api/v1/accounts/me/activation", activation)
    await nurse.session.refresh()


async def _code(nurse: Nurse) -> str:
    """As she reads it off her phone."""
    path = f"/api/v1/development/messages?address={nurse.phone}&channel=sms&limit=1"
    async with asyncio.timeout(30):
        while True:
            for message in (await nurse.session.call("GET", path))["items"]:
                if message["template"] == "verification_code":
                    return str(message["parameters"]["code"])
            await asyncio.sleep(0.02)


async def _business(nurse: Nurse, hospital: Session, authority: Session) -> None:
    """“May I?”, application, submission, review, decision, the number."""
    call = nurse.session.call
    await call("GET", f"/api/v1/my/eligibility/nurse-first?institution_id={HEAN}")
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": nurse_form()}
    draft = await call("POST", "/api/v1/applications", body)
    await call("POST", f"/api/v1/applications/{draft['id']}/submission")
    who = {"id_number": nurse.record["id_number"]}
    found = await hospital.call("POST", "/api/v1/applications/search", who)
    await _review(hospital, found[0]["id"], "institution-review")
    await _review(authority, found[0]["id"], "decision")
    mine = await call("GET", "/api/v1/my/registration")
    if not mine["registration"]["certificate_number"]:
        raise AssertionError("approved, and no number")


async def _review(who: Session, application: str, step: str) -> Any:
    path = f"/api/v1/applications/{application}"
    seen = await who.call("GET", path)
    headers = {"If-Match": seen["etag"]}
    return await who.call("POST", f"{path}/{step}", {"decision": "approve"}, headers=headers)
