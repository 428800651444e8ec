"""One OpenAPI document out of those of the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from zhiye_chassis.problems import ProblemOut
from zhiye_chassis.security import ANYONE
from zhiye_gateway.live.telling import TOLD

Document = dict[str, Any]

_REF = "#/components/schemas/"
_HEALTH = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_PROBLEM = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": f"{_REF}ProblemOut"}}},
}
_DESCRIPTION = (
    "医疗机构、医师、护士电子化注册。说明默认为中文，`Accept-Language: en` 时为英文；"
    "每一个拒绝都有固定代码、字段、原因和下一步（RFC 9457）。\n\n"
    "Electronic registration of medical institutions, physicians and nurses. Texts are Chinese, "
    "or English with `Accept-Language: en`; every refusal has a stable code, the field, the "
    "reason and the next step (RFC 9457)."
)


def merge_openapi(apps: Mapping[str, FastAPI]) -> Document:
    """The services' documents as one; the same services always give the same document.

    Component schemas of one name and different content get their service's name in front.
    ``ValueError`` when two services have the same path.
    """
    documents = {name: _with_problem(apps[name].openapi()) for name in sorted(apps)}
    schemas = {
        name: dict(document.get("components", {}).get("schemas", {}))
        for name, document in documents.items()
    }
    clashing = _clashing(schemas)
    paths: Document = {"/api/v1/events": events_path()}
    components: Document = {}
    security: Document = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for name, document in documents.items():

        def rename(schema: str, service: str = name) -> str:
            return f"{service.title()}{schema}" if schema in clashing else schema

        for path, item in document.get("paths", {}).items():
            if path in _HEALTH:
                continue
            if path in paths:
                raise ValueError(f"{path} is in more than one service")
            paths[path] = _renamed(item, rename)
        for schema, content in schemas[name].items():
            components[rename(schema)] = _renamed(content, rename)
        security |= document.get("components", {}).get("securitySchemes", {})
    _finish_operations(paths, documents)
    tags = {tag for _, _, operation in _operations(paths) for tag in operation.get("tags", ())}
    return {
        "openapi": "3.1.0",
        "info": {"title": "执业 zhiye", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {path: _sorted(paths[path]) for path in sorted(paths)},
        "components": {
            "schemas": {schema: components[schema] for schema in sorted(components)},
            "securitySchemes": _sorted(security),
        },
        "tags": [{"name": tag} for tag in sorted(tags)],
    }


def _sorted(mapping: Document) -> Document:
    return {key: mapping[key] for key in sorted(mapping)}


@cache
def _problem_schemas() -> Document:
    _, schema = models_json_schema([(ProblemOut, "serialization")], ref_template=f"{_REF}{{model}}")
    found: Document = schema["$defs"]
    return found


def _with_problem(document: Document) -> Document:
    """Routes refer to the problem schema by name only; make sure that it is there."""
    components = document.get("components", {})
    schemas = _problem_schemas() | components.get("schemas", {})
    return {**document, "components": {**components, "schemas": schemas}}


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        return set().union(*map(_references, node.values()))
    if isinstance(node, list):
        return set().union(*map(_references, node))
    if isinstance(node, str) and node.startswith(_REF):
        return {node.removeprefix(_REF)}
    return set()


def _clashing(schemas: Mapping[str, Document]) -> set[str]:
    """Names that mean different things; also those whose content leads to such a name."""
    contents: defaultdict[str, list[Any]] = defaultdict(list)
    for by_name in schemas.values():
        for schema, content in by_name.items():
            contents[schema].append(content)
    shared = {name: found for name, found in contents.items() if len(found) > 1}
    clashing = {name for name, found in shared.items() if any(c != found[0] for c in found)}
    while more := {
        name
        for name, found in shared.items()
        if name not in clashing and _references(found) & clashing
    }:
        clashing |= more
    return clashing


def _renamed(node: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(node, dict):
        return {key: _renamed(value, rename) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, rename) for value in node]
    if isinstance(node, str) and node.startswith(_REF):
        return _REF + rename(node.removeprefix(_REF))
    return node


def _operations(paths: Document) -> list[tuple[str, str, Document]]:
    return [
        (path, method, operation)
        for path, item in paths.items()
        for method, operation in item.items()
        if method in _METHODS
    ]


def _finish_operations(paths: Document, documents: Mapping[str, Document]) -> None:
    """Unique operation ids, and what the gateway may answer instead of the service."""
    owner = {path: name for name, document in documents.items() for path in document["paths"]}
    by_id: defaultdict[str, list[tuple[str, Document]]] = defaultdict(list)
    for path, _, operation in _operations(paths):
        operation.setdefault("responses", {}).setdefault("default", _PROBLEM)
        if "operationId" in operation:
            by_id[operation["operationId"]].append((path, operation))
    for operation_id, found in by_id.items():
        if len(found) > 1:
            for path, operation in found:
                operation["operationId"] = f"{owner.get(path, 'gateway')}_{operation_id}"


def events_path() -> Document:
    """The gateway's own route for live updates."""
    names = ", ".join(f"`{row.name}`" for row in TOLD)
    example = (
        "event: application-changed\nid: 01JD0000000000000000EVT001\n"
        'data: {"id":"01JD0000000000000000APP001","version":4,"number":"N202611230000017",'
        '"change":"approved","state":"approved"}\n\n'
    )
    return {
        "get": {
            "tags": ["events"],
            "summary": "Live updates of one's own account and applications",
            "description": (
                f"Server-sent events: {names}, and `reset`, on which everything is to be read"
                " again. Open the stream first, then read the data. The stream ends when the"
                " token expires: come back with a fresh one and `Last-Event-ID`."
            ),
            "operationId": "live_updates",
            "parameters": [
                {
                    "name": "Last-Event-ID",
                    "in": "header",
                    "required": False,
                    "description": "The last id that was received",
                    "schema": {"type": "string"},
                    "example": "01JD0000000000000000EVT001",
                }
            ],
            "responses": {
                "200": {
                    "description": "The stream",
                    "content": {
                        "text/event-stream": {"schema": {"type": "string"}, "example": example}
                    },
                },
                **dict.fromkeys(("401", "429"), _PROBLEM),
            },
            "security": [{"bearer": []}],
            "x-access": {"roles": sorted(ANYONE.roles), "inactive": ANYONE.inactive},
        }
    }


def load_openapi(apps: Mapping[str, FastAPI] | None = None) -> Document | None:
    """The packaged document of the contracts; without it, that of the services in this process."""
    packaged = files("zhiye_contracts") / "generated" / "openapi.json"
    if packaged.is_file():
        document: Document = orjson.loads(packaged.read_bytes())
        return document
    return merge_openapi(apps) if apps is not None else None
