"""Cursor pagination: an opaque key of the last item seen, stable while rows come and go."""

from __future__ import annotations

import base64
from typing import Annotated, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from zhiye_chassis.problems import refused

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page")]
Cursor = Annotated[
    str | None, Query(max_length=1_200, description="``next_cursor`` of the page before")
]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(None, description="Absent on the last page")


def encode_cursor(*key: str | int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type) -> list[str | int]:
    """The sort key in a cursor; ``Refused`` (422) when it was tampered with."""
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (
            not isinstance(key, list)
            or len(key) != len(kinds)
            or not all(type(k) is kind for k, kind in zip(key, kinds, strict=True))
        ):
            raise ValueError(cursor)
    except ValueError:
        raise cursor_invalid() from None
    return key


def cursor_invalid() -> Exception:
    """422: not a cursor that the same list, in the same order, has given."""
    return refused(
        "cursor_invalid",
        ("翻页标记无效。", "The cursor is not valid."),
        ("请从第一页重新开始。", "Start again from the first page."),
        field="cursor",
    )
