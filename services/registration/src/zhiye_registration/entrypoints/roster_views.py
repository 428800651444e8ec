"""From a row of a roster to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from zhiye_contracts import purposes
from zhiye_contracts.codes import (
    DEGREES,
    EMPLOYMENT,
    ETHNIC_GROUPS,
    GENDERS,
    INTERRUPTION_GROUNDS,
    CodeTable,
)
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language
from zhiye_registration.application.list_roster import retirement_of
from zhiye_registration.application.practice_views import status_of
from zhiye_registration.domain.changes import change_text
from zhiye_registration.domain.facts import STATUSES
from zhiye_registration.domain.grounds import cancellation_label
from zhiye_registration.domain.information import COLUMNS, label_of
from zhiye_registration.domain.roster import (
    ACCOUNT_STATUSES,
    MARKS,
    AccountStatus,
    age,
    mark_of,
    to_confirm,
)
from zhiye_registration.kit import Kit

_DETAILS: dict[str, CodeTable] = {"degree": DEGREES, "ethnic_group": ETHNIC_GROUPS}
_NOT_TOLD = ("id_number", "_key", "sealed")
"""In names of what changed: an ID number is masked wherever it is shown."""


def item_view(kit: Kit, row: RowMapping, today: date, language: Language) -> dict[str, Any]:
    """One line of a roster, the ID number masked."""
    view = line_of(kit, row, today, language)
    return view | {"id_number": mask_id_number(view["id_number"])}


def line_of(kit: Kit, row: RowMapping, today: date, language: Language) -> dict[str, Any]:
    """One line with the ID number whole: for an institution's own export."""
    valid_until, confirmed = row["valid_until"], row["employment_confirmed_on"]
    mark = mark_of(row["status"], valid_until, today)
    employment, work = row["employment"], row["work_category"]
    return shared_line(kit, row, today, language) | {
        "valid_until": valid_until,
        "days_left": (valid_until - today).days,
        "mark": mark,
        "mark_label": mark and MARKS[mark].read(language),
        "work_category": work,
        "work_category_label": label_of("work_category", work, language),
        "employment": employment,
        "employment_label": employment and EMPLOYMENT.label(employment, language),
        "employment_confirmed_on": confirmed,
        "employment_to_confirm": row["status"] == "registered"
        and to_confirm(row["gender"], row["birth_date"], confirmed, retirement_of(kit), today),
        "interrupted_since": row["interrupted_since"],
    }


def shared_line(
    kit: Kit, row: Mapping[Any, Any], today: date, language: Language
) -> dict[str, Any]:
    """What a line has of nurses and physicians alike, the ID number whole."""
    status, account = status_of(row, today), account_status(row["account_status"])
    cipher = kit.settings.cipher
    view = {
        "registration_id": row["id"],
        "name": row["name"],
        "gender": row["gender"],
        "gender_label": GENDERS.label(row["gender"], language),
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
        "account_status": account,
        "account_status_label": ACCOUNT_STATUSES[account].read(language),
    }
    for name in COLUMNS:
        if name != "work_category":  # a nurse's only
            view |= {name: row[name], f"{name}_label": label_of(name, row[name], language)}
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
    return (
        item_view(kit, row, kit.clock.today(), language)
        | details_view(row, photo, language)
        | happened_view(interruptions, confirmations, language)
    )


def happened_view(
    interruptions: Sequence[RowMapping], confirmations: Sequence[RowMapping], language: Language
) -> dict[str, Any]:
    """Interruptions of practice, and what was confirmed about employment."""
    return {
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


def details_view(row: RowMapping, photo: str | None, language: Language) -> dict[str, Any]:
    """What the details of nurses and physicians have alike."""
    ground, details = row["cancellation_ground"], row["details"]
    same = ("version", "institution_id", "institution_name", "region", "authority_name")
    days = ("registered_on", "valid_from", "cancelled_on", "cancellation_ground")
    return {
        **{name: row[name] for name in (*same, *days)},
        "cancellation_ground_label": cancellation_label(row["profession"], ground, language),
        "details": details,
        "details_labels": {
            name: table.label(details[name], language)
            for name, table in _DETAILS.items()
            if details.get(name)
        },
        "photo": photo,
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
