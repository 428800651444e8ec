"""A region and all below it, in conditions that an index answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, true

from zhiye_contracts.codes.divisions import prefix


def bounds(region: str) -> tuple[str, str] | None:
    """The first code inside, and the first behind it; ``None`` for the nation."""
    inside = prefix(region)
    return (inside, after(inside)) if inside else None


def after(inside: str) -> str:
    """What sorts right behind everything that begins so."""
    return inside[:-1] + chr(ord(inside[-1]) + 1)


def within(column: ColumnElement[Any], region: str | None) -> ColumnElement[bool]:
    """Whether a column's code is inside a region; in none, nothing is.

    ``LIKE`` with a parameter loses its index as soon as PostgreSQL plans for any parameter; these
    operators, which ``text_pattern_ops`` is made of, do not.
    """
    if region is None:
        return false()
    found = bounds(region)
    if found is None:
        return true()
    first, behind = found
    return and_(
        column.op("~>=~", is_comparison=True)(first), column.op("~<~", is_comparison=True)(behind)
    )
