"""Penalties of physicians and nurses as a health supervision system states them (卫生监督, Q50).

It publishes to an exchange of its own, ``supervision``, and fetches the answers from the queue
``supervision.inbox``; it has no other right. Each statement names the authority in whose name it
is made, which alone can rescind the penalty. What is stated is checked: anything at all may stand
in the fields, and what is wrong is answered with every reason.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, Field

from zhiye_contracts.events.base import EXAMPLE_TIME, CloudEventData, registered
from zhiye_contracts.statements.events import Stated, StatedDate, StatedText, StatementResult

EXCHANGE: Final = "supervision"
INBOX: Final = "supervision.inbox"

SUPERVISION: dict[str, type[CloudEventData]] = {}
"""Every type between a supervision system and the registration service."""

_RESULT: Final[dict[str, Any]] = {
    "aggregate_id": "01JD0000000000000000ANS001",
    "version": 1,
    "occurred_at": EXAMPLE_TIME,
    "event_id": "S-0017",
    "event_source": "urn:example:supervision",
    "outcome": "refused",
    "reasons": [
        {
            "code": "suspension_needs_end",
            "field": "ends_on",
            "reason": {
                "zh": "暂停执业活动必须有截止日期。",
                "en": "A suspension has a last day.",
            },
            "next_step": {
                "zh": "请填写暂停的最后一日。",
                "en": "Give the last day of the suspension.",
            },
            "source": None,
        }
    ],
}


@registered(
    SUPERVISION,
    "supervision.penalty-stated.v1",
    sender="supervision",
    example={
        "document_number": "京卫罚〔2026〕17号",
        "profession": "physician",
        "id_number": "110105198503070019",
        "name": "张伟",
        "kind": "suspension",
        "decided_on": "2026-11-20",
        "ends_on": "2027-05-19",
        "deciding_body": "北京市卫生健康委员会",
        "reporting_authority": "110000",
    },
)
class PenaltyStated(Stated):
    """A penalty, or a judgement, of a physician or nurse. The same document again changes nothing;
    an end that was not known yet is added."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": [
                "document_number",
                "profession",
                "id_number",
                "name",
                "kind",
                "decided_on",
                "deciding_body",
                "reporting_authority",
            ]
        }
    )

    document_number: StatedText = Field(None, description="Of the decision or judgement")
    profession: StatedText = Field(None, description="nurse or physician")
    id_number: StatedText = Field(None, description="18 characters, or 15 digits of before 1999")
    name: StatedText = None
    kind: StatedText = Field(
        None, description="warning, fine, suspension, revocation, ban or criminal"
    )
    decided_on: StatedDate = None
    ends_on: StatedDate = Field(
        None,
        description="Last day of a suspension (needed) or a ban (none: for life); of a sentence the"
        " day on which it was served, once that is known",
    )
    deciding_body: StatedText = None
    reporting_authority: StatedText = Field(
        None,
        description="In whose name it is stated: the authority's id in this system, or its 6-digit"
        " division code",
    )


@registered(SUPERVISION, "supervision.penalty-result.v1", sender="registration", example=_RESULT)
class PenaltyResult(StatementResult):
    """What became of a stated penalty: recorded, unchanged or refused."""
