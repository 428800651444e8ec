"""The accounts service on a database of its own, and short ways to fill it and look into it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import orjson
from sqlalchemy import Table, select, text, update

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.application.sessions import principal_of
from zhiye_accounts.domain.identity import Outcome
from zhiye_accounts.kit import Kit
from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.clock import FixedClock
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal, Role
from zhiye_chassis.service import Service
from zhiye_contracts import purposes
from zhiye_contracts.events import (
    AuthorityChanged,
    Event,
    InstitutionChanged,
    QualificationRecorded,
    QualificationsRecorded,
    QualificationTable,
    RegistrationChanged,
)
from zhiye_contracts.identifiers import make_id_number

Row = dict[str, Any]

PASSWORD = "Nightingale1860"
CERTIFICATE = "H2026110100001"
_HASHES: dict[str, str] = {}
_SERIALS = itertools.count(1)


def id_number(born: date = date(1990, 5, 17)) -> str:
    """Another valid ID number each time."""
    number = next(_SERIALS)
    return make_id_number("110105", born + timedelta(days=number // 999), number % 999)


def phone() -> str:
    """Another mobile number each time."""
    return f"138{next(_SERIALS):08d}"


async def hashed(password: str) -> str:
    """Argon2id is slow on purpose: once per run is enough."""
    if password not in _HASHES:
        _HASHES[password] = await hash_password(password)
    return _HASHES[password]


@dataclass
class World:
    service: Service
    kit: Kit
    clock: FixedClock
    transport: httpx.ASGITransport
    token_for: Callable[[Principal], str]
    anybody: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.anybody = self.client()

    def client(self, authorization: str = "", language: str = "en") -> httpx.AsyncClient:
        headers = {"Authorization": authorization} if authorization else {}
        return httpx.AsyncClient(
            transport=self.transport,
            base_url="http://test",
            headers=headers | {"Accept-Language": language},
            trust_env=False,
        )

    def role(self, role: Role, **scope: Any) -> httpx.AsyncClient:
        """A client of some account of this role."""
        return self.client(self.token_for(Principal(f"account-{role}", role, **scope)))

    # What people do

    async def captcha(self, client: httpx.AsyncClient | None = None) -> dict[str, str]:
        made = (await (client or self.anybody).post("/api/v1/captchas")).json()
        return {"captcha_id": made["captcha_id"], "captcha_answer": made["development_answer"]}

    async def form(self, **changes: Any) -> dict[str, Any]:
        """A registration that is all right, with a captcha solved; ``None`` leaves a field out."""
        given: dict[str, Any] = {
            "name": "王芳",
            "id_number": id_number(),
            "phone": phone(),
            "email": "wangfang@example.com",
            "user_name": f"wang{next(_SERIALS):06d}",
            "password": PASSWORD,
        }
        if "captcha_id" not in changes:
            given |= await self.captcha()
        return {k: v for k, v in (given | changes).items() if v is not None}

    async def register(self, headers: dict[str, str] | None = None, /, **changes: Any) -> Any:
        return await self.anybody.post(
            "/api/v1/accounts", json=await self.form(**changes), headers=headers
        )

    async def log_in(
        self, username: str, password: str = PASSWORD, address: str = "", **more: str
    ) -> httpx.Response:
        return await self.anybody.post(
            "/api/v1/oauth/token",
            data={"grant_type": "password", "username": username, "password": password, **more},
            headers={"X-Forwarded-For": address} if address else None,
        )

    def as_(self, row: Row, language: str = "en") -> httpx.AsyncClient:
        """A client of this account, logged in."""
        return self.client(self.token_for(principal_of(row, "session")), language)

    # Accounts without the way there

    async def account(self, **values: Any) -> Row:
        """An account, put in at once: by default a nurse who has just registered."""
        number = values.pop("id_number", None) or id_number()
        mobile, email = values.pop("phone", None) or phone(), values.pop("email", None)
        role = values.get("role", "practitioner")
        person = {
            "person_key": self.kit.person_key(number),
            "sealed_id_number": self.kit.cipher.seal(number, purposes.ID_NUMBER),
            "identity": Outcome.NO_RECORD.value,
        }
        row: dict[str, Any] = {
            "id": new_id(),
            "role": role,
            "status": "registered" if role == "practitioner" else "active",
            "user_name": f"wang{next(_SERIALS):06d}",
            "password_hash": await hashed(values.pop("password", PASSWORD)),
            "name": "王芳",
            "phone_key": self.kit.phone_key(mobile),
            "sealed_phone": self.kit.cipher.seal(mobile, purposes.PHONE),
            **(person if role == "practitioner" else {"phone_verified_at": self.clock.now()}),
            **values,
        }
        if email:
            row["email_key"] = self.kit.email_key(email)
            row["sealed_email"] = self.kit.cipher.seal(email, purposes.EMAIL)
        async with self.kit.database.transaction() as tx:
            assert await accounts.add(tx, self.kit, "registered", **row)
        return await self.read(row["id"])

    async def ready(self, **values: Any) -> Row:
        """A nurse whose identity and phone are verified."""
        given = {"identity": "matched", "status": "verified", "phone_verified_at": self.clock.now()}
        return await self.account(**given | values)

    async def revoke(self, row: Row) -> None:
        await self.execute(
            update(account).where(account.c.id == row["id"]).values(status="revoked")
        )

    # What others tell

    async def deliver(self, *events: Event, source: str = "/elsewhere") -> None:
        """Events come over the bus, each with an id of its own."""
        consumer = Consumer(self.service.database, self.service.subscriptions, self.clock)
        await consumer.consume([to_cloudevent(event, source) for event in events])
        assert await self.rows(text("SELECT * FROM failed_event")) == []

    def qualified(
        self, person_key: str, certificate: str = CERTIFICATE, **changes: Any
    ) -> QualificationRecorded:
        return QualificationRecorded(
            **QualificationRecorded.example
            | {
                "aggregate_id": new_id(),
                "person_key": person_key,
                "certificate_key": self.kit.blind_index.of(
                    certificate, purposes.CERTIFICATE_NUMBER
                ),
            }
            | changes
        )

    @staticmethod
    def batch_event(*events: QualificationRecorded) -> QualificationsRecorded:
        """The same qualifications as a batch brings them."""
        table = {
            name: [getattr(event, name) for event in events]
            for name in QualificationTable.model_fields
        }
        return QualificationsRecorded(
            **QualificationsRecorded.example | {"qualifications": QualificationTable(**table)}
        )

    def registered(
        self, person_key: str, certificate: str = "202611000001", **changes: Any
    ) -> RegistrationChanged:
        return RegistrationChanged(
            **RegistrationChanged.example
            | {
                "aggregate_id": new_id(),
                "person_key": person_key,
                "certificate_key": self.kit.blind_index.of(
                    certificate, purposes.CERTIFICATE_NUMBER
                ),
                "business_completed": False,
            }
            | changes
        )

    async def organisation(self, kind: str, id_: str, region: str, **changes: Any) -> str:
        event: type[Event] = InstitutionChanged if kind == "institution" else AuthorityChanged
        given = event.example | {"aggregate_id": id_, "region": region} | changes
        await self.deliver(event(**given))
        return id_

    # Looking into the database

    async def execute(self, statement: Any) -> None:
        async with self.kit.database.transaction() as tx:
            await tx.execute(statement)

    async def rows(self, statement: Any) -> list[Row]:
        async with self.kit.database.reading() as connection:
            return [dict(row) for row in (await connection.execute(statement)).mappings()]

    async def all(self, table: Table) -> list[Row]:
        return await self.rows(select(table))

    async def read(self, account_id: str) -> Row:
        (row,) = await self.rows(select(account).where(account.c.id == account_id))
        return row

    async def events(self, what: str, about: str | None = None) -> list[Row]:
        """Data of the events waiting in the outbox, of the types that end like this, in order."""
        rows = await self.rows(text("SELECT event FROM outbox ORDER BY id"))
        found = [orjson.loads(row["event"]) for row in rows]
        return [
            event["data"]
            for event in found
            if event["type"].endswith(f".{what}.v1")
            and about in (None, event["data"]["aggregate_id"])
        ]

    async def parameters(self) -> dict[str, str]:
        """The secret content of the message requested last."""
        sealed = (await self.events("message-requested"))[-1]["sealed_parameters"]
        opened: dict[str, str] = json.loads(self.kit.cipher.open(sealed, purposes.MESSAGE))
        return opened

    async def send_code(self, row: Row, channel: str = "sms", address: str = "") -> str:
        """Have a code sent; the code."""
        headers = {"X-Forwarded-For": address} if address else None
        sent = await self.as_(row).post(
            "/api/v1/accounts/me/verification-codes", json={"channel": channel}, headers=headers
        )
        assert sent.status_code == 202, sent.text
        return (await self.parameters())["code"]

    async def verify(self, row: Row, code: str, channel: str = "sms") -> httpx.Response:
        return await self.as_(row).post(
            "/api/v1/accounts/me/verifications", json={"channel": channel, "code": code}
        )


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06d}"
