"""The workflow of every business type: which step leads from which state, and who may take it.

``move`` is the only place that consults the table; a step that is not in it always raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhiye_contracts.reasons import Reason, Refused, Text

State = Literal[
    "draft",
    "awaiting_origin",
    "awaiting_institution",
    "returned",
    "institution_refused",
    "awaiting_authority",
    "awaiting_confirmation",
    "approved",
    "refused",
    "withdrawn",
]
Action = Literal["revise", "submit", "withdraw", "approve", "return", "refuse"]
Actor = Literal["applicant", "origin", "institution", "authority"]
"""``origin`` is the army's or armed police's institution that a nurse comes from (Q33)."""

WITH_APPLICANT: tuple[State, ...] = ("draft", "returned")
AWAITING: tuple[State, ...] = (
    "awaiting_origin",
    "awaiting_institution",
    "awaiting_authority",
    "awaiting_confirmation",
)
OPEN: tuple[State, ...] = (*WITH_APPLICANT, *AWAITING)
"""States in which an application is not over yet (未办结)."""
CLOSED: tuple[State, ...] = ("institution_refused", "approved", "refused", "withdrawn")

STATES: dict[State, Text] = {
    "draft": Text("草稿", "draft"),
    "awaiting_origin": Text("待原军队武警机构审核", "awaiting the original military institution"),
    "awaiting_institution": Text("待机构审核", "awaiting the institution"),
    "returned": Text("退回补正", "returned for correction"),
    "institution_refused": Text("机构不同意", "refused by the institution"),
    "awaiting_authority": Text("待审批机关审批", "awaiting the authority"),
    "awaiting_confirmation": Text(
        "审批已通过，待原军队武警机构确认", "approved, awaiting confirmation by the military side"
    ),
    "approved": Text("审批通过", "approved"),
    "refused": Text("审批不通过", "refused by the authority"),
    "withdrawn": Text("已撤回", "withdrawn"),
}
ACTIONS: dict[Action, Text] = {
    "revise": Text("修改", "revise"),
    "submit": Text("提交", "submit"),
    "withdraw": Text("撤回", "withdraw"),
    "approve": Text("同意", "approve"),
    "return": Text("退回补正", "return for correction"),
    "refuse": Text("不同意", "refuse"),
}
ACTORS: dict[Actor, Text] = {
    "applicant": Text("申请人", "applicant"),
    "origin": Text("原军队武警机构", "original military institution"),
    "institution": Text("医疗机构", "institution"),
    "authority": Text("审批机关", "authority"),
}

Target = State | Literal["first_review", "same_review", "next_review"]
"""Where a step leads: a state, or a review of the business type. After the last review comes
``approved``; ``same_review`` is the one that returned it."""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the workflow table."""

    state: State
    action: Action
    actor: Actor
    target: Target


WORKFLOW: tuple[Move, ...] = (
    Move("draft", "revise", "applicant", "draft"),
    Move("draft", "submit", "applicant", "first_review"),
    Move("draft", "withdraw", "applicant", "withdrawn"),
    Move("awaiting_origin", "approve", "origin", "next_review"),
    Move("awaiting_origin", "return", "origin", "returned"),
    Move("awaiting_origin", "refuse", "origin", "institution_refused"),
    Move("awaiting_origin", "withdraw", "applicant", "withdrawn"),
    Move("awaiting_institution", "approve", "institution", "next_review"),
    Move("awaiting_institution", "return", "institution", "returned"),
    Move("awaiting_institution", "refuse", "institution", "institution_refused"),
    Move("awaiting_institution", "withdraw", "applicant", "withdrawn"),
    Move("returned", "revise", "applicant", "returned"),
    Move("returned", "submit", "applicant", "same_review"),
    Move("returned", "withdraw", "applicant", "withdrawn"),
    Move("awaiting_authority", "approve", "authority", "next_review"),
    Move("awaiting_authority", "return", "authority", "returned"),
    Move("awaiting_authority", "refuse", "authority", "refused"),
    Move("awaiting_authority", "withdraw", "applicant", "withdrawn"),
    Move("awaiting_confirmation", "approve", "origin", "next_review"),
    Move("awaiting_confirmation", "refuse", "origin", "institution_refused"),
)

_TABLE = {(row.state, row.action, row.actor): row.target for row in WORKFLOW}

_NEXT_STEP: dict[State, Text] = {
    "draft": Text("请等待申请人提交。", "Wait until the applicant submits it."),
    "awaiting_origin": Text(
        "请等待原军队武警机构审核；审批前申请人可以撤回。",
        "Wait for the military institution; the applicant may withdraw until the decision.",
    ),
    "awaiting_institution": Text(
        "请等待医疗机构审核；审批前申请人可以撤回。",
        "Wait for the institution; the applicant may withdraw until the decision.",
    ),
    "returned": Text(
        "请等待申请人补正后重新提交。", "Wait until the applicant corrects and resubmits it."
    ),
    "institution_refused": Text(
        "申请已办结；如需办理请重新申请。", "It is closed; make a new application if needed."
    ),
    "awaiting_authority": Text(
        "请等待审批机关审批；审批前申请人可以撤回。",
        "Wait for the authority; the applicant may withdraw until the decision.",
    ),
    "awaiting_confirmation": Text(
        "请等待原军队武警机构核实确认。", "Wait for the military side to confirm."
    ),
    "approved": Text(
        "申请已办结；请查看执业注册信息。", "It is closed; see the practice registration."
    ),
    "refused": Text(
        "申请已办结；请按告知的理由改正后重新申请。",
        "It is closed; mend what the reasons say and make a new application.",
    ),
    "withdrawn": Text(
        "申请已撤回；如需办理请重新申请。", "It was withdrawn; make a new application if needed."
    ),
}


def move(
    stages: Sequence[State], state: State, review: int, action: Action, actor: Actor
) -> tuple[State, int]:
    """The state and the number of the review after a step.

    ``stages`` are the states in which the reviews of the business type wait, in their order;
    ``review`` is the one that is or was last at work. Raises ``Refused`` (409, code
    ``application_<state>``) for every step that the table does not have.
    """
    target = _TABLE.get((state, action, actor))
    if target is None:
        raise Refused(_illegal(state, action, actor), status=409)
    if target == "first_review":
        return stages[0], 0
    if target == "same_review":
        return stages[review], review
    if target == "next_review":
        following = review + 1
        return (stages[following], following) if following < len(stages) else ("approved", review)
    return target, review


def allowed_actions(state: State, actor: str) -> list[Action]:
    """What this side may do with an application in this state, in the table's order."""
    return [row.action for row in WORKFLOW if (row.state, row.actor) == (state, actor)]


def _illegal(state: State, action: Action, actor: Actor) -> Reason:
    return Reason(
        f"application_{state}",
        Text(
            f"申请当前状态为“{STATES[state].zh}”，{ACTORS[actor].zh}不能{ACTIONS[action].zh}。",
            f"The application is {STATES[state].en}; the {ACTORS[actor].en} cannot"
            f" {ACTIONS[action].en} it now.",
        ),
        _NEXT_STEP[state],
        source="Q59.9",
    )
