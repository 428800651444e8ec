"""CloudEvents 1.0 in structured JSON, single and batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from zhiye_chassis.ids import new_id
from zhiye_chassis.telemetry import harmless_ids, request_id_var, traceparent_var
from zhiye_contracts.events import Event

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LONGEST = 300
"""Characters in an id or a source: both together fit an index entry of PostgreSQL."""


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
    attributes: Mapping[str, Any]
    """Everything beside the data as it came, extensions too."""


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


def _time(value: Any) -> datetime | None:
    """An RFC 3339 time; ``None`` for anything else, also for one without a zone."""
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo is not None else None


def envelope(item: Any, raw: bytes) -> Envelope:
    """Read one decoded CloudEvent; ``NotACloudEvent`` when a required attribute is missing."""
    if not isinstance(item, dict):
        raise NotACloudEvent("not_an_object")
    for name in ("specversion", "id", "source", "type"):
        if not isinstance(item.get(name), str) or not item[name] or "\0" in item[name]:
            raise NotACloudEvent(f"no_{name}")
    if item["specversion"] != "1.0":
        raise NotACloudEvent("specversion")
    for name in ("id", "source"):
        if len(item[name]) > LONGEST:
            raise NotACloudEvent(f"long_{name}")
    request_id, traceparent = harmless_ids(item.get("requestid"), item.get("traceparent"))
    return Envelope(
        id=item["id"],
        source=item["source"],
        type=item["type"],
        time=_time(item.get("time")),
        request_id=request_id,
        traceparent=traceparent,
        data=item.get("data"),
        raw=raw,
        attributes=item,
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
            raw = orjson.dumps(item)
        except orjson.JSONEncodeError:  # nested deeper than can be written again
            result.append((body, "too_deep"))
            continue
        try:
            result.append(envelope(item, raw))
        except NotACloudEvent as error:
            result.append((raw, str(error)))
    return result
