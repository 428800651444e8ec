"""What an institution does next about somebody whom it verified (Q20.4, Q41.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain.facts import Status
from zhiye_registration.domain.reconciliation import Place, is_other_name

Outcome = Literal["found", "never_registered", "not_on_record"]
Situation = Literal[
    "registered_here",
    "expired_here",
    "filed_here",
    "registered_under_other_name",
    "registered_elsewhere",
    "off_post",
    "cancelled",
    "moving_out",
]

_MERGE = Reason(
    "registered_under_other_name",
    Text(
        "此人注册在可能是本机构非标准名称的机构下。",
        "The name under which the person is recorded may be another name of this institution.",
    ),
    Text(
        "请联系负责电子化注册管理的部门，将该名称下的人员合并至本机构标准名称下。",
        "Ask the authority to merge the people under that name into the standard one.",
    ),
)
_CANCELLED = Reason(
    "cancelled",
    Text("此人的执业注册已注销。", "The registration was cancelled."),
    Text("请本人申请重新注册，选择本机构。", "The person applies for re-registration here."),
)
ADVICE: dict[str, dict[Situation, Reason]] = {
    "nurse": {
        "registered_here": Reason(
            "registered_here",
            Text("此人注册在本机构。", "The person is registered here."),
            Text("无需办理。", "There is nothing to do."),
            source="Q41",
        ),
        "expired_here": Reason(
            "expired_here",
            Text("此人注册在本机构，已过期未延续。", "Registered here; the registration expired."),
            Text("请本人尽快申请延续注册。", "The person applies for renewal."),
            source="Q32",
        ),
        "registered_under_other_name": replace(_MERGE, source="Q41.4.2"),
        "registered_elsewhere": Reason(
            "registered_elsewhere",
            Text("此人的执业机构不是本机构。", "The person is registered at another institution."),
            Text("请本人申请变更注册到本机构。", "The person applies for a change to here."),
            source="Q41.4.1",
        ),
        "cancelled": replace(_CANCELLED, source="Q41"),
    },
    "physician": {
        "registered_here": Reason(
            "registered_here",
            Text("本机构是此人的主要执业机构。", "This is the main institution."),
            Text("无需办理。", "There is nothing to do."),
            source="Q20",
        ),
        "filed_here": Reason(
            "filed_here",
            Text(
                "此人在本机构有多执业机构备案，主要执业机构是其他机构。",
                "Filed here as a further institution; the main one is another.",
            ),
            Text(
                "备案有效期内可以在本机构执业；拟以本机构为主要执业机构的，请本人申请变更。",
                "While the filing is in force the person may practise here; to have this as the"
                " main institution, the person applies for a change.",
            ),
            source="Q10",
        ),
        "registered_under_other_name": replace(_MERGE, source="Q20.4.2"),
        "registered_elsewhere": Reason(
            "registered_elsewhere",
            Text("此人的主要执业机构不是本机构。", "The main institution is another one."),
            Text(
                "请本人申请变更主要执业机构到本机构；保留原主要执业机构的，同一执业地点内办理"
                "多执业机构备案，在其他省增加执业地点。",
                "The person changes the main institution to here; to keep the other one, a further"
                " institution is filed inside the location, or a location is added elsewhere.",
            ),
            source="Q20.4.1",
        ),
        "off_post": Reason(
            "off_post",
            Text("此人的执业注册处于备案（离岗）状态。", "The registration is filed off post."),
            Text(
                "请本人申请重新注册，选择本机构为主要执业机构。",
                "The person applies for re-registration with this as the main institution.",
            ),
            source="Q5.5, Q20.3.2",
        ),
        "cancelled": replace(_CANCELLED, source="Q5.5"),
        "moving_out": Reason(
            "moving_out",
            Text(
                "此人的执业注册处于“区内到区外变更”状态。",
                "The registration is moving to a region that is not online.",
            ),
            Text(
                "请本人申请重新注册，选择本机构为主要执业机构。",
                "The person applies for re-registration with this as the main institution.",
            ),
            source="Q5.5",
        ),
    },
}
_BY_STATUS: dict[Status, Situation] = {
    "filed": "off_post",
    "cancelled": "cancelled",
    "moving_out": "moving_out",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A registration that was found; ``filed_here``: with a filing in force at who asks."""

    status: Status
    institution_id: str
    institution_name: str
    region: str
    filed_here: bool = False


def situation_of(found: Found, place: Place) -> Situation:
    """How a registration lies for the institution that asks."""
    if found.status in _BY_STATUS:
        return _BY_STATUS[found.status]
    if found.institution_id == place.id:
        return "expired_here" if found.status == "expired" else "registered_here"
    if found.filed_here:
        return "filed_here"
    if is_other_name(found.institution_name, found.region, place):
        return "registered_under_other_name"
    return "registered_elsewhere"


def advice(profession: str, found: Found, place: Place) -> Reason:
    return ADVICE[profession][situation_of(found, place)]
