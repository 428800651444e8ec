"""The route by which an institution confirms who still works (Q51)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.choices import one_of
from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx
from zhiye_contracts.codes import EMPLOYMENT
from zhiye_contracts.reasons import Text
from zhiye_registration.application.confirm_employment import Answer, confirm_employment
from zhiye_registration.entrypoints.roster import ROSTER
from zhiye_registration.kit import Kit

_NEXT: dict[str, tuple[str, Text]] = {
    "left": (
        "nurse-change",
        Text(
            "请提醒该护士向新的执业机构申请变更注册（答疑手册问题41）；确认不再执业的，"
            "履行告知义务后提交注销注册申请。",
            "Remind the nurse to apply for a change at the new institution (Q41); of whoever does"
            " not practise any more, file the cancellation after informing them.",
        ),
    ),
    "retired": (
        "nurse-cancellation",
        Text(
            "请在依法履行告知义务后提交注销注册申请，或由本人申请（答疑手册问题41）。",
            "File the cancellation after informing the nurse as the law has it, or have the nurse"
            " apply (Q41).",
        ),
    ),
}


class ConfirmationIn(Schema):
    registration_id: str = Field(max_length=64)
    employment: one_of(EMPLOYMENT)  # type: ignore[valid-type]
    note: str = Field("", max_length=500)


class ConfirmationsIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "registration_id": "01JD0000000000000000REG001",
                            "employment": "re-employed",
                            "note": "返聘至 2027 年",
                        }
                    ]
                }
            ]
        }
    )

    items: list[ConfirmationIn] = Field(min_length=1, max_length=500)


class ConfirmationOut(BaseModel):
    registration_id: str
    outcome: Literal["recorded", "refused"] = Field(examples=["recorded"])
    problem: ReasonOut | None = Field(description="Why it was refused")
    next_business_type: str | None = Field(
        description="What the answer calls for", examples=["nurse-cancellation"]
    )
    next_step: str | None


class ConfirmationsOut(BaseModel):
    recorded: int = Field(examples=[1])
    refused: int = Field(examples=[0])
    items: list[ConfirmationOut] = Field(description="In the order of the request")


def routes(kit: Kit) -> Routes:
    router = Routes("roster")

    @router.expose("POST", f"{ROSTER}/employment-confirmations", allow("institution"))
    async def confirm_employment_of_people(
        body: ConfirmationsIn, tx: Tx, caller: Caller, language: Reader
    ) -> ConfirmationsOut:
        """Say of up to 500 of the own people whether they still work; a result for each. The
        roster lists whom to ask about with `employment=to_confirm`."""
        answers = [Answer(one.registration_id, one.employment, one.note) for one in body.items]
        outcomes = await confirm_employment(tx, kit, caller, answers)
        items = []
        for answer, reason in zip(answers, outcomes, strict=True):
            wanted, step = (
                _NEXT.get(answer.employment, (None, None)) if not reason else (None, None)
            )
            items.append(
                ConfirmationOut(
                    registration_id=answer.registration_id,
                    outcome="refused" if reason else "recorded",
                    problem=reason_out(reason, language) if reason else None,
                    next_business_type=wanted,
                    next_step=step.read(language) if step else None,
                )
            )
        refused = sum(reason is not None for reason in outcomes)
        return ConfirmationsOut(recorded=len(items) - refused, refused=refused, items=items)

    return router
