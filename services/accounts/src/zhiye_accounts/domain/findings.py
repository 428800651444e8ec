"""What the registry has for a person: a qualification, a registration, and what to do where one
is missing or wrong (Q4, Q14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhiye_accounts.domain.identity import Qualification, Registration
from zhiye_contracts.codes import PROVINCES
from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` is stable; ``next_steps`` has one sentence for each way the person may have come."""

    about: Literal["qualification", "registration"]
    found: bool
    code: str
    reason: Text
    next_steps: tuple[Text, ...]
    source: str


_ROUTES = {"exam": Text("考试取得", "by exam"), "recognition": Text("认定取得", "by recognition")}
_CORRECTION = {
    "recognition": Text(
        "资格信息缺失或与实际不符，且以认定方式取得资格的：向当年认定并发证的{province}省级卫生健康"
        "行政部门申请补录或修改。",
        "If it is missing or wrong and you were recognised: ask the province that recognised "
        "you{province} to add or correct it.",
    ),
    "exam": Text(
        "资格信息缺失或与实际不符，且以考试方式取得资格的：向当年报名考试所在地的{province}省级"
        "卫生健康行政部门申请补录或修改，由其转交考试中心。",
        "If it is missing or wrong and you passed the exam: ask the province of the exam"
        "{province}, which asks the exam centre.",
    ),
}
_VERIFICATION = Text(
    "已注册的：请所在（或拟执业）机构通过“信息验证”功能查询您的实际注册信息。",
    "If you are registered: ask your institution to look up your registration with its "
    "verification search.",
)
_NEVER_REGISTERED = Text(
    "从未注册的：不影响校验，可用本人的资格证书编码激活账户。",
    "If you never registered: this does no harm; activate with your qualification certificate.",
)


def findings_of(
    name: str, qualifications: Sequence[Qualification], registrations: Sequence[Registration]
) -> list[Finding]:
    """Both findings for the holder of an account. Route and province are told only of records
    that bear the account's name: the ID number may be somebody else's (Q13)."""
    own = [q for q in qualifications if names_match(name, q.name) == "exact"]
    return [_qualification(own, qualifications), _registration(registrations)]


def _qualification(own: Sequence[Qualification], every: Sequence[Qualification]) -> Finding:
    origins = sorted({(q.route, q.province) for q in own if q.route and q.province})
    steps = tuple(_correction(*origin) for origin in origins) or (
        _correction("recognition"),
        _correction("exam"),
    )
    zh = "、".join(
        f"{_ROUTES[route].zh}（{PROVINCES.label(province)}）" for route, province in origins
    )
    en = ", ".join(
        f"{_ROUTES[route].en} ({PROVINCES.label(province, 'en')})" for route, province in origins
    )
    if any(q.in_force for q in every):
        code, told = (
            "qualification_found",
            Text(
                f"已查到资格信息{zh and '：' + zh}。",
                f"A qualification is on record{en and ': ' + en}.",
            ),
        )
    elif own:
        code, told = (
            "qualification_not_in_force",
            Text(
                f"查到的资格信息已失效{zh and '：' + zh}。",
                f"The qualification on record is not in force{en and ': ' + en}.",
            ),
        )
    else:
        code, told = (
            "qualification_not_found",
            Text("没有查到资格信息。", "No qualification is on record."),
        )
    return Finding(
        "qualification", code == "qualification_found", code, told, steps, "Q4, Q14, Q46"
    )


def _correction(route: str, province: str = "") -> Text:
    text = _CORRECTION[route]
    return Text(
        text.zh.format(province=f"（{PROVINCES.label(province)}）" if province else ""),
        text.en.format(province=f" ({PROVINCES.label(province, 'en')})" if province else ""),
    )


def _registration(registrations: Sequence[Registration]) -> Finding:
    if any(r.status == "registered" for r in registrations):
        return Finding(
            "registration",
            True,
            "registration_found",
            Text("已查到有效的执业注册信息。", "A registration in force is on record."),
            (_VERIFICATION,),
            "Q4",
        )
    if registrations:
        return Finding(
            "registration",
            True,
            "registration_not_in_force",
            Text(
                "查到的执业注册信息不在有效状态（注销、备案或变更中）。",
                "The registration on record is not in force: cancelled, filed or moving out.",
            ),
            (_VERIFICATION,),
            "Q4, Q5",
        )
    return Finding(
        "registration",
        False,
        "registration_not_found",
        Text("没有查到执业注册信息。", "No registration is on record."),
        (_VERIFICATION, _NEVER_REGISTERED),
        "Q4",
    )
