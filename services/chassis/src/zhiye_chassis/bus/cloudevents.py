"""CloudEvents 1.0 in structured JSON, single and batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from zhiye_chassis.ids import new_id
from zhiye_chassis.telemetry import request_id_var, traceparent_var
from zhiye_contracts.events import Event

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class NotACloudEvent(Exception):  # noqa: N818
    """Bytes that are not a CloudEvent. Says what is missing, never the content."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A CloudEvent as it came: its context attributes, its data, and its bytes."""

    id: str
    source: str
    type: str
    time: datetime | None
    request_id: str
    traceparent: str
    data: Any
    raw: bytes


def to_cloudevent(event: Event, source: str) -> bytes:
    """One event as a CloudEvent, with the ids of the request that caused it."""
    return b"".join(
        (
            b'{"specversion":"1.0","id":"',
            new_id().encode(),
            b'","source":"',
            source.encode(),
            b'","type":"',
            event.type.encode(),
            b'","subject":',
            orjson.dumps(event.aggregate_id),
            b',"time":"',
            event.occurred_at.isoformat().encode(),
            b'","sequence":"',
            str(event.version).encode(),
            b'","requestid":"',
            request_id_var.get().encode(),
            b'","traceparent":"',
            traceparent_var.get().encode(),
            b'","datacontenttype":"application/json","data":',
            event.__pydantic_serializer__.to_json(event),
            b"}",
        )
    )


def join(events: Sequence[bytes]) -> bytes:
    """Serialised CloudEvents as one batch."""
    return b"[" + b",".join(events) + b"]"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def envelope(item: Any, raw: bytes | None = None) -> Envelope:
    """Read one decoded CloudEvent; ``NotACloudEvent`` when a required attribute is missing."""
    if not isinstance(item, dict):
        raise NotACloudEvent("not_an_object")
    for name in ("specversion", "id", "source", "type"):
        if not isinstance(item.get(name), str) or not item[name] or "\0" in item[name]:
            raise NotACloudEvent(f"no_{name}")
    if item["specversion"] != "1.0":
        raise NotACloudEvent("specversion")
    try:
        time = datetime.fromisoformat(item["time"]) if "time" in item else None
    except (TypeError, ValueError):
        time = None
    return Envelope(
        id=item["id"],
        source=item["source"],
        type=item["type"],
        time=time,
        request_id=_text(item.get("requestid")),
        traceparent=_text(item.get("traceparent")),
        data=item.get("data"),
        raw=raw if raw is not None else orjson.dumps(item),
    )


def parse(body: bytes) -> list[Envelope | tuple[bytes, str]]:
    """The events of a message, single or batch. What is no CloudEvent comes as (bytes, why)."""
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [(body, "not_json")]
    result: list[Envelope | tuple[bytes, str]] = []
    for item in decoded if isinstance(decoded, list) else [decoded]:
        try:
            result.append(envelope(item))
        except NotACloudEvent as error:
            result.append((orjson.dumps(item), str(error)))
    return result
