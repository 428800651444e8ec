"""Who listens to live updates, and what happens for them to hear of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.tests.fakes import EventStream

from zhiye_chassis.security import Principal
from zhiye_contracts.events import Event
from zhiye_gateway.service import Gateway

HOSPITAL = Principal("ACC-H", "institution", institution_id="01JD0000000000000000INS001")
AUTHORITY = Principal("ACC-A", "authority", authority_id="01JD0000000000000000AUT001")
STRANGER = Principal("ACC-S", "institution", institution_id="01JD0000000000000000INS999")
PRETENDER = Principal("ACC-P", "practitioner", institution_id="01JD0000000000000000INS001")
FEEDER = Principal("01JD0000000000000000ACC009", "exam_centre")


def example(event: type[Event], **changes: Any) -> Any:
    return event.model_validate(event.example | changes)


def is_told(name: str) -> Callable[[EventStream], bool]:
    return lambda stream: name in stream.names


def has_events(count: int) -> Callable[[EventStream], bool]:
    return lambda stream: len(stream.events) == count


async def open_stream(gateway: Gateway, token: str | None, last: str | None = None) -> EventStream:
    return await EventStream(gateway.app, token, last).opened()
