"""Routes of interruptions of practice (护士中断执业信息)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from zhiye_chassis.choices import one_of
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Schema, Tx, etag
from zhiye_contracts import purposes
from zhiye_contracts.codes import INTERRUPTION_GROUNDS, NURSE_DEPARTMENTS
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language
from zhiye_registration.application.interruptions import (
    Listed,
    end_interruption,
    list_interruptions,
    record_interruption,
)
from zhiye_registration.domain.interruption import Period
from zhiye_registration.kit import Kit

_PATH = "/api/v1/practice-interruptions"
_INSTITUTION = allow("institution")


class InterruptionIn(Schema):
    """An interruption of one of the own people; with its end if it is over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "registration_id": "01JD0000000000000000REG001",
                    "began_on": "2026-09-01",
                    "ground": "parental",
                    "note": "",
                }
            ]
        }
    )

    registration_id: str = Field(max_length=64)
    began_on: date
    ended_on: date | None = Field(None, description="Last day of one that is over")
    ground: one_of(INTERRUPTION_GROUNDS)  # type: ignore[valid-type]
    note: str = Field("", max_length=500, description="Needed with the ground `other`")


class EndIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"ended_on": "2026-11-20"}]})

    ended_on: date = Field(description="The last day without practice")


class InterruptionOut(BaseModel):
    id: str
    version: int
    registration_id: str
    name: str = Field(examples=["王芳"])
    id_number: str = Field(description="Masked", examples=["110***********002X"])
    department: str | None = Field(examples=["ward"])
    department_label: str | None = Field(examples=["病房"])
    began_on: date
    ended_on: date | None = Field(description="Absent while it goes on")
    days: int = Field(description="So far, both days included", examples=[81])
    ground: str = Field(examples=["parental"])
    ground_label: str = Field(examples=["生育休假"])
    note: str
    recorded_by_name: str = Field(examples=["王主任"])
    created_at: datetime
    updated_at: datetime


def routes(kit: Kit) -> Routes:
    router = Routes("interruptions")

    @router.expose("POST", _PATH, _INSTITUTION, status_code=201, refusals=(409,))
    async def record_practice_interruption(
        body: InterruptionIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> InterruptionOut:
        """Record that one of the own people does not practise for a while."""
        period = Period(body.began_on, body.ended_on)
        row = await record_interruption(
            tx, kit, caller, body.registration_id, period, body.ground, body.note
        )
        return _answer(kit, row, language, response)

    @router.expose("POST", f"{_PATH}/{{id}}/end", _INSTITUTION, refusals=(409, 412, 428))
    async def end_practice_interruption(
        id: Annotated[str, Path(max_length=64, examples=["01JD0000000000000000INT001"])],
        body: EndIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> InterruptionOut:
        """The nurse practises again. Needs If-Match."""
        row = await end_interruption(tx, kit, caller, id, version, body.ended_on)
        return _answer(kit, row, language, response)

    @router.expose("GET", _PATH, _INSTITUTION)
    async def get_practice_interruptions(
        caller: Caller,
        language: Reader,
        listed: Annotated[Listed, Query(alias="list")] = "open",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[InterruptionOut]:
        """Interruptions that the institution recorded of its people, the newest first. Those that
        others had recorded before somebody came are on the roster (`interrupted`)."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await list_interruptions(
                connection, caller, listed, before=before, limit=limit + 1
            )
        items = [_shown(kit, row, language) for row in rows[:limit]]
        more = encode_cursor(items[-1].id) if len(rows) > limit else None
        return Page(items=items, next_cursor=more)

    return router


def _answer(kit: Kit, row: RowMapping, language: Language, response: Response) -> InterruptionOut:
    response.headers["ETag"] = etag(row["version"])
    return _shown(kit, row, language)


def _shown(kit: Kit, row: RowMapping, language: Language) -> InterruptionOut:
    number = kit.settings.cipher.open(row["sealed_id_number"], purposes.ID_NUMBER)
    last, department = row["ended_on"] or kit.clock.today(), row["department"]
    return InterruptionOut.model_validate(
        {
            **row,
            "id_number": mask_id_number(number),
            "department_label": department and NURSE_DEPARTMENTS.label(department, language),
            "days": (last - row["began_on"]).days + 1,
            "ground_label": INTERRUPTION_GROUNDS.label(row["ground"], language),
        }
    )
