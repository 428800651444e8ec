"""Whether a changed event can still be read and written by those who know the published one."""

from __future__ import annotations

from typing import Any


def breaking_changes(published: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What breaks readers or producers of the published schema; empty when compatible.

    Allowed: new optional fields, new or changed descriptions and examples. Breaking: a field
    that went, changed its type or choices, or became or stopped being required; a new required
    field (events already in a queue have it not).
    """
    return _compare("", _resolve(published, published), _resolve(now, now))


_IGNORED = {"title", "description", "examples", "default", "$schema", "$defs"}


def _resolve(node: Any, root: dict[str, Any]) -> Any:
    """References replaced by what they refer to, texts that do not matter left out."""
    if isinstance(node, list):
        return [_resolve(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = root
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _resolve(target, root)
    if "properties" in node:
        kept = {key: _resolve(v, root) for key, v in node.items() if key not in _IGNORED}
        # A field may be called «title»: names of fields are never ignored.
        kept["properties"] = {k: _resolve(v, root) for k, v in node["properties"].items()}
        return kept
    return {key: _resolve(value, root) for key, value in node.items() if key not in _IGNORED}


def _is_list(node: Any) -> bool:
    return isinstance(node, dict) and "items" in node


def _compare(path: str, old: Any, new: Any) -> list[str]:
    if _is_list(old) and _is_list(new):
        around = [{k: v for k, v in one.items() if k != "items"} for one in (old, new)]
        if around[0] == around[1]:
            return _compare(f"{path}[]", old["items"], new["items"])
    if not (isinstance(old, dict) and isinstance(new, dict) and "properties" in old):
        return [] if old == new else [f"{path or 'event'} changed"]
    problems: list[str] = []
    before, after = old["properties"], new.get("properties", {})
    for name, schema in before.items():
        where = f"{path}.{name}".strip(".")
        if name not in after:
            problems.append(f"{where} was removed")
        else:
            problems += _compare(where, schema, after[name])
    required_before, required_after = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(required_after ^ required_before):
        where = f"{path}.{name}".strip(".")
        if name in required_after:
            problems.append(f"{where} is required now")
        elif name in after:
            problems.append(f"{where} is no longer required")
    return problems
