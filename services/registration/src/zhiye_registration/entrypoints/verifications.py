"""Routes of the nationwide verification by ID number (执业信息验证, deck 5.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx
from zhiye_contracts import purposes
from zhiye_contracts.codes import NURSING_TITLES
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.application.look_up_registration import registration_view
from zhiye_registration.application.verify_registration import (
    Outcome,
    about,
    by_organisation,
    list_verifications,
    verify_registration,
)
from zhiye_registration.domain.facts import Status
from zhiye_registration.kit import Kit

_PATH = "/api/v1/verifications"
_OFFICES = allow("institution", "authority")

_NOT_FOUND: dict[Outcome, Reason] = {
    "never_registered": Reason(
        "never_registered",
        Text("此人已通过考试，但从未注册。", "This person passed the exam and never registered."),
        Text("请本人办理首次注册。", "The person applies for first registration."),
        source="Q29.4",
    ),
    "not_on_record": Reason(
        "not_on_record",
        Text(
            "没有查到此身份证号的资格或注册记录。",
            "Neither a qualification nor a registration is on record under this number.",
        ),
        Text(
            "请核对身份证号；确已取得资格的，请本人向认定或考试所在地的省级部门申请补录。",
            "Check the number; who is qualified asks the province of the exam or recognition.",
        ),
        source="Q4",
    ),
}


class VerificationIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"id_number": "11010519491231002X"}]})

    id_number: str = Field(min_length=1, max_length=40, description="The full ID number")
    profession: Literal["nurse"] = "nurse"


class VerifiedOut(BaseModel):
    """A registration as the deck's screen shows it (5.2)."""

    status: Status
    status_label: str = Field(examples=["在册"])
    certificate_number: str = Field(examples=["202611000017"])
    name: str = Field(examples=["王芳"])
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    birth_date: date
    id_number: str = Field(description="As it was entered", examples=["11010519491231002X"])
    institution_id: str
    institution_name: str | None = Field(examples=["北京示例医院"])
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    title: str | None = Field(examples=["254"])
    title_label: str | None = Field(examples=["护师"])
    department: str | None = Field(examples=["ward"])
    department_label: str | None = Field(examples=["病房"])
    work_category: str | None = Field(examples=["clinical-nursing"])
    work_category_label: str | None = Field(examples=["临床护理"])
    valid_until: date
    days_left: int
    own: bool = Field(description="Whether it is one of the caller's own people")


class VerificationOut(BaseModel):
    """What the register says of an ID number, or why it says nothing."""

    outcome: Outcome
    registration: VerifiedOut | None = None
    reason: ReasonOut | None = Field(None, description="Why nothing was found, and what to do")


class VerificationLine(BaseModel):
    """One look-up that was made."""

    at: datetime
    organisation_name: str | None = Field(examples=["北京示例医院"])
    found: bool
    purpose: str = Field(examples=["verification"])


def routes(kit: Kit) -> Routes:
    router = Routes("verifications")

    @router.expose("POST", _PATH, _OFFICES, idempotent=False, refusals=(429,))
    async def verify(
        body: VerificationIn, tx: Tx, caller: Caller, language: Reader
    ) -> VerificationOut:
        """The registration of one person, nationwide. Recorded, limited, and shown to the person:
        look up who works for you or means to."""
        found = await verify_registration(tx, kit, caller, body.id_number, body.profession)
        if found.registration is None:
            return VerificationOut(
                outcome=found.outcome,
                reason=None
                if found.outcome == "found"
                else reason_out(_NOT_FOUND[found.outcome], language),
            )
        row = found.registration
        number = kit.settings.cipher.open(
            row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER
        )
        view = registration_view(kit, row, number, kit.clock.today(), language, own=True)
        title = row["title"]
        more: dict[str, Any] = {
            "id_number": found.id_number,
            "title": title,
            "title_label": title and NURSING_TITLES.label(title, language),
            "own": row["institution_id"] == caller.institution_id,
        }
        return VerificationOut(outcome="found", registration=VerifiedOut(**(view | more)))

    @router.expose("GET", _PATH, _OFFICES)
    async def get_verifications(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[VerificationLine]:
        """The look-ups of one's own organisation, the newest first; never of whom."""
        return await _page(by_organisation(caller), limit, cursor)

    @router.expose("GET", "/api/v1/my/registration/verifications", allow("practitioner"))
    async def get_my_verifications(
        caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[VerificationLine]:
        """Who looked one up, and when."""
        return await _page(about(caller), limit, cursor)

    async def _page(whose: Any, limit: int, cursor: str | None) -> Page[VerificationLine]:
        before = int(decode_cursor(cursor, int)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await list_verifications(connection, whose, before, limit + 1)
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        items = [VerificationLine.model_validate(dict(row)) for row in rows[:limit]]
        return Page(items=items, next_cursor=more)

    return router
