"""What messages say, as data: one row a template, in Chinese and English."""

from __future__ import annotations

from zhiye_contracts.reasons import Text
from zhiye_notifications.domain.account_templates import ACCOUNT_TEMPLATES
from zhiye_notifications.domain.application_templates import APPLICATION_TEMPLATES
from zhiye_notifications.domain.ask_templates import ASK_TEMPLATES
from zhiye_notifications.domain.case_templates import CASE_TEMPLATES
from zhiye_notifications.domain.filed_templates import FILED_TEMPLATES
from zhiye_notifications.domain.filing_templates import FILING_TEMPLATES
from zhiye_notifications.domain.penalty_templates import PENALTY_TEMPLATES
from zhiye_notifications.domain.practice_templates import PRACTICE_TEMPLATES
from zhiye_notifications.domain.record_templates import RECORD_TEMPLATES
from zhiye_notifications.domain.scope_case_templates import SCOPE_CASE_TEMPLATES
from zhiye_notifications.domain.template import EMAIL_FRAME, SIGNATURE, Template

__all__ = ["EMAIL_FRAME", "SIGNATURE", "TEMPLATES", "Template", "is_silent", "template_of_step"]

TEMPLATES: dict[str, Template] = {
    **ACCOUNT_TEMPLATES,
    **APPLICATION_TEMPLATES,
    **FILING_TEMPLATES,
    **CASE_TEMPLATES,
    **FILED_TEMPLATES,
    **RECORD_TEMPLATES,
    **ASK_TEMPLATES,
    **SCOPE_CASE_TEMPLATES,
    **PRACTICE_TEMPLATES,
    **PENALTY_TEMPLATES,
    "qualification_batch_completed": Template(
        title=Text("资格数据已处理完毕", "The batch is complete"),
        text=Text(
            "收到 {received} 条：新记录或更新 {recorded} 条，无变化 {unchanged} 条，"
            "未通过 {rejected} 条。",
            "{received} records: {recorded} recorded, {unchanged} unchanged, {rejected} rejected.",
        ),
        next_step=Text(
            "未通过的记录请按所列原因更正后重新报送。",
            "Correct the rejected records by their reasons and send them again.",
        ),
        sms=None,
        example={"received": 1000, "recorded": 950, "unchanged": 20, "rejected": 30},
    ),
}

STATE_TEMPLATES: dict[str, str] = {
    state: f"application_{state}"
    for state in (
        "awaiting_origin",
        "awaiting_institution",
        "awaiting_authority",
        "awaiting_confirmation",
        "returned",
        "institution_refused",
        "approved",
        "refused",
        "withdrawn",
    )
}
"""What the applicant is told when an application has come to a state."""
SILENT_STATES = frozenset({"draft"})
SILENT_CHANGES = frozenset({"revise", "revised", "identity_corrected"})
"""Steps that change nothing for the applicant: nothing to tell."""
CHANGE_TEMPLATES = {
    "qualification_revoked": "application_qualification_revoked",
    "origin_refused": "application_origin_refused",
    "superseded": "application_superseded",
    "not_confirmed": "application_not_confirmed",
}
"""Steps that the state alone does not tell."""
READDRESSING_CHANGES = frozenset({"institution_merged", "merge_undone"})
"""Steps that nobody took: the institution was merged, or that was undone."""


def template_of_step(state: str, change: str) -> str | None:
    """The template for a step of an application; ``None`` when there is nothing to tell."""
    if is_silent(state, change):
        return None
    if change in READDRESSING_CHANGES:
        return "application_readdressed"
    return CHANGE_TEMPLATES.get(change) or STATE_TEMPLATES.get(state, "application_changed")


def is_silent(state: str, change: str) -> bool:
    return state in SILENT_STATES or change in SILENT_CHANGES
