"""From what the database has of a case to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.calendar import working_days_left
from zhiye_chassis.evidence.http import evidence_view
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import PROVINCES
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Text
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import (
    actions_of,
    on_a_side,
    organisation_label,
    sees_record,
)
from zhiye_qualifications.domain.case_reasons import CASE_REASONS
from zhiye_qualifications.domain.case_workflow import STATES
from zhiye_qualifications.domain.cases import KINDS, Case
from zhiye_qualifications.domain.codes import ROUTES
from zhiye_qualifications.domain.corrections import EVIDENCE_KINDS, needed_evidence
from zhiye_qualifications.kit import Kit

PATH = "/api/v1/qualification-cases"

STEPS: dict[str, Text] = {
    "drafted": Text("填写申请", "started"),
    "opened": Text("系统建立", "opened by the system"),
    "fed_again": Text("考试中心更新报送", "fed again by the exam centre"),
    "revised": Text("修改申请", "revised"),
    "submitted": Text("提交申请", "submitted"),
    "resubmitted": Text("补正后重新提交", "resubmitted after correction"),
    "withdrawn": Text("撤回申请", "withdrawn"),
    "returned": Text("退回补正", "returned for correction"),
    "forwarded": Text("提交考试中心", "forwarded to the exam centre"),
    "approved": Text("同意", "approved"),
    "refused": Text("不同意", "refused"),
}
"""Every entry that a timeline can have."""


def item_view(one: Case, today: date, language: Language) -> dict[str, Any]:
    """One line of a list."""
    left = working_days_left(today, one.deadline) if one.deadline else one.days_kept
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "kind_label": KINDS[one.kind].read(language),
        "state": one.state,
        "state_label": STATES[one.state].read(language),
        "profession": one.profession,
        "route": one.route,
        "route_label": ROUTES.label(one.route, language),
        "province": one.province,
        "province_label": PROVINCES.label(one.province, language),
        "name": one.name,
        "fields": sorted(one.asked) if one.kind == "correction" else [],
        "filed_by": one.filed_by,
        "created_at": one.created_at,
        "submitted_at": one.submitted_at,
        "decided_at": one.decided_at,
        "deadline": one.deadline,
        "working_days_left": left,
        "clock_stopped": one.state == "returned",
        "reasons": reasons_view(one.reasons, language),
    }


async def case_view(
    connection: AsyncConnection, kit: Kit, one: Case, caller: Principal, language: Language
) -> dict[str, Any]:
    """A case whole, with its evidence, its timeline and what the caller may do."""
    steps = await store.STEPS.of(connection, one.id)
    files = await store.EVIDENCE.of(connection, one.id)
    whole = sees_record(caller, one)
    have = {file["kind"] for file in files}
    needed = needed_evidence(kit.own.evidence_needed, one.kind, one.asked)
    return item_view(one, kit.clock.today(), language) | {
        "version": one.version,
        "qualification_id": one.qualification_id,
        "asked": _sighted(one.asked, masked=not on_a_side(caller, one)),
        "recorded": _sighted(
            one.recorded, masked=caller.role == "practitioner" or not on_a_side(caller, one)
        )
        if whole and one.recorded
        else None,
        "actions": actions_of(caller, one),
        "evidence": [file_view(one.id, file, language) for file in files],
        "evidence_needed": [
            {
                "kind": kind,
                "label": EVIDENCE_KINDS.label(kind, language),
                "uploaded": kind in have,
            }
            for kind in needed
        ],
        "timeline": [
            {
                "at": step["at"],
                "action": step["action"],
                "action_label": STEPS[step["action"]].read(language),
                "state": step["state"],
                "state_label": STATES[step["state"]].read(language),
                "actor_role": step["actor_role"],
                "actor_name": step["actor_name"],
                "organisation": organisation_label(step["organisation"], language),
                "reasons": reasons_view(step["reasons"], language),
                "deadline": step["deadline"],
            }
            for step in steps
        ],
    }


def file_view(case_id: str, file: RowMapping, language: Language) -> dict[str, Any]:
    url = f"{PATH}/{case_id}/evidence/{file['id']}"
    return evidence_view(file, EVIDENCE_KINDS, url, language)


def reasons_view(told: Sequence[Mapping[str, str]], language: Language) -> list[dict[str, str]]:
    """Reasons as this reader reads them; those of no table of ours by their text."""
    return [{"code": one["code"], "text": _reason(one, language)} for one in told]


def _reason(one: Mapping[str, str], language: Language) -> str:
    if one["code"] in CASE_REASONS:
        return sentence(CASE_REASONS, one["code"], one["note"], language)
    return one.get("en", one["text"]) if language == "en" else one["text"]


def _sighted(values: Mapping[str, Any], *, masked: bool) -> dict[str, Any]:
    """Values of a record; masked, without the middle of the ID number."""
    shown = dict(values)
    if masked and shown.get("id_number"):
        shown["id_number"] = mask_id_number(str(shown["id_number"]))
    return shown
