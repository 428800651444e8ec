"""Routes of the nationwide verification by ID number (执业信息验证, deck 5.2)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Language, Reason, Text
from zhiye_registration.application.look_up_registration import registration_view
from zhiye_registration.application.practice_views import location_view, status_of
from zhiye_registration.application.verify_registration import (
    Verified,
    about,
    by_organisation,
    list_verifications,
    verify_registration,
)
from zhiye_registration.domain.facts import Status
from zhiye_registration.domain.information import label_of
from zhiye_registration.domain.verification import Found, Outcome, advice
from zhiye_registration.entrypoints.practice_schemas import LocationOut, PracticeOut
from zhiye_registration.kit import Kit

_PATH = "/api/v1/verifications"
_OFFICES = allow("institution", "authority")

_NEVER = {
    "nurse": Reason(
        "never_registered",
        Text("此人已通过考试，但从未注册。", "This person passed the exam and never registered."),
        Text("请本人办理首次注册。", "The person applies for first registration."),
        source="Q29.4",
    ),
    "physician": Reason(
        "never_registered",
        Text("此人已取得医师资格，但从未注册。", "Qualified as a physician, and never registered."),
        Text(
            "请本人以资格证书编码激活账户，办理医师执业注册。",
            "The person activates the account by the qualification's number, and applies for"
            " registration.",
        ),
        source="Q5.4",
    ),
}
_NOBODY = Reason(
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
)


class VerificationIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"id_number": "11010519491231002X"}]})

    id_number: str = Field(min_length=1, max_length=40, description="The full ID number")
    profession: Literal["nurse", "physician"] = "nurse"


class VerifiedLocationOut(LocationOut):
    """One of a physician's registrations, as it lies for the caller."""

    filed_on: date | None = Field(description="Off post since (离岗备案)")
    own: bool = Field(description="Whether the caller is the main institution")
    filed_here: bool = Field(description="Whether a filing is in force at the caller")
    advice: ReasonOut | None = Field(description="What an institution does next (Q20.4)")


class VerifiedOut(PracticeOut):
    """A registration as the deck's screen shows it (5.2); of a physician the first one."""

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
    valid_until: date | None = Field(description="A nurse's; a physician's has no end")
    days_left: int | None
    own: bool = Field(description="Whether it is one of the caller's own people")
    advice: ReasonOut | None = Field(description="What an institution does next (Q20.4, Q41.4)")
    locations: list[VerifiedLocationOut] = Field(
        description="Every registration of a physician, those in force first"
    )


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
        if not found.registrations:
            why = _NOBODY if found.outcome == "not_on_record" else _NEVER[body.profession]
            return VerificationOut(outcome=found.outcome, reason=reason_out(why, language))
        return VerificationOut(
            outcome="found",
            registration=VerifiedOut.model_validate(_verified(kit, found, language)),
        )

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


def _verified(kit: Kit, found: Verified, language: Language) -> dict[str, Any]:
    row = found.registrations[0]
    number = kit.settings.cipher.open(row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    view = registration_view(kit, row, number, kit.clock.today(), language, own=True)
    title = row["title"]
    more: dict[str, Any] = {
        "id_number": found.id_number,
        "title": title,
        "title_label": label_of("title", title, language),
    }
    if row["profession"] == "physician":
        locations = [_location(kit, found, each, language) for each in found.registrations]
        first = locations[0]
        return (
            view
            | more
            | {
                "locations": locations,
                **{name: first[name] for name in ("own", "advice")},
            }
        )
    return view | more | _for_caller(kit, found, row, False, language)


def _location(kit: Kit, found: Verified, row: RowMapping, language: Language) -> dict[str, Any]:
    today = kit.clock.today()
    under = [one for one in found.filings if one.registration_id == row["id"]]
    filed_here = found.place is not None and any(
        one.institution_id == found.place.id and one.state(today) == "in_force" for one in under
    )
    return {
        **location_view(row, map(asdict, under), today, language),
        **_for_caller(kit, found, row, filed_here, language),
        "filed_on": row["filed_on"],
        "filed_here": filed_here,
    }


def _for_caller(
    kit: Kit, found: Verified, row: RowMapping, filed_here: bool, language: Language
) -> dict[str, Any]:
    """Whether the registration is the caller's own, and what an institution does next."""
    own = row["institution_id"] == found.institution_id
    if found.place is None:
        return {"own": own, "advice": None}
    known = Found(
        status_of(row, kit.clock.today()),
        row["institution_id"],
        row["institution_name"] or "",
        row["region"],
        filed_here,
    )
    return {
        "own": own,
        "advice": reason_out(advice(row["profession"], known, found.place), language),
    }
