"""Information about a nurse that she may change herself (信息修改, deck 2.3; Q6, Q30)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zhiye_registration.domain.registration import Registration

COLUMNS = ("department", "work_category", "title", "education")
"""Fields that a registration has a place of its own for; the others are in its details."""
DETAILS = (
    "school",
    "major",
    "degree",
    "study_length",
    "graduated_on",
    "study_experience",
    "work_experience",
    "position",
    "work_began_on",
)
FIELDS = (*COLUMNS, *DETAILS)


def value_of(one: Registration, field: str) -> Any:
    """What a registration has on record for a field; ``None`` for nothing."""
    return getattr(one, field) if field in COLUMNS else one.details.get(field)


def with_values(one: Registration, values: Mapping[str, Any]) -> Registration:
    """The registration with these fields; anything that is not of ``FIELDS`` is left out."""
    columns = {name: value for name, value in values.items() if name in COLUMNS}
    details = {name: value for name, value in values.items() if name in DETAILS}
    return replace(one, **columns, details={**one.details, **details})


def differences(one: Registration, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Field → ``before`` and ``after``, of those values that are not on record yet."""
    return {
        name: {"before": value_of(one, name), "after": value}
        for name, value in values.items()
        if name in FIELDS and value != value_of(one, name)
    }


def carried(
    one: Registration, form: Mapping[str, Any]
) -> tuple[Registration, dict[str, dict[str, Any]]]:
    """The registration with what an application's form says, and what that changes. What the form
    leaves out stays."""
    given = {**form, **(form.get("education") or {})}
    if not isinstance(given.get("education"), str):
        given.pop("education", None)
    values = {name: given[name] for name in FIELDS if given.get(name) not in (None, "")}
    changes = differences(one, values)
    return with_values(one, {name: change["after"] for name, change in changes.items()}), changes
