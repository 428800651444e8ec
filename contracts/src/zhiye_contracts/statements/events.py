"""What a statement from outside and its answer look like on the broker."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from zhiye_contracts.events.base import CloudEventData, Event
from zhiye_contracts.reasons import Reason

Outcome = Literal["recorded", "unchanged", "ignored_older", "refused"]
OUTCOMES: Final = {
    "recorded": "new, or a later version of what was stated before",
    "unchanged": "stated before, word for word",
    "ignored_older": "a later version is on record already",
    "refused": "not taken, for the reasons given",
}

StatedText = Annotated[Any, WithJsonSchema({"type": "string"})]
StatedNumber = Annotated[Any, WithJsonSchema({"type": "integer"})]
StatedDate = Annotated[Any, WithJsonSchema({"type": "string", "format": "date"})]


class Stated(CloudEventData):
    """Read as it comes: anything may stand in a field. Data that is no object has no field."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _object(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {}


class TextInBoth(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    zh: str
    en: str


class ResultReason(BaseModel):
    """Why a record was not taken, or a note on it; never with a value of the record."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    field: str | None = None
    reason: TextInBoth
    next_step: TextInBoth
    source: str | None = None

    @classmethod
    def of(cls, reason: Reason) -> ResultReason:
        return cls(
            code=reason.code,
            field=reason.field,
            reason=TextInBoth(zh=reason.reason.zh, en=reason.reason.en),
            next_step=TextInBoth(zh=reason.next_step.zh, en=reason.next_step.en),
            source=reason.source,
        )


class StatementResult(Event):
    """What became of one statement. Only ids and codes tell what it is about: nothing of what was
    stated, and nothing of what is on record."""

    event_id: str = Field(description="Id of the CloudEvent it answers")
    event_source: str = Field(description="Source of the CloudEvent it answers")
    outcome: Outcome = Field(
        description="; ".join(f"{name}: {meaning}" for name, meaning in OUTCOMES.items())
    )
    reasons: list[ResultReason] = Field(description="Every reason, or notes on what was taken")
