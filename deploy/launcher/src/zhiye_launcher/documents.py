"""Documents made from the code: AsyncAPI, JSON Schemas, OpenAPI, the policy table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from zhiye_chassis.service import Service, create_app
from zhiye_contracts import asyncapi, compatibility
from zhiye_gateway.openapi import merge_openapi
from zhiye_launcher import registry
from zhiye_registration.policy_document import render_policy

GENERATED = Path("contracts/src/zhiye_contracts/generated")
PUBLISHED = Path("contracts/published")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def render() -> dict[Path, str]:
    """Every generated document by its path from the repository's root."""
    services = registry.detached()
    documents = {
        GENERATED / "asyncapi.json": _json(_asyncapi(services)),
        GENERATED / "openapi.json": _json(
            merge_openapi({name: create_app(service) for name, service in services.items()})
        ),
        Path("docs/policy.md"): render_policy(),
    }
    for type_, event in asyncapi.ALL.items():
        documents[GENERATED / "events" / f"{type_}.json"] = _json(asyncapi.schema_of(event))
    return documents


def _asyncapi(services: dict[str, Service]) -> dict[str, Any]:
    readers: dict[str, list[str]] = {}
    exchanges: dict[str, list[str]] = {}
    for name, service in services.items():
        readers[name] = [*service.subscriptions.types]
        for outside in service.outside:
            readers[name] += outside.types
            exchanges.setdefault(outside.exchange, []).extend(outside.types)
        for outlet in service.outlets:
            readers.setdefault(outlet.reader, []).extend(outlet.types)
    return asyncapi.render(readers, exchanges)


def write(root: Path, *, check: bool) -> list[Path]:
    """Write what differs from the files under ``root``, or with ``check`` only tell; the paths."""
    stale = []
    for path, content in render().items():
        target = root / path
        if not target.exists() or target.read_text() != content:
            stale.append(path)
            if not check:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content)
    return stale


def publish(root: Path) -> list[Path]:
    """Freeze schemas of events not published yet, and compatible changes of published ones.

    Raises ``ValueError`` naming what breaks; then the change needs a new version of the event.
    """
    written = []
    for type_, event in asyncapi.ALL.items():
        target = root / PUBLISHED / f"{type_}.json"
        schema = asyncapi.schema_of(event)
        if target.exists():
            breaks = compatibility.breaking_changes(json.loads(target.read_text()), schema)
            if breaks:
                raise ValueError(f"{type_}: {'; '.join(breaks)}")
        content = _json(schema)
        if not target.exists() or target.read_text() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
            written.append(target.relative_to(root))
    return written
