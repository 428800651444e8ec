"""A service small enough to see through: notes that belong to accounts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, Field, field_validator
from services.chassis.tests.bus.world import Counted, happening
from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Text, text

from zhiye_chassis.bus.subscriptions import Subscriptions
from zhiye_chassis.database import Database
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import refused
from zhiye_chassis.security import ANYONE, PUBLIC, ROLES, TokenVerifier, allow
from zhiye_chassis.service import Service
from zhiye_chassis.tables import new_metadata
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Schema, Tx, etag, stale_version
from zhiye_contracts.identifiers import parse_id_number

metadata = new_metadata()
note = Table(
    "note",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("amount", Integer),
)
Table("attempt", metadata, Column("id", BigInteger, Identity(), primary_key=True))

SECRET = "11010519491231002X"


class Inner(Schema):
    number: int = Field(0, le=10)


class NoteIn(Schema):
    text: str = Field(max_length=40)
    amount: int | None = None
    factor: float | None = None
    id_number: str | None = None
    inner: list[Inner] = []

    @field_validator("id_number")
    @classmethod
    def _real(cls, value: str | None) -> str | None:
        if value is not None:
            parse_id_number(value, date(2026, 11, 23))
        return value


class NoteOut(BaseModel):
    id: int
    text: str


def routes(database: Database) -> Routes:
    notes = Routes("notes")

    @notes.expose("POST", "/notes", ANYONE, status_code=201)
    async def add(tx: Tx, body: NoteIn, response: Response) -> NoteOut:
        row = await tx.execute(
            text("INSERT INTO note (version, text, amount) VALUES (1, :t, :a) RETURNING id"),
            {"t": body.text, "a": body.amount},
        )
        tx.emit(Counted(**happening()))
        response.headers["ETag"] = etag(1)
        return NoteOut(id=row.scalar_one(), text=body.text)

    @notes.expose("PUT", "/notes/{id_}", allow("practitioner"), refusals=(412, 428))
    async def change(tx: Tx, id_: int, body: NoteIn, version: IfMatch, response: Response) -> None:
        changed = await tx.execute(
            text(
                "UPDATE note SET version = version + 1, text = :t WHERE id = :id AND version = :v"
                " RETURNING version"
            ),
            {"t": body.text, "id": id_, "v": version},
        )
        now = changed.scalar_one_or_none()
        if now is None:
            raise stale_version()
        response.headers["ETag"] = etag(now)

    @notes.expose("GET", "/notes", PUBLIC)
    async def find(cursor: Cursor = None, limit: Limit = 2) -> Page[NoteOut]:
        after: Any = decode_cursor(cursor, int)[0] if cursor else 0
        async with database.reading() as connection:
            sql = text("SELECT id, text FROM note WHERE id > :after ORDER BY id LIMIT :n")
            found = (await connection.execute(sql, {"after": after, "n": limit + 1})).all()
        more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
        items = [NoteOut(id=row.id, text=row.text) for row in found[:limit]]
        return Page[NoteOut](items=items, next_cursor=more)

    @notes.expose("GET", "/search", PUBLIC)
    async def search(words: str, language: Reader) -> dict[str, str]:
        async with database.reading() as connection:
            await connection.execute(text("SELECT FROM note WHERE text = :w"), {"w": words})
        return {"language": language}

    @notes.expose("POST", "/attempts", PUBLIC)
    async def attempt(tx: Tx, *, keep: bool) -> None:
        await tx.execute(text("INSERT INTO attempt DEFAULT VALUES"))
        tx.emit(Counted(**happening()))
        raise refused(
            "wrong_code",
            ("验证码不正确。", "The code is wrong."),
            ("请重试。", "Try again."),
            field="code",
            keep_effects=keep,
        )

    @notes.expose("POST", "/failures", PUBLIC)
    async def fail(tx: Tx) -> None:
        await tx.execute(text("INSERT INTO attempt DEFAULT VALUES"))
        raise RuntimeError(f"cannot work with {SECRET}")

    @notes.expose("GET", "/me", allow("practitioner", inactive=True))
    async def me(caller: Caller) -> str:
        return caller.account_id

    for role in ROLES:

        @notes.expose("GET", f"/only/{role}", allow(role), name=f"only_{role}")
        async def only() -> str:
            return "ok"

    @notes.expose("GET", "/anyone", ANYONE)
    async def anyone() -> str:
        return "ok"

    @notes.expose("GET", "/limits", PUBLIC)
    async def limits(value: Annotated[int, Field(ge=1, le=10)]) -> int:
        return value

    return notes


def build(database: Database, jwks: dict[str, Any]) -> Service:
    return Service(
        name="notes",
        title="Notes",
        database=database,
        verifier=TokenVerifier(jwks),
        routes=[routes(database)],
        subscriptions=Subscriptions("notes", []),
        metadata=metadata,
        migrations="",
    )
