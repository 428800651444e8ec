"""The named conditions of nurses who leave, who come from the army, or whose certificate is gone:
what is given as the ground, and what proves it."""

from __future__ import annotations

from zhiye_contracts.codes import CANCELLATION_GROUNDS, REISSUE_GROUNDS
from zhiye_contracts.reasons import Text
from zhiye_registration.domain.conditions import Condition
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.registration import valid_until


def _ground_fits(facts: Facts) -> bool | None:
    ground = facts.declared.ground
    if ground is None:
        return None
    if ground not in CANCELLATION_GROUNDS:
        return False
    if ground == "expired":
        return facts.status == "expired"
    return facts.by_institution or facts.by_authority or ground != "death"


def _ground_explained(facts: Facts) -> bool:
    return facts.declared.ground != "other" or facts.declared.ground_explained


def _reissue_ground(facts: Facts) -> bool | None:
    ground = facts.declared.ground
    return None if ground is None else ground in REISSUE_GROUNDS


def _informed(facts: Facts) -> bool | None:
    declared = facts.declared
    if not facts.by_institution or declared.ground == "death":
        return True
    if declared.informed_on is None or declared.informed_by is None:
        return None
    return declared.informed_on <= facts.today


def _proved(facts: Facts) -> bool:
    return not (facts.by_institution or facts.by_authority) or facts.evidence > 0


def _account_of_a_soldier(facts: Facts) -> bool:
    # Nothing on record is what is expected: she is registered in the army.
    return facts.account_active or facts.account_identity in ("matched", "no_record")


def _military_certificate(facts: Facts) -> bool | None:
    military, held = facts.declared.military, facts.registration
    if military.certificate_key is None:
        return None
    if held is not None:
        return held.certificate_key == military.certificate_key
    return not military.certificate_taken


def _military_valid(facts: Facts) -> bool | None:
    until = facts.declared.military.valid_until
    if until is None:
        return None
    return facts.applied_on <= until <= valid_until(facts.today)


def _origin_in_force(facts: Facts) -> bool | None:
    origin = facts.declared.military.origin
    return None if origin is None else origin.in_force


GROUND_FITS = Condition(
    "ground_fits",
    Text("有法定注销理由，且与事实相符", "There is a ground for the cancellation, and it is so"),
    "deck 7.1; Administrative Licensing Law art. 70",
    ("ground", "registration"),
    _ground_fits,
    Text(
        "所选注销理由不成立：“注册有效期届满未延续注册”须已过期；“死亡”由机构申请或审批机关"
        "依职权办理。",
        "The ground does not hold: “expired” needs an expired registration; “death” is filed by"
        " the institution or the authority.",
    ),
    Text("请选择与事实相符的理由。", "Choose the ground that is so."),
    field="form.ground",
)
GROUND_EXPLAINED = Condition(
    "ground_explained",
    Text("选择“其他特殊情形”的，说明了情形", "“Other” is explained"),
    "deck 7.1",
    ("ground",),
    _ground_explained,
    Text("没有说明特殊情形。", "It is not said what the circumstances are."),
    Text("请在备注中写明。", "Explain it in the note."),
    field="form.note",
)
INFORMED = Condition(
    "informed",
    Text(
        "机构申请注销的，已依法告知本人", "Where the institution files it, the person was informed"
    ),
    "Q41",
    ("informed",),
    _informed,
    Text("告知日期晚于今天。", "The day on which the person was informed is in the future."),
    Text(
        "请先告知本人，并填写告知日期和方式。",
        "Inform the person first, and give the day and the way.",
    ),
    field="form.informed",
)
PROVED = Condition(
    "proved",
    Text(
        "机构申请或审批机关依职权注销的，附有告知或事实的证明",
        "Where others file it, there is proof that the person was told, or of the fact",
    ),
    "Q41",
    ("evidence",),
    _proved,
    Text("没有附上证明材料。", "No proof is attached."),
    Text(
        "请上传告知凭证、处罚决定（死亡的上传死亡证明）。",
        "Upload the proof that the person was told, the penalty's decision or, for a death, the"
        " certificate.",
    ),
    field="evidence",
)
ACCOUNT_OF_A_SOLDIER = Condition(
    "account_may_apply",
    Text("申请人账户可以办理此业务", "The applicant's account may apply for this"),
    "deck ch. 4; Q33",
    ("account",),
    _account_of_a_soldier,
    Text(
        "您的姓名与已有记录不一致，不能以此账户申请。",
        "Your name differs from what is on record; you cannot apply with this account.",
    ),
    Text("请先检查和更新身份信息。", "Check and update your identity first."),
)
MILITARY_SOURCE = Condition(
    "military_source",
    Text("来源为军队或武警", "Comes from the army or the armed police"),
    "deck 2.4",
    ("military",),
    lambda facts: facts.declared.military.source is not None or None,
    Text("没有选择来源。", "The source is not chosen."),
    Text("请选择军队或武警。", "Choose army or armed police."),
    field="form.military.source",
)
MILITARY_CERTIFICATE = Condition(
    "military_certificate",
    Text("护士证号属于本人", "The certificate number is the applicant's own"),
    "deck 2.4; Q33",
    ("military", "registration"),
    _military_certificate,
    Text(
        "护士证号与已有的注册记录不一致，或已登记在他人名下。",
        "The number differs from the registration on record, or somebody else's has it.",
    ),
    Text(
        "请核对证书；确认无误的，请联系审批机关核实。",
        "Check the certificate; if it is right, ask the authority.",
    ),
    field="form.military.certificate_number",
)
MILITARY_VALID = Condition(
    "military_valid",
    Text("军队或武警的执业注册在有效期内", "The military registration has not expired"),
    "Q33",
    ("military",),
    _military_valid,
    Text(
        "所填的注册有效期已过，或自今天起超过5年。",
        "The validity declared is over, or ends more than 5 years from today.",
    ),
    Text(
        "请按证书填写；已过期的，请先在原机构办理延续，已离开的，请联系审批机关。",
        "Give what the certificate says; if it is over, have it renewed at the original institution"
        " first, or ask the authority if you left it.",
    ),
    field="form.military.valid_until",
)
ORIGIN_IN_FORCE = Condition(
    "origin_in_force",
    Text("原军队武警机构已登记且有效", "The original military institution is on record"),
    "Q33",
    ("military",),
    _origin_in_force,
    Text(
        "所选的原军队武警机构不存在、已停业，或就是拟执业机构。",
        "The original institution does not exist, is closed, or is the intended one.",
    ),
    Text("请选择您注册所在的军队或武警机构。", "Choose the institution you are registered at."),
    field="form.military.institution_id",
)
REISSUE_GROUND = Condition(
    "reissue_ground",
    Text("说明了补办原因", "It is said why the certificate is needed again"),
    "deck 2",
    ("ground",),
    _reissue_ground,
    Text("所选原因不是补办原因。", "The reason chosen is none for a re-issue."),
    Text("请选择遗失或损毁。", "Choose lost or damaged."),
    field="form.ground",
)
