"""How an account becomes active (账户激活): the table of Q5, Q29 and the deck's chapter 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from zhiye_accounts.domain.identity import Qualification, Registration
from zhiye_contracts.reasons import Reason, Text


class Route(StrEnum):
    INSTITUTION_CODE = "institution_code"
    """The main institution makes a code, which is sent once (Q5.1, Q23, Q29.1)."""
    BY_APPROVAL = "by_approval"
    """Registered where registration is not yet electronic: an approval activates (Q5.2, Q29.2)."""
    QUALIFICATION_CERTIFICATE = "qualification_certificate"
    """Never registered, or a physician out of force: the own certificate (Q5.4, Q5.5, Q29.4)."""
    PRACTICE_CERTIFICATE = "practice_certificate"
    """A nurse whose registration was cancelled: the practice certificate (Q29.4)."""


@dataclass(frozen=True, slots=True)
class Activation:
    """The route that a person has, and the certificates (blind indexes) that open it."""

    route: Route
    certificate_keys: frozenset[str] = frozenset()


def activation_for(
    qualifications: Sequence[Qualification], registrations: Sequence[Registration]
) -> Activation | None:
    """The route for a person in this situation; ``None`` when nothing is recorded."""
    in_force = [r for r in registrations if r.status == "registered"]
    if any(r.region_online for r in in_force):
        return Activation(Route.INSTITUTION_CODE)
    if in_force:
        return Activation(Route.BY_APPROVAL)
    held = [q for q in qualifications if q.in_force]
    cancelled_nurse = [r for r in registrations if r.profession == "nurse"]
    if cancelled_nurse and not any(q.profession == "physician" for q in held):
        keys = frozenset(r.certificate_key for r in cancelled_nurse)
        return Activation(Route.PRACTICE_CERTIFICATE, keys)
    if not held:
        return None
    # The latest certificate of each profession counts ("请使用最新的护士考试合格证书编码").
    latest = {q.profession: q for q in sorted(held, key=lambda q: q.passed_on)}
    return Activation(
        Route.QUALIFICATION_CERTIFICATE, frozenset(q.certificate_key for q in latest.values())
    )


def code_institutions(registrations: Sequence[Registration]) -> set[str]:
    """The institutions whose code activates the account: those of a registration in force whose
    region is online (Q5.1, Q29.1)."""
    return {r.institution_id for r in registrations if r.status == "registered" and r.region_online}


HOW: dict[Route, Text] = {
    Route.INSTITUTION_CODE: Text(
        "请向您执业所在机构申领激活码，激活码会以短信或邮件发送；护士还需填写执业证书编号。",
        "Ask the institution you practise at for an activation code; it comes by SMS or email. A "
        "nurse gives the practice certificate's number too.",
    ),
    Route.BY_APPROVAL: Text(
        "您注册的地区尚未开展电子化注册：请直接提交业务申请，审批通过后账户自动激活。",
        "Your region does not register electronically yet: apply; the approval activates you.",
    ),
    Route.QUALIFICATION_CERTIFICATE: Text(
        "请输入您本人最新的考试合格证书（资格证书）编码。",
        "Enter the number of your own latest qualification certificate.",
    ),
    Route.PRACTICE_CERTIFICATE: Text(
        "请输入您本人的护士执业证书编号。", "Enter the number of your own practice certificate."
    ),
}

CERTIFICATE_MISMATCH = Reason(
    "certificate_mismatch",
    Text(
        "证书编号与您本人的最新证书不符。",
        "The number is not that of your own latest certificate.",
    ),
    Text(
        "请核对证书编号；证书遗失或有误的，请联系发证省份。",
        "Check the number; if the certificate is lost or wrong, ask the province that issued it.",
    ),
    field="certificate_number",
    source="Q29.4",
)

CERTIFICATE_NEEDED = Reason(
    "certificate_number_needed",
    Text(
        "护士激活账户时，还需填写护士执业证书编号。",
        "A nurse gives the number of the practice certificate with the code.",
    ),
    Text("请填写您本人的护士执业证书编号。", "Enter the number of your own practice certificate."),
    field="certificate_number",
    source="deck 2.1.3",
)
CODE_WRONG = Reason(
    "activation_code_wrong",
    Text("激活码错误。", "The activation code is wrong."),
    Text(
        "请核对短信或邮件中的激活码，或向生成激活码的机构询问。",
        "Look at the SMS or email again, or ask the institution that issued it.",
    ),
    field="activation_code",
    source="Q5.1, Q29.1",
)


def certificates_beside_code(
    registrations: Sequence[Registration], institution_id: str
) -> frozenset[str]:
    """The practice certificates (blind indexes) of which a nurse gives one with the code of this
    institution; none for a physician, who has no such step (deck 2.1.3)."""
    here = [
        r for r in registrations if r.status == "registered" and r.institution_id == institution_id
    ]
    if any(r.profession == "physician" for r in here):
        return frozenset()
    return frozenset(r.certificate_key for r in here)


CODE_NOT_ISSUED = Reason(
    "activation_code_not_issued",
    Text("机构尚未为您生成激活码。", "No activation code has been issued to you yet."),
    Text("请向您的（主要）执业机构申领激活码。", "Ask the institution you practise at for one."),
    field="activation_code",
    source="Q5.1, Q23, Q29.1, Q44",
)
CODE_VOID = Reason(
    "activation_code_void",
    Text(
        "激活码已失效：生成激活码的机构已不是您的执业机构，或您的身份信息已更正。",
        "The code is void: you are not registered at the institution that issued it any more, or "
        "your identity was corrected.",
    ),
    Text(
        "请向您现在的（主要）执业机构申领新的激活码。",
        "Ask the institution you are registered at now for a new one.",
    ),
    field="activation_code",
    source="Q5.1, Q29.1",
)
