"""The workflow of cases: which step leads from which state, and who may take it (Q14).

``move`` is the only place that consults the table; a step that is not in it always raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhiye_contracts.reasons import Reason, Refused, Text

State = Literal[
    "draft", "awaiting_province", "returned", "forwarded", "approved", "refused", "withdrawn"
]
Action = Literal["revise", "submit", "withdraw", "approve", "return", "refuse", "forward"]
Actor = Literal["applicant", "province", "exam_centre"]
Path = Literal["province", "exam_centre", "upgrade"]
"""Who has the last word: the province, or the exam centre after the province has checked. An
upgrade of an ID number that nobody filed is the province's too, but cannot go back to anybody."""

OPEN: tuple[State, ...] = ("draft", "returned", "awaiting_province", "forwarded")
"""States in which a case is not decided yet."""
AWAITING: tuple[State, ...] = ("awaiting_province", "forwarded")
CLOSED: tuple[State, ...] = ("approved", "refused", "withdrawn")

STATES: dict[State, Text] = {
    "draft": Text("草稿", "draft"),
    "awaiting_province": Text("待省级卫生健康部门审核", "awaiting the province"),
    "returned": Text("退回补正", "returned for correction"),
    "forwarded": Text("已提交考试中心", "forwarded to the exam centre"),
    "approved": Text("同意", "approved"),
    "refused": Text("不同意", "refused"),
    "withdrawn": Text("已撤回", "withdrawn"),
}
ACTIONS: dict[Action, Text] = {
    "revise": Text("修改", "revise"),
    "submit": Text("提交", "submit"),
    "withdraw": Text("撤回", "withdraw"),
    "approve": Text("同意", "approve"),
    "return": Text("退回补正", "return for correction"),
    "refuse": Text("不同意", "refuse"),
    "forward": Text("提交考试中心", "forward to the exam centre"),
}
ACTORS: dict[Actor, Text] = {
    "applicant": Text("申请人", "applicant"),
    "province": Text("省级卫生健康部门", "province"),
    "exam_centre": Text("考试中心", "exam centre"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the workflow table, for the cases of some paths (Q14, Q47)."""

    state: State
    action: Action
    actor: Actor
    target: State
    paths: tuple[Path, ...] = ("province", "exam_centre", "upgrade")


WORKFLOW: tuple[Move, ...] = (
    Move("draft", "revise", "applicant", "draft"),
    Move("draft", "submit", "applicant", "awaiting_province"),
    Move("draft", "withdraw", "applicant", "withdrawn"),
    Move("awaiting_province", "approve", "province", "approved", ("province", "upgrade")),
    Move("awaiting_province", "forward", "province", "forwarded", ("exam_centre",)),
    Move("awaiting_province", "return", "province", "returned", ("province", "exam_centre")),
    Move("awaiting_province", "refuse", "province", "refused"),
    Move("awaiting_province", "withdraw", "applicant", "withdrawn"),
    Move("returned", "revise", "applicant", "returned"),
    Move("returned", "submit", "applicant", "awaiting_province"),
    Move("returned", "withdraw", "applicant", "withdrawn"),
    Move("forwarded", "approve", "exam_centre", "approved", ("exam_centre",)),
    Move("forwarded", "refuse", "exam_centre", "refused", ("exam_centre",)),
    Move("forwarded", "withdraw", "applicant", "withdrawn"),
)

_TABLE = {(row.state, row.action, row.actor): row for row in WORKFLOW}

_NEXT_STEP: dict[State, Text] = {
    "draft": Text("请等待申请人提交。", "Wait until the applicant submits it."),
    "awaiting_province": Text(
        "请等待省级卫生健康部门审核；作出决定前申请人可以撤回。",
        "Wait for the province; the applicant may withdraw until the decision.",
    ),
    "returned": Text(
        "请等待申请人补正后重新提交。", "Wait until the applicant corrects and resubmits it."
    ),
    "forwarded": Text(
        "请等待考试中心决定；作出决定前申请人可以撤回。",
        "Wait for the exam centre; the applicant may withdraw until the decision.",
    ),
    "approved": Text(
        "已办结；请查看资格信息。", "It is closed; see the qualification as it now stands."
    ),
    "refused": Text(
        "已办结；请按告知的理由补齐证明后重新申请。",
        "It is closed; mend what the reasons say and file another.",
    ),
    "withdrawn": Text("已撤回；如需办理请重新申请。", "It was withdrawn; file another if needed."),
}

_OF_PATH: dict[Path, Text] = {
    "exam_centre": Text(
        "考试取得的资格由考试中心决定；请核实后提交考试中心。",
        "The exam centre decides about exams: check the case and forward it.",
    ),
    "province": Text(
        "认定取得的资格由本省决定，不提交考试中心。",
        "The province itself decides about recognised qualifications.",
    ),
    "upgrade": Text(
        "此事项由系统建立，请直接作出同意或不同意的决定。",
        "Nobody filed it: approve it with the right number, or refuse it.",
    ),
}


def move(path: Path, state: State, action: Action, actor: Actor) -> State:
    """The state after a step.

    Raises ``Refused`` (409, code ``case_<state>``) for every step that the table does not have:
    a province does not decide what the exam centre has to, and the other way round.
    """
    row = _TABLE.get((state, action, actor))
    if row is None or path not in row.paths:
        raise Refused(_illegal(path, state, action, actor), status=409)
    return row.target


def allowed_actions(path: Path, state: State, actor: Actor) -> list[Action]:
    """What this side may do with a case in this state, in the table's order."""
    return [
        row.action
        for row in WORKFLOW
        if (row.state, row.actor) == (state, actor) and path in row.paths
    ]


def _illegal(path: Path, state: State, action: Action, actor: Actor) -> Reason:
    next_step = _NEXT_STEP[state]
    if state == "awaiting_province" and actor == "province":
        next_step = _OF_PATH[path]
    return Reason(
        f"case_{state}",
        Text(
            f"事项当前状态为“{STATES[state].zh}”，{ACTORS[actor].zh}不能{ACTIONS[action].zh}。",
            f"The case is {STATES[state].en}; the {ACTORS[actor].en} cannot"
            f" {ACTIONS[action].en} it now.",
        ),
        next_step,
        source="Q14",
    )
