"""Many applications reviewed or decided with one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhiye_contracts.reasons import Reason, Text

Decision = Literal["approve", "return", "refuse"]
JobState = Literal["waiting", "running", "done", "cancelled"]
Outcome = Literal["done", "refused"]

STATES: dict[JobState, Text] = {
    "waiting": Text("等待办理", "waiting"),
    "running": Text("办理中", "running"),
    "done": Text("已完成", "done"),
    "cancelled": Text("已停止", "stopped"),
}
STOPPED_BY: dict[str, Text] = {
    "cancellation": Text("已取消", "it was cancelled"),
    "account_revoked": Text(
        "下达批量办理的账户已被撤销", "the account that ordered it was revoked"
    ),
}
OUTCOMES: dict[Outcome, Text] = {
    "done": Text("已办理", "done"),
    "refused": Text("未能办理", "refused"),
}

MOST_LISTED = 5_000
"""Applications that one order may name."""
MOST_SELECTED = 20_000
"""Applications that a selection may come to: all renewals of the biggest hospitals."""
MOST_OPEN = 20
"""Orders of one organisation that are not done yet."""


@dataclass(frozen=True, slots=True)
class Item:
    """One application of an order, and the version that the decision is based on."""

    place: int
    application_id: str
    version: int


ONE_OF_BOTH = Reason(
    "applications_or_selection",
    Text(
        "请指明申请（applications）或筛选条件（selection），二者选一。",
        "Name the applications, or select them: one of both.",
    ),
    Text("请只填写其中一项后重新提交。", "Give one of them and send it again."),
    field="applications",
)
NOTHING_SELECTED = Reason(
    "nothing_selected",
    Text("没有符合条件且待您办理的申请。", "Nothing that waits for you meets the selection."),
    Text("请放宽条件，或查看待办列表。", "Widen it, or look at the list of what waits."),
    field="selection",
)
TOO_MANY_SELECTED = Reason(
    "too_many_selected",
    Text(
        f"符合条件的申请超过{MOST_SELECTED}件。",
        f"More than {MOST_SELECTED} applications meet the selection.",
    ),
    Text("请收窄条件，分批办理。", "Narrow it, and order it in parts."),
    field="selection",
)
TOO_MANY_OPEN = Reason(
    "too_many_bulk_reviews",
    Text(
        f"本单位已有{MOST_OPEN}个批量办理尚未完成。",
        f"{MOST_OPEN} bulk reviews of your organisation are not done yet.",
    ),
    Text("请等待其完成或取消后再下达。", "Wait until they are done, or cancel some."),
)
OVER = Reason(
    "bulk_review_over",
    Text("此批量办理已结束。", "This bulk review is over."),
    Text("请查看办理结果。", "See what came of it."),
)
INTERNAL = Reason(
    "internal_error",
    Text("系统内部错误，此申请没有被办理。", "Internal error; this application was left as it is."),
    Text("请单独办理此申请。", "Review it by itself."),
)


def named_twice(places: Sequence[int]) -> list[Reason]:
    """Applications that an order names again, each with its field."""
    return [
        Reason(
            "named_twice",
            Text("同一申请被重复列出。", "The application is named twice."),
            Text("请删除重复项。", "Leave it out."),
            field=f"applications.{place}.id",
        )
        for place in places
    ]


def kept(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    """Why an application was not reviewed, as it is kept: for readers of both languages."""
    return [
        {
            "code": one.code,
            "field": one.field,
            "source": one.source,
            "reason": {"zh": one.reason.zh, "en": one.reason.en},
            "next_step": {"zh": one.next_step.zh, "en": one.next_step.en},
        }
        for one in reasons
    ]


def told(problem: Sequence[dict[str, object]]) -> list[Reason]:
    """The reasons again."""
    return [
        Reason(**one | {name: Text(**one[name]) for name in ("reason", "next_step")})  # type: ignore[arg-type]
        for one in problem
    ]
