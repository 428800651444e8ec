"""What people do in the demo's story, one step each."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import aiohttp

from zhiye_chassis.clock import SHANGHAI
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_launcher import demo_data
from zhiye_launcher.demo_client import Session, Unexpected
from zhiye_launcher.generator import Record, write
from zhiye_launcher.language import say


class Teller:
    """Prints one line a step, with the time it took."""

    def __init__(self) -> None:
        self._step = 0
        self._since = time.perf_counter()

    def heading(self, zh: str, en: str) -> None:
        print(f"\n{say(zh, en)}", flush=True)
        self._since = time.perf_counter()

    def step(self, zh: str, en: str, details: Sequence[str] = ()) -> None:
        took = (time.perf_counter() - self._since) * 1000
        self._step += 1
        print(f"{self._step:>3}. {say(zh, en)}  [{took:.0f} ms]", flush=True)
        for detail in details:
            print(f"       {detail}", flush=True)
        self._since = time.perf_counter()


class Nurse:
    """A person of the story and what she needs to log in."""

    def __init__(self, session: Session, record: Record, number: int) -> None:
        self.session = session
        self.record = record
        self.user_name = f"n{int(time.time() * 10) % 10**9}{number}"
        self.password = demo_data.PASSWORD
        self.phone = f"13{time.time_ns() // 1000 % 10**8:08d}{number}"


class Steps:
    """Tells each step as it is done."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http = http
        self._address = address
        self._say = Teller()
        # Other people each time, so that the story can be told again to the same system.
        self._seed = time.time_ns() // 1_000_000

    def _session(self) -> Session:
        return Session(self._http, self._address)

    async def check_that_it_runs(self) -> None:
        try:
            async with self._http.get(f"{self._address}/readyz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        raise Refused(
            Reason(
                "not_running",
                Text(f"{self._address} 没有就绪的系统。", f"Nothing is ready at {self._address}."),
                Text("请先运行 make run。", "Start it first: make run."),
            )
        )

    async def _send(self, centre: Session, records: Sequence[Record], kind: Any) -> Any:
        stream = io.StringIO(newline="")
        write(records, stream, kind)
        media = "text/csv" if kind == "csv" else "application/x-ndjson"
        return await centre.call(
            "POST",
            "/api/v1/qualification-batches",
            data=stream.getvalue().encode("utf-8"),
            headers={"Content-Type": media},
        )

    async def _open_account(self, record: Record, number: int) -> Nurse:
        """Registration, phone verification, activation by the exam certificate."""
        nurse = await self._verified_account(record, number)
        await nurse.session.call(
            "POST",
            "/api/v1/accounts/me/activation",
            {"certificate_number": record["certificate_number"]},
        )
        await nurse.session.refresh()
        self._say.step(
            "输入考试合格证书编码，账户激活，全部功能开放",
            "Enters her exam certificate number: the account is active, everything is open",
        )
        return nurse

    async def _verified_account(self, record: Record, number: int) -> Nurse:
        """Registration and phone verification."""
        nurse = Nurse(self._session(), record, number)
        name = record["name"]
        session = nurse.session
        captcha = await session.call("POST", "/api/v1/captchas")
        if not captcha.get("development_answer"):
            raise Unexpected("no development mode: the captcha needs a person")
        account = await session.call(
            "POST",
            "/api/v1/accounts",
            {
                "name": name,
                "id_number": record["id_number"],
                "captcha_id": captcha["captcha_id"],
                "captcha_answer": captcha["development_answer"],
                "phone": nurse.phone,
                "email": f"{nurse.user_name}@example.com",
                "user_name": nurse.user_name,
                "password": nurse.password,
            },
        )
        self._say.step(
            f"{name}注册账户；身份校验：{account['identity']['reason']}",
            f"{name} opens an account; identity check: {account['identity']['reason']}",
        )
        await session.log_in(nurse.user_name, nurse.password)
        sent = await session.call(
            "POST", "/api/v1/accounts/me/verification-codes", {"channel": "sms"}
        )
        code = await self._code_sent_to(nurse.phone, "verification_code")
        account = await session.call(
            "POST", "/api/v1/accounts/me/verifications", {"channel": "sms", "code": code}
        )
        self._say.step(
            f"登录，验证码发至 {sent['sent_to']}，手机验证通过",
            f"Logs in; a code goes to {sent['sent_to']}; the phone is verified",
        )
        return nurse

    async def _code_sent_to(self, phone: str, template: str) -> str:
        """Read off the development sink, as a person would off her phone."""
        async with asyncio.timeout(15):
            while True:
                sink = await self._session().call(
                    "GET", f"/api/v1/development/messages?address={phone}&channel=sms&limit=1"
                )
                for message in sink["items"]:
                    if message["template"] == template:
                        return str(message["parameters"]["code"])
                await asyncio.sleep(0.02)

    async def _draft(self, nurse: Nurse, form: dict[str, Any]) -> Any:
        return await nurse.session.call(
            "POST",
            "/api/v1/applications",
            {"business_type": "nurse-first", "institution_id": demo_data.HEAN, "form": form},
        )

    async def _submit(self, nurse: Nurse, draft: dict[str, Any]) -> None:
        sent = await nurse.session.call("POST", f"/api/v1/applications/{draft['id']}/submission")
        self._say.step(
            f"提交；机构审核期限 {sent['deadline']}，剩 {sent['working_days_left']} 个工作日",
            f"Submits; the institution has until {sent['deadline']}, "
            f"{sent['working_days_left']} working days",
        )

    async def _staff(self, user_name: str) -> Session:
        session = self._session()
        await session.log_in(user_name, demo_data.PASSWORD)
        return session

    async def _review(
        self,
        session: Session,
        application_id: str,
        step: str,
        decision: str,
        reasons: Sequence[dict[str, str]] = (),
    ) -> Any:
        seen = await session.call("GET", f"/api/v1/applications/{application_id}")
        return await session.call(
            "POST",
            f"/api/v1/applications/{application_id}/{step}",
            {"decision": decision, "reasons": list(reasons)},
            headers={"If-Match": seen["etag"]},
        )

    async def _timeline(self, nurse: Nurse, application_id: str) -> None:
        seen = await nurse.session.call("GET", f"/api/v1/applications/{application_id}")
        until = say("期限", "until")
        self._say.step(
            "办理过程：何时、何人、何事、期限",
            "The timeline: when, who, what, deadline",
            [
                f"{in_shanghai(step['at'])}  {step['action_label']}"
                f"  {step['organisation'] or step['actor_name']}"
                + (f"  {until} {step['deadline']}" if step["deadline"] else "")
                for step in seen["timeline"]
            ],
        )

    async def _messages(self, nurse: Nurse, at_least: int) -> list[dict[str, Any]]:
        """Her in-app messages, oldest first, once there are enough of them."""
        async with asyncio.timeout(15):
            while True:
                page = await nurse.session.call("GET", "/api/v1/my/messages")
                if len(page["items"]) >= at_least:
                    return list(reversed(page["items"]))
                await asyncio.sleep(0.05)


def in_shanghai(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def nurse_form(department: str = "ward") -> dict[str, Any]:
    today = date.today()  # noqa: DTZ011 - the reader's calendar is near enough for a health check
    return {
        "department": department,
        "work_category": "clinical-nursing",
        "full_civil_capacity": True,
        "health": {
            "meets_standard": True,
            "checked_on": str(today - timedelta(days=20)),
            "institution_name": "北京和安医院（演示）",
        },
    }


def reaches(draft: dict[str, Any], state: str) -> Any:
    return lambda told: told.get("number") == draft["number"] and told.get("state") == state
