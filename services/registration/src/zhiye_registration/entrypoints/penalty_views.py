"""From penalties and duties to what a reader is shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import DUTY_CAUSES, DUTY_KINDS, PENALTY_KINDS, PROFESSIONS
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.adapters.duties import read
from zhiye_registration.domain.duty import RESPONSIBLE, STATES, Duty, may_file
from zhiye_registration.domain.grounds import ground_label
from zhiye_registration.domain.penalty import FOR_EVER, Penalty, bars_until, suspended
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import STATES as APPLICATION_STATES
from zhiye_registration.kit import Kit

_SIDES = {
    "person": Text("本人", "the person"),
    "institution": Text("主要执业机构", "the main institution"),
    "authority": Text("审批机关（依职权）", "the deciding authority, ex officio"),
}
_SAME = (
    *("id", "version", "profession", "name", "kind", "decided_on", "ends_on", "deciding_body"),
    *("document_number", "note", "source", "reported_by_id", "reported_by_name", "reported_at"),
    *("rescinded_on", "rescission_note"),
)
_SAME_OF_DUTY = (
    *("id", "version", "kind", "cause", "profession", "registration_id", "institution_id"),
    *("institution_name", "authority_id", "authority_name", "penalty_id", "opened_on", "due_on"),
    *("escalated_on", "closed_on", "ground", "business_type"),
)


def penalty_view(kit: Kit, one: Penalty, caller: Principal, language: Language) -> dict[str, Any]:
    today = kit.clock.today()
    until = bars_until(one)
    mine = caller.role == "authority" and caller.authority_id == one.reported_by_id
    return {name: getattr(one, name) for name in _SAME} | {
        "profession_label": PROFESSIONS.label(one.profession, language),
        "id_number": _masked(kit, one.sealed_id_number),
        "kind_label": PENALTY_KINDS.label(one.kind, language),
        "suspends": suspended([one], today) is not None,
        "bars": until is not None and today < until,
        "barred_until": None if until == FOR_EVER else until,
        "actions": ["rescind"] if mine and one.rescinded_on is None else [],
    }


def duty_view(
    kit: Kit, row: RowMapping, under_way: RowMapping | None, language: Language
) -> dict[str, Any]:
    """``row`` is a duty with its person's name and sealed ID number, ``under_way`` the application
    by which it is being done."""
    one, today = read(row), kit.clock.today()
    state, responsible = one.standing(today), one.responsible(today)
    business = BUSINESS_TYPES[one.business_type]
    return {name: getattr(one, name) for name in _SAME_OF_DUTY} | {
        "kind_label": DUTY_KINDS.label(one.kind, language),
        "cause_label": DUTY_CAUSES.label(one.cause, language),
        "state": state,
        "state_label": STATES[state].read(language),
        "responsible": responsible,
        "responsible_label": RESPONSIBLE[responsible].read(language) if responsible else None,
        "profession_label": PROFESSIONS.label(one.profession, language),
        "name": row["name"],
        "id_number": _masked(kit, row["sealed_id_number"]),
        "days_left": _days_left(one, today),
        "business_type_label": business.name.read(language),
        "ground_label": one.ground and ground_label(business, one.ground, language),
        "may": [
            {"code": side, "label": _SIDES[side].read(language)}
            for side in may_file(business, one.ground)
        ],
        "application": under_way
        and {
            "number": under_way["number"],
            "state": under_way["state"],
            "state_label": APPLICATION_STATES[under_way["state"]].read(language),
        },
    }


def _days_left(one: Duty, today: date) -> int | None:
    return (one.due_on - today).days if one.responsible(today) else None


def _masked(kit: Kit, sealed: str) -> str:
    return mask_id_number(kit.settings.cipher.open(sealed, purposes.ID_NUMBER))
