"""From lines and counts of reconciliations to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.imports.reasons import INTERNAL
from zhiye_chassis.problems import reason_out
from zhiye_chassis.sheets import reasons as sheets
from zhiye_contracts import identifiers, purposes
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Reason, read_source
from zhiye_registration.application.reconciliation_lines import Line
from zhiye_registration.domain import import_reasons
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, registration_status
from zhiye_registration.domain.finding import AGREES
from zhiye_registration.domain.information import CODED
from zhiye_registration.domain.practice import LABELS as PRACTICE
from zhiye_registration.domain.practice import label_of as practice_label
from zhiye_registration.domain.reconciliation import OF_THE_ROSTER, STATES
from zhiye_registration.domain.reconciliation_findings import AGREEING, FINDINGS
from zhiye_registration.domain.reconciliation_list import LABELS
from zhiye_registration.domain.workflow import STATES as APPLICATION_STATES
from zhiye_registration.kit import Kit

_REASONS: dict[str, Reason] = {
    **{one.code: one for one in vars(sheets).values() if isinstance(one, Reason)},
    **{one.code: one for one in identifiers.REASONS},
    import_reasons.MISSING.code: import_reasons.MISSING,
}


def finding_view(profession: str, code: str, language: Language) -> dict[str, Any]:
    finding = FINDINGS[profession][code]
    step = finding.step
    return {
        "finding": code,
        "finding_label": finding.label.read(language),
        "why": finding.why.read(language),
        "source": read_source(finding.source, language),
        "step": step and step.code,
        "step_label": step and step.label.read(language),
        "how": step and step.how.read(language),
    }


def reconciliation_view(
    kit: Kit, row: RowMapping, progress: Sequence[RowMapping] | None, language: Language
) -> dict[str, Any]:
    counts: Mapping[str, int] = row["counts"]
    steps: dict[str, dict[str, int]] = {code: {} for code in counts}
    for one in progress or ():
        if one["step_state"]:
            steps[one["finding"]][one["step_state"]] = one["count"]
    kept = row["created_at"] + timedelta(days=kit.own.reconciliation_days)
    return {
        **row,
        "kept_until": kept.astimezone(SHANGHAI).date(),
        "agree": sum(counts.get(code, 0) for code in AGREEING),
        "findings": [
            finding_view(row["profession"], code, language)
            | {
                "count": counts[code],
                "steps": steps[code] if progress is not None and code not in AGREEING else None,
            }
            for code in FINDINGS[row["profession"]]
            if code in counts
        ],
    }


def line_view(kit: Kit, line: Line, language: Language, *, whole: bool = False) -> dict[str, Any]:
    """``whole`` shows the ID number as it is: the institution's own list is given back."""
    row, today = line.row, kit.clock.today()
    sealed, number = row["sealed_id_number"], None
    if sealed:
        number = kit.settings.cipher.open(sealed, purposes.ID_NUMBER)
    state = row["step_state"]
    view = finding_view(line.profession, row["finding"], language)
    files = _may_file(line, language)
    return view | {
        "line": row["line"],
        "name": row["name"],
        "id_number": number if whole or number is None else mask_id_number(number),
        "differences": [
            _difference(kit, name, both, language)
            for name, both in row["differences"].items()
            if name
        ],
        "reasons": [
            reason_out(_reason_of(one), language) for one in row["differences"].get("", ())
        ],
        "register": line.register and _register(row, line.register, today, language),
        "step_state": state,
        "step_state_label": state and STATES[state].read(language),
        "step_ref": row["step_ref"],
        "step_note": row["step_note"],
        "started_at": row["step_started_at"],
        "started_by": row["step_started_by_name"],
        "settled_at": row["settled_at"],
        "application": line.application and _filed(line.application, language),
        "to_file": files[0] if len(files) == 1 else None,
        "may_file": files,
    }


def _reason_of(one: Mapping[str, str]) -> Reason:
    return replace(_REASONS.get(one["code"], INTERNAL), field=one["field"])


def _difference(kit: Kit, name: str, both: Mapping[str, Any], language: Language) -> dict[str, Any]:
    def told(value: Any) -> str | None:
        if value is None:
            return None
        if name == "certificate_number":
            return kit.settings.cipher.open(value, purposes.CERTIFICATE_NUMBER)
        if name in PRACTICE:
            return practice_label(name, value, language)
        table = CODED.get(name)
        return table.label(value, language) if table is not None and value in table else value

    return {
        "field": name,
        "field_label": LABELS[name].read(language),
        "listed": told(both["list"]),
        "registered": told(both["register"]),
    }


def _register(
    row: Mapping[str, Any], known: RowMapping, today: date, language: Language
) -> dict[str, Any]:
    status = registration_status(HeldRegistration(known["status"], known["valid_until"]), today)
    own = row["registration_id"] == known["id"] and row["finding"] in _OF_OWN_PEOPLE
    return {
        "registration_id": known["id"] if own else None,
        "institution_id": known["institution_id"],
        "institution_name": known["institution_name"],
        "status": status,
        "status_label": STATUSES[status].read(language),
        "valid_until": known["valid_until"],
    }


_OF_OWN_PEOPLE = (AGREES, "expired", "name_differs", "information_differs", *OF_THE_ROSTER)


def _filed(application: RowMapping, language: Language) -> dict[str, Any]:
    kind, state = application["business_type"], application["state"]
    return {
        "id": application["id"],
        "number": application["number"],
        "business_type": kind,
        "business_type_label": BUSINESS_TYPES.label(kind, language),
        "state": state,
        "state_label": APPLICATION_STATES[state].read(language),
    }


def _may_file(line: Line, language: Language) -> list[dict[str, Any]]:
    """What the institution may file itself, as long as it mends anything."""
    row = line.row
    step = FINDINGS[line.profession][row["finding"]].step
    if step is None or row["step_state"] == "settled":
        return []
    return [
        {
            "path": "/api/v1/applications",
            "body": {
                "business_type": one.business_type,
                "registration_id": row["registration_id"],
            },
            "business_type": one.business_type,
            "business_type_label": BUSINESS_TYPES.label(one.business_type, language),
            "when": one.when.read(language),
            "source": read_source(one.source, language),
        }
        for one in step.files
    ]
