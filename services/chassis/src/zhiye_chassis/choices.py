"""Texts of requests that are one of a table's codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError


def one_of(codes: Mapping[str, Any]) -> Any:
    """A text that is one of these codes; the schema lists them."""

    def check(value: str) -> str:
        if value not in codes:
            raise PydanticCustomError("literal_error", "not one of the choices")
        return value

    schema = {"type": "string", "enum": list(codes)}
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema)]
