"""Why provinces do not agree on scopes, and what cannot be done with a scope case (Q49)."""

from __future__ import annotations

from zhiye_contracts.reasons import Reason, Text

SOURCE = "Q49"

DISAGREEMENT_REASONS: dict[str, Text] = {
    "no_matching_scope": Text(
        "本省没有与原执业范围相当的执业范围", "the province has no scope that matches"
    ),
    "no_exception": Text(
        "不符合例外保留原执业范围的条件", "the conditions of an exception are not met"
    ),
    "training_missing": Text(
        "缺少拟调整执业范围的培训或考核证明", "no proof of training for the scope proposed"
    ),
    "no_answer": Text("对方逾期未答复", "the other side did not answer in time"),
    "other": Text("其他", "other"),
}
"""Codes are this system's."""

ON_TABLE = Reason(
    "proposal_on_the_table",
    Text("对方已经提出了相同的方案。", "The other side has proposed the very same."),
    Text("请直接同意对方的方案，或提出其他方案。", "Agree to it, or propose something else."),
    "scopes",
    SOURCE,
)
OWN_ON_TABLE = Reason(
    "proposal_on_the_table",
    Text("本方已经提出了相同的方案。", "You have proposed the very same already."),
    Text("请等待对方答复，或提出其他方案。", "Wait for the answer, or propose something else."),
    "scopes",
    SOURCE,
)
NO_PROPOSAL = Reason(
    "no_proposal",
    Text("双方都还没有提出方案。", "Nobody has proposed anything yet."),
    Text("请先提出方案。", "Make a proposal."),
    source=SOURCE,
)
OWN_PROPOSAL = Reason(
    "own_proposal",
    Text("这是本方提出的方案，应由对方答复。", "It is your own proposal; the other side answers."),
    Text("请等待对方答复，或提出其他方案。", "Wait for the answer, or propose something else."),
    source=SOURCE,
)
NOTHING_TO_DISAGREE = Reason(
    "nothing_to_disagree_with",
    Text(
        "对方尚未提出方案，且未超过协商期限，不能认定协商不成。",
        "The other side has proposed nothing, and there is time left.",
    ),
    Text(
        "请先提出本方方案；对方逾期未答复的，可以认定协商不成。",
        "Propose something; if there is no answer by the deadline, you can state that there is no"
        " agreement.",
    ),
    source=SOURCE,
)
