"""Interruptions of practice (中断执业, the deck's 护士中断执业信息)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhiye_contracts.reasons import Reason, Text

_CORRECT = Text("请更正日期后重新提交。", "Correct the date and send it again.")


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included; without an end it goes on."""

    began_on: date
    ended_on: date | None = None

    def overlaps(self, other: Period) -> bool:
        begins_in_time = other.ended_on is None or self.began_on <= other.ended_on
        return begins_in_time and (self.ended_on is None or other.began_on <= self.ended_on)


def objections(
    asked: Period,
    *,
    registered: bool,
    registered_on: date,
    known: Sequence[Period],
    note_missing: bool,
    today: date,
) -> list[Reason]:
    """Every reason against recording an interruption."""
    reasons = date_faults(asked, registered_on, today)
    if not registered:
        reasons.append(CANCELLED)
    if note_missing:
        reasons.append(NOTE_MISSING)
    going_on = next((one for one in known if one.ended_on is None), None)
    if going_on is not None and asked.ended_on is None:
        reasons.append(_open_since(going_on.began_on))
    elif any(asked.overlaps(one) for one in known):
        reasons.append(OVERLAPS)
    return reasons


def date_faults(asked: Period, registered_on: date, today: date) -> list[Reason]:
    """What is wrong with the days of an interruption by themselves."""
    reasons = [
        _future(field)
        for field, day in (("began_on", asked.began_on), ("ended_on", asked.ended_on))
        if day is not None and day > today
    ]
    if asked.began_on < registered_on:
        reasons.append(BEFORE_REGISTRATION)
    if asked.ended_on is not None and asked.ended_on < asked.began_on:
        reasons.append(ENDS_BEFORE)
    return reasons


def _future(field: str) -> Reason:
    return Reason(
        "date_in_future",
        Text("日期在今天之后。", "The date is after today."),
        _CORRECT,
        field=field,
    )


def _open_since(began_on: date) -> Reason:
    return Reason(
        "interruption_open",
        Text(
            f"该护士自 {began_on} 起的中断执业尚未结束。",
            f"An interruption of this nurse has been going on since {began_on}.",
        ),
        Text(
            "请先登记恢复执业的日期，再登记新的中断。",
            "Record its end first, then the new interruption.",
        ),
        field="began_on",
    )


BEFORE_REGISTRATION = Reason(
    "before_registration",
    Text("中断日期早于该护士的注册日期。", "It begins before the nurse was registered."),
    _CORRECT,
    field="began_on",
)
ENDS_BEFORE = Reason(
    "ends_before_it_begins",
    Text("结束日期早于开始日期。", "It ends before it begins."),
    _CORRECT,
    field="ended_on",
)
OVERLAPS = Reason(
    "interruption_overlaps",
    Text("与已登记的中断执业期间重叠。", "It overlaps an interruption that is recorded."),
    Text(
        "请在该护士的详细信息中核对已登记的期间。",
        "Look at the recorded interruptions in the nurse's details.",
    ),
    field="began_on",
)
CANCELLED = Reason(
    "registration_cancelled",
    Text("该护士的注册已注销。", "The registration of this nurse is cancelled."),
    Text(
        "注销后无需登记中断执业；恢复执业请申请重新注册。",
        "Nothing is interrupted any more; to practise again, apply for re-registration.",
    ),
    field="registration_id",
)
NURSES_ONLY = Reason(
    "nurses_only",
    Text("此项仅适用于护士，该注册为医师执业注册。", "This is about nurses; it is a physician's."),
    Text(
        "医师离岗请提交离岗备案申请（答疑手册问题20）。",
        "For a physician who left, file off post (Q20).",
    ),
    field="registration_id",
    source="Q20, Q51",
)
"""Interruptions and confirmations of employment are kept about nurses alone."""
NOTE_MISSING = Reason(
    "note_missing",
    Text("选择“其他”时须说明情况。", "With the ground other, a note has to say what it is."),
    Text("请填写说明。", "Fill in the note."),
    field="note",
)
ENDED = Reason(
    "interruption_ended",
    Text("此中断执业已经结束。", "This interruption has ended already."),
    Text("无需再次登记；有误时请登记新的期间。", "There is nothing to do."),
)
STATE_FAULTS = frozenset({"interruption_open", "interruption_overlaps", "registration_cancelled"})
"""Told as a conflict (409): the request was well-formed, the records stand against it."""
