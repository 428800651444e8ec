"""From a row of a roster to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from zhiye_contracts import purposes
from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    DEGREES,
    EDUCATION,
    EMPLOYMENT,
    ETHNIC_GROUPS,
    GENDERS,
    INTERRUPTION_GROUNDS,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    NURSING_TITLES,
    CodeTable,
)
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language
from zhiye_registration.application.list_roster import retirement_of
from zhiye_registration.domain.changes import change_text
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, registration_status
from zhiye_registration.domain.roster import (
    ACCOUNT_STATUSES,
    MARKS,
    AccountStatus,
    age,
    mark_of,
    to_confirm,
)
from zhiye_registration.kit import Kit

_TABLES: dict[str, CodeTable] = {
    "gender": GENDERS,
    "title": NURSING_TITLES,
    "department": NURSE_DEPARTMENTS,
    "work_category": NURSE_WORK_CATEGORIES,
    "education": EDUCATION,
    "employment": EMPLOYMENT,
}
_DETAILS: dict[str, CodeTable] = {"degree": DEGREES, "ethnic_group": ETHNIC_GROUPS}
_NOT_TOLD = ("id_number", "_key", "sealed")
"""In names of what changed: an ID number is masked wherever it is shown."""


def item_view(kit: Kit, row: RowMapping, today: date, language: Language) -> dict[str, Any]:
    """One line of a roster, the ID number masked."""
    view = line_of(kit, row, today, language)
    return view | {"id_number": mask_id_number(view["id_number"])}


def line_of(kit: Kit, row: RowMapping, today: date, language: Language) -> dict[str, Any]:
    """One line with the ID number whole: for an institution's own export."""
    valid_until = row["valid_until"]
    status = registration_status(HeldRegistration(row["status"], valid_until), today)
    mark = mark_of(row["status"], valid_until, today)
    account = account_status(row["account_status"])
    confirmed = row["employment_confirmed_on"]
    cipher = kit.settings.cipher
    view = {
        "registration_id": row["id"],
        "name": row["name"],
        "id_number": cipher.open(row["sealed_id_number"], purposes.ID_NUMBER),
        "birth_date": row["birth_date"],
        "age": age(row["birth_date"], today),
        "status": status,
        "status_label": STATUSES[status].read(language),
        "business_type": row["last_change"],
        "business_type_label": change_text(row["last_change"]).read(language),
        "certificate_number": cipher.open(
            row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER
        ),
        "valid_until": valid_until,
        "days_left": (valid_until - today).days,
        "mark": mark,
        "mark_label": mark and MARKS[mark].read(language),
        "account_status": account,
        "account_status_label": ACCOUNT_STATUSES[account].read(language),
        "employment_confirmed_on": confirmed,
        "employment_to_confirm": row["status"] == "registered"
        and to_confirm(row["gender"], row["birth_date"], confirmed, retirement_of(kit), today),
        "interrupted_since": row["interrupted_since"],
    }
    for name, table in _TABLES.items():
        code = row[name]
        view |= {name: code, f"{name}_label": code and table.label(code, language)}
    return view


def person_view(
    kit: Kit,
    row: RowMapping,
    *,
    photo: str | None,
    interruptions: Sequence[RowMapping],
    confirmations: Sequence[RowMapping],
    language: Language,
) -> dict[str, Any]:
    ground, details = row["cancellation_ground"], row["details"]
    same = ("version", "institution_id", "institution_name", "region", "authority_name")
    days = ("registered_on", "valid_from", "cancelled_on", "cancellation_ground")
    return item_view(kit, row, kit.clock.today(), language) | {
        **{name: row[name] for name in (*same, *days)},
        "cancellation_ground_label": ground and CANCELLATION_GROUNDS.label(ground, language),
        "details": details,
        "details_labels": {
            name: table.label(details[name], language)
            for name, table in _DETAILS.items()
            if details.get(name)
        },
        "photo": photo,
        "interruptions": [
            {**one, "ground_label": INTERRUPTION_GROUNDS.label(one["ground"], language)}
            for one in interruptions
        ],
        "confirmations": [
            {
                **one,
                "employment_label": EMPLOYMENT.label(one["employment"], language),
                "by": one["confirmed_by_name"],
            }
            for one in confirmations
        ],
    }


def change_view(entry: RowMapping, language: Language) -> dict[str, Any]:
    text = STATUSES.get(entry["status"])
    values: Mapping[str, Any] = entry["values"] or {}
    return {
        **entry,
        "change_label": change_text(entry["change"]).read(language),
        "status_label": text.read(language) if text else entry["status"],
        "values": {
            name: value
            for name, value in values.items()
            if not any(part in name for part in _NOT_TOLD)
        },
    }


def account_status(status: str | None) -> AccountStatus:
    if status is None:
        return "none"
    return "active" if status == "active" else "inactive"
