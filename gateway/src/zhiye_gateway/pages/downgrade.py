"""OpenAPI 3.1 as 3.0, for the packaged Swagger UI, which reads nothing newer."""

from __future__ import annotations

from typing import Any

_NULL = {"type": "null"}


def to_openapi_30(document: dict[str, Any]) -> dict[str, Any]:
    """The same document in the words of OpenAPI 3.0.3; for showing, not for generating code."""
    result: dict[str, Any] = _convert(document)
    return {**result, "openapi": "3.0.3"}


def _convert(node: Any) -> Any:
    if isinstance(node, list):
        return [_convert(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _convert(value) for key, value in node.items()}
    if isinstance(examples := result.get("examples"), list):
        del result["examples"]
        if examples:
            result.setdefault("example", examples[0])
    if "const" in result:
        result["enum"] = [result.pop("const")]
    for bound, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(result.get(bound), int | float) and not isinstance(result[bound], bool):
            result[inclusive] = result[bound]
            result[bound] = True
    if isinstance(types := result.get("type"), list):
        rest = [name for name in types if name != "null"]
        result["type"] = rest[0] if rest else "string"
        result["nullable"] = "null" in types
    for union in ("anyOf", "oneOf"):
        if isinstance(choices := result.get(union), list) and _NULL in choices:
            rest = [choice for choice in choices if choice != _NULL]
            del result[union]
            result["nullable"] = True
            if len(rest) == 1 and "$ref" not in rest[0]:
                result = {**rest[0], **result}
            else:
                result["allOf" if len(rest) == 1 else union] = rest
    return result
