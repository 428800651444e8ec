"""A person's request to change information about herself (信息修改), and what is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.domain.information import CODED, CODED_OF, LABELS, PHOTO
from zhiye_registration.domain.registration import Registration

State = Literal["pending", "approved", "refused", "withdrawn"]
STATES: dict[State, Text] = {
    "pending": Text("待机构审核", "waiting for the institution"),
    "approved": Text("已生效", "approved"),
    "refused": Text("机构不同意", "refused by the institution"),
    "withdrawn": Text("已撤回", "withdrawn"),
}
Action = Literal["approve", "refuse", "withdraw"]
_AFTER: dict[Action, State] = {
    "approve": "approved",
    "refuse": "refused",
    "withdraw": "withdrawn",
}

Changes = Mapping[str, Mapping[str, Any]]
"""Field → ``before`` and ``after``; of a photo their digests, and ``warnings`` about it."""

IDENTITY: dict[str, Text] = {
    "name": Text("姓名", "name"),
    "id_number": Text("身份证号", "ID number"),
    "gender": Text("性别", "gender"),
    "birth_date": Text("出生日期", "birth date"),
    "ethnic_group": Text("民族", "ethnic group"),
}
"""What nobody changes about herself (Q6.2, Q30.2)."""
DATES = ("graduated_on", "work_began_on")
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class InformationChange:
    """One request as it stands at ``version``. The institution is the one that acted last on it;
    while it waits, whoever the person is registered at reviews it."""

    id: str
    version: int
    registration_id: str
    account_id: str
    institution_id: str
    institution_name: str
    state: State
    changes: Changes
    fingerprint: str
    reasons: Sequence[Mapping[str, str]]
    created_at: datetime
    updated_at: datetime
    decided_at: datetime | None = None

    @property
    def deadline(self) -> date | None:
        """None is set anywhere."""
        return None


def fingerprint(changes: Changes) -> str:
    """The same for whatever asks for the same."""
    asked = {name: change["after"] for name, change in changes.items()}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def take_step(
    one: InformationChange,
    action: Action,
    now: datetime,
    reasons: Sequence[Mapping[str, str]] = (),
) -> InformationChange:
    """The request after a step. Raises ``Refused`` (409): ``information_change_<state>`` once it
    is closed."""
    if one.state != "pending":
        raise Refused(_closed(one.state), status=409)
    return replace(
        one,
        version=one.version + 1,
        state=_AFTER[action],
        reasons=tuple(reasons),
        updated_at=now,
        decided_at=None if action == "withdraw" else now,
    )


def check_identity(fields: Sequence[str]) -> list[Reason]:
    """A reason for each field that only the authority's procedure corrects (Q6.2, Q30.2)."""
    return [
        Reason(
            "not_changed_by_the_person",
            Text(
                f"{IDENTITY[name].zh}不能由本人在线修改。",
                f"The {IDENTITY[name].en} cannot be changed by the person.",
            ),
            Text(
                "请向所在医疗机构提出更正申请，由机构按规定程序报卫生健康行政部门办理。",
                "Ask your institution for a correction; it brings it to the authority.",
            ),
            name,
            "Q6.2, Q30.2",
        )
        for name in fields
        if name in IDENTITY
    ]


def check_profession(values: Mapping[str, Any], profession: str) -> list[Reason]:
    """A reason for each code that only the other profession has, and each field it has not."""
    coded = CODED_OF[profession]
    return [
        Reason(
            "not_of_this_profession",
            Text(
                f"{LABELS[name].zh}不是该专业人员可用的内容。",
                f"This {LABELS[name].en} is not of the profession of the registration.",
            ),
            Text(
                "请选择该执业注册对应专业的内容。",
                "Choose one of the profession that you are registered in.",
            ),
            name,
            "deck 2.3.1; Q6.1",
        )
        for name, value in values.items()
        if name in CODED and value not in coded.get(name, {})
    ]


def check_dates(values: Mapping[str, Any], born: date, today: date) -> list[Reason]:
    """Nobody has graduated or begun to work in the future, or before being born."""
    return [
        Reason(
            "date_impossible",
            Text(
                f"{LABELS[name].zh}应在出生之后，且不晚于今天。",
                f"“{LABELS[name].en}” lies after birth, and not after today.",
            ),
            Text("请核对日期。", "Check the date."),
            name,
            "deck 2.3.1",
        )
        for name in DATES
        if name in values and not born < date.fromisoformat(values[name]) <= today
    ]


def in_force(held: Registration | None) -> Registration:
    """Only what is on the register can be changed. Expired and not renewed, it still is (deck 5.4).

    Raises ``Refused`` (409): ``never_registered``, ``registration_not_in_force``.
    """
    if held is None:
        raise Refused(_NEVER_REGISTERED, status=409)
    if held.status != "registered":
        raise Refused(_NOT_IN_FORCE, status=409)
    return held


def nothing_changes(fields: Sequence[str]) -> Refused:
    """All that is asked for is on record already (Q22, Q43): 422, each field named."""
    return Refused(
        *(
            Reason(
                "nothing_changes",
                Text(
                    f"{LABELS[name].zh}与现有记录一致，没有任何修改。",
                    f"The {LABELS[name].en} is on record like this: nothing changes.",
                ),
                Text(
                    "无需申请；如要修改，请填写与现有记录不同的内容。",
                    "There is nothing to ask for; to change it, give what differs.",
                ),
                name if name != PHOTO else "body",
                "Q22, Q43",
            )
            for name in fields
        )
    )


def check_pending(asked: Changes, pending: Sequence[InformationChange]) -> None:
    """One request at a time for each field.

    Raises ``Refused`` (409): ``same_request_pending``, ``field_change_pending``.
    """
    for one in pending:
        check_same(asked, one)
    taken = {name: one for one in pending for name in one.changes}
    reasons = [_field_pending(name, taken[name]) for name in asked if name in taken]
    if reasons:
        raise Refused(*reasons, status=409)


def check_same(asked: Changes, waiting: InformationChange) -> None:
    """Raises ``Refused`` (409): ``same_request_pending``."""
    if waiting.fingerprint != fingerprint(asked):
        return
    day = _day(waiting)
    raise Refused(
        Reason(
            "same_request_pending",
            Text(
                f"相同的修改申请已于{day}提交（{waiting.id}），正在等待机构审核。",
                f"The same was asked for on {day} ({waiting.id}) and waits for the review.",
            ),
            Text(
                "请等待审核，不要重复提交；也可以先撤回原申请。",
                "Wait for the review, or withdraw the request first.",
            ),
            source="Q22, Q43",
        ),
        status=409,
    )


def _day(one: InformationChange) -> str:
    return one.created_at.astimezone(_CHINA).date().isoformat()


def _field_pending(name: str, other: InformationChange) -> Reason:
    return Reason(
        "field_change_pending",
        Text(
            f"{LABELS[name].zh}已有待审核的修改申请（{other.id}，{_day(other)}提交）。",
            f"A change of the {LABELS[name].en} waits for the review already ({other.id}, of"
            f" {_day(other)}).",
        ),
        Text("请先撤回原申请，再提交新的申请。", "Withdraw that request first."),
        name,
        "Q22, Q43",
    )


def _closed(state: State) -> Reason:
    return Reason(
        f"information_change_{state}",
        Text(
            f"修改申请当前状态为“{STATES[state].zh}”，不能再办理。",
            f"The request is {STATES[state].en}; nothing more can be done with it.",
        ),
        Text(
            "请刷新列表；如仍需修改，由本人重新提交申请。",
            "Read the list again; for another change the person makes a new request.",
        ),
        source="deck 6",
    )


WOULD_CHANGE_NOTHING = Reason(
    "would_change_nothing",
    Text(
        "申请的内容与现有记录已经一致，审核通过不会产生任何修改。",
        "What is asked for is on record by now: an approval would change nothing.",
    ),
    Text("请不同意此申请，或请本人撤回。", "Refuse the request, or have the person withdraw it."),
    source="Q22, Q43",
)
PHOTO_LOST = Reason(
    "photo_not_kept",
    Text("待审核的照片已不存在。", "The photo that waits for the review is not there."),
    Text(
        "请不同意此申请，并请本人重新上传照片。",
        "Refuse the request and have the person upload the photo again.",
    ),
    source="deck 2.3.2",
)
NOTHING_GIVEN = Reason(
    "nothing_given",
    Text("没有填写要修改的内容。", "Nothing is given that is to be changed."),
    Text("请至少填写一项要修改的信息。", "Give at least one field."),
    source="deck 2.3.1",
)
_NEVER_REGISTERED = Reason(
    "never_registered",
    Text("您尚未注册，没有可修改的执业注册信息。", "You are not registered yet."),
    Text(
        "请在首次注册申请中直接填写这些信息。",
        "Give this information with the application for the first registration.",
    ),
    source="deck 2.3",
)
_NOT_IN_FORCE = Reason(
    "registration_not_in_force",
    Text("执业注册已注销或不在册，不能修改信息。", "The registration is not in force."),
    Text(
        "请在重新注册申请中填写新的信息。",
        "Give the information with the application for re-registration.",
    ),
    source="deck 2.3",
)
