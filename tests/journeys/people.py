"""Nurses for journeys: from a record of the exam to an account in use."""

from __future__ import annotations

import asyncio
import io
import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.journeys.caller import Caller

from zhiye_chassis.clock import SystemClock
from zhiye_launcher.demo_data import HEAN
from zhiye_launcher.generator import Record, write

_NUMBERS = itertools.count(secrets.randbelow(10**5) * 1000)


@dataclass
class Nurse:
    """One person, what she chose, and her caller (logged in once the account is open)."""

    caller: Caller
    record: Record
    phone: str
    user_name: str
    password: str = "Nightingale1860"

    async def registration(self) -> dict[str, Any]:
        """The body that opens her account, with a fresh captcha answered."""
        captcha = await self.caller.post("/api/v1/captchas")
        return {
            "name": self.record["name"],
            "id_number": self.record["id_number"],
            "captcha_id": captcha["captcha_id"],
            "captcha_answer": captcha["development_answer"],
            "phone": self.phone,
            "email": f"{self.user_name}@example.com",
            "user_name": self.user_name,
            "password": self.password,
        }

    async def open_account(self) -> None:
        await self.caller.post("/api/v1/accounts", await self.registration())
        await self.caller.log_in(self.user_name, self.password)
        async with asyncio.timeout(15):  # the exam record comes over the bus
            while True:
                if (await self.account())["identity"]["code"] == "identity_matched":
                    return
                await asyncio.sleep(0.05)

    async def account(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.caller.get("/api/v1/accounts/me")
        return found

    async def code(self) -> str:
        """Have a code sent by SMS and read it."""
        path = f"/api/v1/development/messages?channel=sms&address={self.phone}"
        before = (await self.caller.get(path))["items"]
        await self.caller.post("/api/v1/accounts/me/verification-codes", {"channel": "sms"})
        async with asyncio.timeout(15):
            while True:
                sent = (await self.caller.get(path))["items"]
                if len(sent) > len(before):
                    return str(sent[0]["parameters"]["code"])
                await asyncio.sleep(0.02)

    async def recovery(self) -> str:
        """Start the recovery of her account by another phone, which nobody has; its id."""
        captcha = await self.caller.post("/api/v1/captchas")
        body = {
            "method": "phone",
            "address": f"136{self.phone[3:]}",
            "captcha_id": captcha["captcha_id"],
            "captcha_answer": captcha["development_answer"],
        }
        started = await self.caller.post("/api/v1/recoveries", body)
        return str(started["recovery_id"])

    async def verify_phone(self) -> None:
        body = {"channel": "sms", "code": await self.code()}
        await self.caller.post("/api/v1/accounts/me/verifications", body)

    async def activate(self) -> None:
        body = {"certificate_number": self.record["certificate_number"]}
        await self.caller.post("/api/v1/accounts/me/activation", body)
        await self.caller.refresh()

    async def draft(self, institution: str = HEAN, **form: Any) -> dict[str, Any]:
        body = {"business_type": "nurse-first", "institution_id": institution, "form": form}
        found: dict[str, Any] = await self.caller.post("/api/v1/applications", body)
        return found

    async def submitted(self, institution: str = HEAN) -> dict[str, Any]:
        """An application with everything filled in, as it is once submitted."""
        draft = await self.draft(
            institution,
            department="ward",
            work_category="clinical-nursing",
            full_civil_capacity=True,
            health={"meets_standard": True, "checked_on": self.health_checked_on()},
        )
        path = f"/api/v1/applications/{draft['id']}/submission"
        found: dict[str, Any] = await self.caller.post(path)
        return found

    @staticmethod
    def health_checked_on() -> str:
        return str(SystemClock().today() - timedelta(days=20))


class People:
    """A pool of exam records; each becomes one nurse."""

    def __init__(self, connect: Callable[[], Caller], records: Sequence[Record]) -> None:
        self._connect = connect
        self._records = records
        self._free: Iterator[Record] = iter(records)

    async def feed(self, exam_centre: Caller) -> None:
        stream = io.StringIO(newline="")
        write(self._records, stream, "ndjson")
        headers = {"Content-Type": "application/x-ndjson"}
        answer = await exam_centre.ask(
            "POST", "/api/v1/qualification-batches", content=stream.getvalue(), headers=headers
        )
        assert answer.json()["counts"]["recorded"] == len(self._records), answer.text

    def nobody(self, **changes: Any) -> Nurse:
        """Somebody who passed and has no account yet; ``changes`` to the exam record as she
        remembers it."""
        number = next(_NUMBERS) % 10**8
        record: Record = next(self._free) | changes
        return Nurse(self._connect(), record, f"137{number:08d}", f"p{number:08d}")

    async def registered(self) -> Nurse:
        nurse = self.nobody()
        await nurse.open_account()
        return nurse

    async def active(self) -> Nurse:
        nurse = await self.registered()
        await nurse.verify_phone()
        await nurse.activate()
        return nurse
