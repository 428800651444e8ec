"""AsyncAPI 3 of everything on the bus, made from the event models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhiye_contracts.events import EVENTS
from zhiye_contracts.events.base import EXAMPLE_TIME, CloudEventData, Event
from zhiye_contracts.exam_centre import EXAM_CENTRE
from zhiye_contracts.record_feeds import RECORD_FEEDS
from zhiye_contracts.supervision import SUPERVISION

ALL: Mapping[str, type[CloudEventData]] = {
    **EVENTS,
    **EXAM_CENTRE,
    **RECORD_FEEDS,
    **SUPERVISION,
}
"""Every type on the broker: between services, and with whoever stands outside."""

_CLOUDEVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "With source, unique: consumers drop repeats"},
        "source": {"type": "string", "examples": ["/accounts"]},
        "subject": {"type": "string", "description": "The aggregate's id"},
        "time": {"type": "string", "format": "date-time"},
        "sequence": {"type": "string", "description": "The aggregate's version"},
        "requestid": {"type": "string", "description": "The request that caused it"},
        "traceparent": {"type": "string", "description": "W3C trace context"},
        "datacontenttype": {"const": "application/json"},
    },
}


def schema_of(event: type[CloudEventData]) -> dict[str, Any]:
    """JSON Schema (2020-12) of an event's data."""
    schema: dict[str, Any] = event.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["examples"] = [event.example]
    return schema


def _message(type_: str, event: type[CloudEventData]) -> dict[str, Any]:
    data = schema_of(event)
    data.pop("$schema")
    definitions = data.pop("$defs", {})
    properties = {**_CLOUDEVENT["properties"], "type": {"const": type_}, "data": data}  # type: ignore[dict-item]
    payload = {**_CLOUDEVENT, "properties": properties}
    if definitions:
        payload["$defs"] = definitions
    return {
        "name": type_,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/cloudevents+json",
        "payload": payload,
        "examples": [
            {
                "payload": {
                    "specversion": "1.0",
                    "id": "01JD0000000000000000EVT001",
                    "source": f"/{event.sender}",
                    "type": type_,
                    **_about(event),
                    "time": event.example.get("occurred_at", EXAMPLE_TIME),
                    "data": event.example,
                }
            }
        ],
    }


def _about(event: type[CloudEventData]) -> dict[str, Any]:
    return {"subject": event.example["aggregate_id"]} if issubclass(event, Event) else {}


def render(
    consumers: Mapping[str, Sequence[str]], exchanges: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The document; ``consumers`` maps each service, and whoever reads outside, to the types it
    reads; ``exchanges`` maps each exchange that is written to from outside to its types."""
    exchange_of = {type_: name for name, types in exchanges.items() for type_ in types}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for type_, event in ALL.items():
        name = event.__name__
        channels[name] = {
            "address": type_,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {
                        "name": exchange_of.get(type_, "zhiye.events"),
                        "type": "topic",
                        "durable": True,
                    },
                }
            },
        }
        reference = {"channel": {"$ref": f"#/channels/{name}"}}
        operations[f"{event.sender}-sends-{name}"] = {"action": "send", **reference}
        for service in sorted(service for service, types in consumers.items() if type_ in types):
            operations[f"{service}-receives-{name}"] = {"action": "receive", **reference}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "zhiye events",
            "version": "1",
            "description": "CloudEvents 1.0 in structured JSON; single, or several of one type as "
            "application/cloudevents-batch+json. Fields named sealed_… are encrypted.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {e.__name__: _message(t, e) for t, e in ALL.items()},
        },
    }
