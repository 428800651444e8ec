"""What a physician's registration says, for a reader: codes with their labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from zhiye_contracts.codes import PHYSICIAN_SCOPES
from zhiye_contracts.reasons import Language
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, Status, registration_status
from zhiye_registration.domain.filing import STATES, state_of
from zhiye_registration.domain.information import label_of
from zhiye_registration.domain.practice import LABELS
from zhiye_registration.domain.practice import label_of as practice_label

_SAME = ("institution_id", "institution_name", "region", "authority_name", "registered_on")
_SAME_OF_FILING = ("institution_id", "institution_name", "region", "from_on", "until_on")
OF_NO_PHYSICIAN: dict[str, Any] = {
    **{name: None for field in LABELS for name in (field, f"{field}_label")},
    "scopes": [],
    "locations": [],
}
"""What stands in its place where a nurse is shown."""
del OF_NO_PHYSICIAN["scopes_label"]


def status_of(row: Mapping[Any, Any], today: date) -> Status:
    return registration_status(HeldRegistration(row["status"], row["valid_until"]), today)


def practice_view(row: Mapping[Any, Any], language: Language) -> dict[str, Any]:
    """Level, category, scopes and location of a registration, or of none of these."""
    view: dict[str, Any] = {"scopes": scopes_view(row["scopes"], language)}
    for name in LABELS:
        if name != "scopes":
            value = row[name] or None
            view |= {name: value, f"{name}_label": practice_label(name, value, language)}
    return view


def scopes_view(scopes: Sequence[str], language: Language) -> list[dict[str, str]]:
    return [{"code": code, "label": PHYSICIAN_SCOPES.label(code, language)} for code in scopes]


def location_view(
    row: Mapping[Any, Any], filings: Iterable[Mapping[str, Any]], today: date, language: Language
) -> dict[str, Any]:
    """One of a physician's registrations: the location with its main institution, and
    the filings that are in force in it."""
    status = status_of(row, today)
    department = row["department"]
    return {
        **{name: row[name] for name in _SAME},
        **practice_view(row, language),
        "status": status,
        "status_label": STATUSES[status].read(language),
        "department": department,
        "department_label": label_of("department", department, language),
        "filings": [
            view
            for one in filings
            if (view := filing_view(one, today, language))["state"] == "in_force"
        ],
    }


def filing_view(one: Mapping[str, Any], today: date, language: Language) -> dict[str, Any]:
    """A filing at a further institution (多执业机构备案)."""
    state = state_of(
        one.get("status", "in_force"), _day(one["from_on"]), _day(one["until_on"]), today
    )
    department = one["department"]
    return {
        **{name: one[name] for name in _SAME_OF_FILING},
        "state": state,
        "state_label": STATES[state].read(language),
        "scopes": scopes_view(one["scopes"], language),
        "department": department,
        "department_label": label_of("department", department, language),
    }


def _day(given: date | str) -> date:
    return date.fromisoformat(given) if isinstance(given, str) else given
