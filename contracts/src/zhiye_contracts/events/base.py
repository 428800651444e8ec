"""The base of every event and the registry that the generators, relays and consumers read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.reasons import Text

D = TypeVar("D", bound="CloudEventData")

EVENTS: dict[str, type[Event]] = {}
"""Every published event by its CloudEvents ``type``."""


class CloudEventData(BaseModel):
    """What travels as the data of a CloudEvent of one type."""

    type: ClassVar[str]
    sender: ClassVar[str]
    """The service that publishes it, or who does outside."""
    example: ClassVar[dict[str, Any]]


class Event(CloudEventData):
    """Something that happened to one aggregate, told with the fields that consumers read.

    Readers are tolerant: unknown fields are ignored, so adding an optional field is compatible;
    anything else needs a new version of the event (see ``docs/how-to/add-an-event.md``).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    aggregate_id: str = Field(max_length=64, description="What it happened to; CloudEvents subject")
    version: int = Field(ge=1, description="Version of the aggregate after the event, rising by 1")
    occurred_at: AwareDatetime = Field(description="When, UTC")


class ToldReason(BaseModel):
    """A reason as it was told to the applicant."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    text: str = Field(description="In Chinese")
    text_en: str | None = Field(None, description="In English, as far as it is known")


def told_reasons(codes: Mapping[str, Text], kept: Iterable[Mapping[str, str]]) -> list[ToldReason]:
    """Reasons as services keep them (``codes.grounds.told``), in both languages. One that is in
    no table may bring its English along, under ``en``."""
    return [
        ToldReason(
            code=one["code"],
            text=one["text"],
            text_en=sentence(codes, one["code"], one["note"], "en")
            if one["code"] in codes
            else one.get("en"),
        )
        for one in kept
    ]


def event(
    type_: str, *, example: dict[str, Any]
) -> Any:  # a class decorator; typed loosely because decorators over generics obscure more
    """Register an event under its CloudEvents type, which is also its routing key.

    The type reads ``zhiye.<service>.<what-happened>.v<version>``. The example is validated here,
    so a wrong one fails at import.
    """

    return registered(EVENTS, type_, sender=type_.split(".")[1], example=example)


def registered(
    registry: dict[str, Any], type_: str, *, sender: str, example: dict[str, Any]
) -> Any:
    """Register a CloudEvents type in one of the registries."""

    def register(cls: type[D]) -> type[D]:
        if type_ in registry:
            raise ValueError(f"{type_} is registered twice")
        cls.type = type_
        cls.sender = sender
        cls.example = example
        cls.model_validate(example)
        registry[type_] = cls
        return cls

    return register


EXAMPLE_TIME = datetime.fromisoformat("2026-11-23T02:00:00+00:00").isoformat()
