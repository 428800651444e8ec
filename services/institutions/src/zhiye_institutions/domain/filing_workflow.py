"""The workflow of filings: which step leads from which state, and who may take it.

``move`` is the only place that consults the table; a step that is not in it always raises.
"""

from __future__ import annotations

from typing import Literal

from zhiye_contracts.reasons import Reason, Refused, Text

State = Literal["draft", "awaiting_authority", "returned", "approved", "refused", "withdrawn"]
Action = Literal["revise", "submit", "withdraw", "approve", "return", "refuse"]
Actor = Literal["institution", "authority"]

OPEN: tuple[State, ...] = ("draft", "awaiting_authority", "returned")
"""Not decided yet (未办结)."""

STATES: dict[State, Text] = {
    "draft": Text("草稿", "draft"),
    "awaiting_authority": Text("待登记机关审批", "awaiting the authority"),
    "returned": Text("退回补正", "returned for correction"),
    "approved": Text("审批通过", "approved"),
    "refused": Text("审批不通过", "refused"),
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
    "institution": Text("医疗机构", "institution"),
    "authority": Text("登记机关", "authority"),
}

WORKFLOW: dict[tuple[State, Action, Actor], State] = {
    ("draft", "revise", "institution"): "draft",
    ("draft", "submit", "institution"): "awaiting_authority",
    ("draft", "withdraw", "institution"): "withdrawn",
    ("awaiting_authority", "approve", "authority"): "approved",
    ("awaiting_authority", "return", "authority"): "returned",
    ("awaiting_authority", "refuse", "authority"): "refused",
    ("awaiting_authority", "withdraw", "institution"): "withdrawn",
    ("returned", "revise", "institution"): "returned",
    ("returned", "submit", "institution"): "awaiting_authority",
    ("returned", "withdraw", "institution"): "withdrawn",
}

_NEXT_STEP: dict[State, Text] = {
    "draft": Text("请等待机构提交。", "Wait until the institution submits it."),
    "awaiting_authority": Text(
        "请等待登记机关审批；审批前机构可以撤回。",
        "Wait for the authority; the institution may withdraw until the decision.",
    ),
    "returned": Text("请等待机构补正后重新提交。", "Wait until the institution resubmits it."),
    "approved": Text("已办结，请查看机构登记信息。", "It is closed; see the record."),
    "refused": Text(
        "已办结；请按告知的理由改正后重新申请。",
        "It is closed; mend what the reasons say and make a new one.",
    ),
    "withdrawn": Text(
        "已撤回；如需办理请重新申请。", "It was withdrawn; make a new one if needed."
    ),
}


def move(state: State, action: Action, actor: Actor) -> State:
    """The state after a step. Raises ``Refused`` (409, code ``filing_<state>``) for every step
    that the table does not have."""
    target = WORKFLOW.get((state, action, actor))
    if target is None:
        raise Refused(
            Reason(
                f"filing_{state}",
                Text(
                    f"申请当前状态为“{STATES[state].zh}”，"
                    f"{ACTORS[actor].zh}不能{ACTIONS[action].zh}。",
                    f"The filing is {STATES[state].en}; the {ACTORS[actor].en} cannot"
                    f" {ACTIONS[action].en} it now.",
                ),
                _NEXT_STEP[state],
                source="Q59.9",
            ),
            status=409,
        )
    return target


def allowed(state: State, actor: Actor) -> list[Action]:
    """What this side may do with a filing in this state, in the table's order."""
    return [action for from_, action, by in WORKFLOW if (from_, by) == (state, actor)]
