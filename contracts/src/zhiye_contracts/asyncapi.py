"""AsyncAPI 3 of everything on the bus, made from the event models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhiye_contracts.events import EVENTS, Event

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


def schema_of(event: type[Event]) -> dict[str, Any]:
    """JSON Schema (2020-12) of an event's data."""
    schema: dict[str, Any] = event.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["examples"] = [event.example]
    return schema


def _message(type_: str, event: type[Event]) -> dict[str, Any]:
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
                    "source": f"/{type_.split('.')[1]}",
                    "type": type_,
                    "subject": event.example["aggregate_id"],
                    "time": event.example["occurred_at"],
                    "data": event.example,
                }
            }
        ],
    }


def render(consumers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The document; ``consumers`` maps each service to the event types it reads."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for type_, event in EVENTS.items():
        name = event.__name__
        channels[name] = {
            "address": type_,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {"name": "zhiye.events", "type": "topic", "durable": True},
                }
            },
        }
        reference = {"channel": {"$ref": f"#/channels/{name}"}}
        operations[f"{type_.split('.')[1]}-sends-{name}"] = {"action": "send", **reference}
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
            "messages": {e.__name__: _message(t, e) for t, e in EVENTS.items()},
        },
    }
