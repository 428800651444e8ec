"""From what the database has to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.calendar import working_days_left
from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.adapters import applications, scope_cases
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.application.about_application import about_application
from zhiye_registration.application.access import side_of
from zhiye_registration.application.military import opened_form
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.scope_case import STATES as CASE_STATES
from zhiye_registration.domain.workflow import ACTIONS, STATES, Action, allowed_actions
from zhiye_registration.entrypoints.about_views import about_view
from zhiye_registration.entrypoints.forms import labels_of
from zhiye_registration.kit import Kit

STEPS: dict[str, Text] = {
    "drafted": Text("填写申请", "started"),
    "revised": Text("修改申请", "revised"),
    "submitted": Text("提交申请", "submitted"),
    "filed": Text("机构提交申请", "filed by the institution"),
    "resubmitted": Text("补正后重新提交", "resubmitted after correction"),
    "withdrawn": Text("撤回申请", "withdrawn"),
    "superseded": Text(
        "因机构或审批机关提出申请而终止",
        "ended, because the institution or the authority filed one",
    ),
    "origin_approved": Text("原军队武警机构审核同意", "approved by the military institution"),
    "origin_returned": Text("原军队武警机构退回补正", "returned by the military institution"),
    "origin_refused": Text("原军队武警机构审核不同意", "refused by the military institution"),
    "institution_approved": Text("机构审核同意", "approved by the institution"),
    "institution_returned": Text("机构退回补正", "returned by the institution"),
    "institution_refused": Text("机构审核不同意", "refused by the institution"),
    "approved": Text("审批通过", "approved by the authority"),
    "authority_returned": Text("审批机关退回补正", "returned by the authority"),
    "refused": Text("审批不通过", "refused by the authority"),
    "confirmed": Text("原军队武警机构确认", "confirmed by the military side"),
    "not_confirmed": Text("原军队武警机构不予确认", "not confirmed by the military side"),
    "qualification_revoked": Text("所依据的资格已被撤销", "the qualification was revoked"),
    "identity_corrected": Text("身份信息已更正", "name or ID number corrected"),
    "institution_merged": Text("机构并入标准名称", "institution merged into its standard name"),
    "merge_undone": Text("机构合并已撤销", "merge of the institution undone"),
}
"""Every entry that a timeline can have."""
_BY_AUTHORITY = Text("审批机关依职权提出", "opened by the authority itself")

SYSTEM_NAME = Text("系统", "the system")

SOURCES = {
    "person": Text("个人网上申请", "online, by the person"),
    "institution": Text("机构网上申请", "online, by the institution"),
    "authority": Text("审批机关依职权", "by the authority itself"),
}


def item_view(kit: Kit, row: Any, today: date, language: Language) -> dict[str, Any]:
    """One line of a list; ``row`` is an ``Application`` or a row of the list's columns."""
    deadline, kept = row.deadline, row.days_kept
    origin, confirmation = None, None
    if row.origin_institution_id is not None:
        name, confirmed = row.origin_institution_name, row.confirmed_at
        origin = _review(name, row.origin_decision, row.origin_reviewed_at, language)
        confirmation = _review(name, "approve" if confirmed else None, confirmed, language)
    decision = None
    if row.authority_id:
        by = row.authority_name or ""
        decision = _review(by, row.authority_decision, row.decided_at, language)
    return {
        "id": row.id,
        "number": row.number,
        "business_type": row.business_type,
        "business_type_label": BUSINESS_TYPES[row.business_type].name.read(language),
        "profession": BUSINESS_TYPES[row.business_type].profession,
        "registration_id": row.registration_id,
        "name": row.name,
        "id_number": mask_id_number(
            kit.settings.cipher.open(row.sealed_id_number, purposes.ID_NUMBER)
        ),
        "state": row.state,
        "state_label": STATES[row.state].read(language),
        "applied_on": row.submitted_at and row.submitted_at.astimezone(SHANGHAI).date(),
        "institution_id": row.institution_id,
        "institution_review": _review(
            row.institution_name, row.institution_decision, row.institution_reviewed_at, language
        ),
        "authority_id": row.authority_id,
        "authority_decision": decision,
        "source": row.source,
        "source_label": SOURCES[row.source].read(language),
        "origin_institution_id": row.origin_institution_id,
        "origin_review": origin,
        "confirmation": confirmation,
        "reasons": _reasons(row.reasons, language),
        "deadline": deadline,
        "working_days_left": working_days_left(today, deadline) if deadline else kept,
        "clock_stopped": row.state == "returned",
    }


def _review(
    by: str, decision: Action | None, at: datetime | None, language: Language
) -> dict[str, Any]:
    label = ACTIONS[decision].read(language) if decision else None
    return {"by": by, "decision": decision, "decision_label": label, "at": at}


async def application_view(
    connection: AsyncConnection,
    kit: Kit,
    one: Application,
    caller: Principal,
    language: Language,
) -> dict[str, Any]:
    """An application whole, with its timeline and what the caller may do."""
    steps = await applications.STEPS.of(connection, one.id)
    today = kit.clock.today()
    about = await about_application(connection, kit, one, caller)
    return item_view(kit, one, today, language) | {
        "version": one.version,
        "created_at": one.created_at,
        "form": opened_form(kit, one.form),
        "form_labels": labels_of(one.row, one.form, language),
        "actions": _actions(one, caller),
        "checklist": [material.read(language) for material in one.row.materials],
        **about_view(about, today, language),
        "scope_case": await _scope_case(connection, one, language),
        "timeline": [
            {
                "at": step["at"],
                "action": step["action"],
                "action_label": _label_of(step).read(language),
                "state": step["state"],
                "state_label": STATES[step["state"]].read(language),
                "actor_role": step["actor_role"],
                "actor_name": step["actor_name"]
                if step["actor_role"] != SYSTEM
                else SYSTEM_NAME.read(language),
                "organisation": step["organisation"],
                "reasons": _reasons(step["reasons"], language),
                "deadline": step["deadline"],
            }
            for step in steps
        ],
    }


def _label_of(step: Mapping[Any, Any]) -> Text:
    by_authority = step["action"] == "filed" and step["actor_role"] == "authority"
    return _BY_AUTHORITY if by_authority else STEPS[step["action"]]


async def _scope_case(
    connection: AsyncConnection, one: Application, language: Language
) -> dict[str, Any] | None:
    if one.row.profession != "physician":
        return None
    case = await scope_cases.of_application(connection, one.id)
    if case is None:
        return None
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "state_label": CASE_STATES[case.state].read(language),
        "deadline": case.deadline,
        "agreed_scopes": case.agreed_scopes,
    }


def _reasons(told: Sequence[Mapping[str, str]], language: Language) -> list[dict[str, str]]:
    return [
        {"code": one["code"], "text": sentence(REVIEW_REASONS, one["code"], one["note"], language)}
        for one in told
    ]


def _actions(one: Application, caller: Principal) -> Sequence[Action]:
    side = side_of(caller, one)
    if side is None or (side == "authority" and caller.authority_id != one.authority_id):
        return []
    return allowed_actions(one.state, side)
