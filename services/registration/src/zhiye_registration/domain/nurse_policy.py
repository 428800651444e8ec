"""The rows of the policy table that are nurses'."""

from __future__ import annotations

from dataclasses import replace

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES
from zhiye_contracts.reasons import Text
from zhiye_registration.domain import conditions as c
from zhiye_registration.domain import nurse_conditions as n
from zhiye_registration.domain import nurse_grounds as g
from zhiye_registration.domain.business_type import BusinessType, InformationField, Review

INSTITUTION_REVIEW_DAYS = 5
"""Default of the setting; no law fixes how long an institution may take."""

INTENDED_INSTITUTION = Review(
    "institution",
    "awaiting_institution",
    Text("拟执业机构审核", "review by the intended institution"),
    INSTITUTION_REVIEW_DAYS,
    "deck 7",
    setting=True,
)
OWN_INSTITUTION = replace(
    INTENDED_INSTITUTION, title=Text("执业机构审核", "review by the own institution")
)
ORIGIN = Review(
    "origin",
    "awaiting_origin",
    Text("原军队武警机构审核", "review by the original military institution"),
    INSTITUTION_REVIEW_DAYS,
    "Q33",
    setting=True,
)
CONFIRMATION = replace(
    ORIGIN,
    state="awaiting_confirmation",
    title=Text("原军队武警机构确认", "confirmation by the military side"),
)
AUTHORITY_20_DAYS = Review(
    "authority",
    "awaiting_authority",
    Text("审批机关审批", "decision by the authority"),
    20,
    "Nurses Regulation art. 8",
    return_within=5,
    return_times=1,
    return_source="Administrative Licensing Law art. 32; Q59.9",
)
AUTHORITY_7_DAYS = replace(AUTHORITY_20_DAYS, days=7, source="Nurses Regulation art. 9")
AUTHORITY_BY_LICENSING_LAW = replace(
    AUTHORITY_20_DAYS, source="Administrative Licensing Law art. 42"
)

_NURSES = frozenset(slug for slug in NAMES if slug.startswith("nurse-"))
"""No two applications of a nurse go well together: each starts from where she is now."""
_OF_EVERY = (c.NO_OPEN_APPLICATION, c.INSTITUTION_IN_FORCE, c.AUTHORITY_SET, c.ACCOUNT_IN_USE)
_FIT = (n.FULL_CAPACITY, n.HEALTH_STANDARD, n.HEALTH_CHECK_RECENT)

_DEPARTMENT = InformationField("department", Text("工作科室", "department"))
_WORK = InformationField("work_category", Text("工作类别", "category of work"))

_CERTIFICATE = Text("申请人的《护士执业证书》", "The applicant's nurse practice certificate")
_IDENTITY = Text("身份证明", "Proof of identity")
_OTHER_PROOF = Text(
    "省级卫生健康行政部门规定提交的其他证明", "Other proof that the province prescribes"
)
_HEALTH = Text(
    "省级卫生健康行政部门指定的医疗机构出具的6个月内健康体检证明",
    "Health certificate of the last 6 months, by an institution that the province names",
)


def _form(zh: str) -> Text:
    return Text(f"《{zh}》（在线填写完整后打印）", "The application form, printed")


FIRST = BusinessType(
    slug="nurse-first",
    profession="nurse",
    summary=Text(
        "通过护士执业资格考试、从未注册的人员申请护士首次注册。",
        "For those who passed the nurse exam and have never been registered.",
    ),
    from_status=("never_registered",),
    own_conditions=(
        n.NURSE_EXAM_PASSED,
        n.REGISTERED_AT_PROVINCE_FIRST,
        n.IN_TIME_OR_TRAINED,
        n.NOT_BARRED,
        *_FIT,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(INTENDED_INSTITUTION, AUTHORITY_20_DAYS),
    effect="register",
    effect_text=Text(
        "注册为在册护士，生成护士执业证书编号，有效期5年。",
        "Registered with a certificate number, valid 5 years.",
    ),
    materials=(
        _form("护士注册申请表"),
        Text("《中华人民共和国护士执业证书》", "The nurse practice certificate"),
        _IDENTITY,
        Text("健康检查证明", "Health certificate"),
        _OTHER_PROOF,
    ),
    information=(_DEPARTMENT, _WORK),
    excludes=_NURSES,
    listed_unasked=False,
)
RENEWAL = BusinessType(
    slug="nurse-renewal",
    profession="nurse",
    summary=Text(
        "执业注册有效期届满需要继续执业的护士申请延续注册。",
        "For nurses who go on practising when their registration expires.",
    ),
    from_status=("registered", "expired"),
    own_conditions=(
        n.RENEWAL_OPEN,
        c.OWN_INSTITUTION,
        n.NOT_BARRED,
        *_FIT,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(OWN_INSTITUTION, AUTHORITY_20_DAYS),
    effect="extend",
    effect_text=Text("有效期延续5年。", "Valid for 5 more years."),
    materials=(_form("护士延续注册申请审核表"), _CERTIFICATE, _HEALTH),
    information=(),
    excludes=_NURSES,
    listed_unasked=True,
)
CHANGE = BusinessType(
    slug="nurse-change",
    profession="nurse",
    summary=Text(
        "在执业注册有效期内变更执业地点的护士，向拟执业地申请变更注册。",
        "For nurses who move to another institution while their registration is valid.",
    ),
    from_status=("registered",),
    own_conditions=(
        c.OTHER_INSTITUTION,
        n.NOT_SECONDED,
        n.NOT_BARRED,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE_OR_NOT_ONLINE,
    ),
    reviews=(INTENDED_INSTITUTION, AUTHORITY_7_DAYS),
    effect="move",
    effect_text=Text(
        "执业机构变更为拟执业机构，有效期不变；跨省的，告知原审批机关。",
        "Registered at the new institution, the validity stays; the old authority is told.",
    ),
    materials=(_form("护士变更注册申请审核表"), _CERTIFICATE),
    information=(_DEPARTMENT, _WORK),
    excludes=_NURSES,
    listed_unasked=False,
)
CANCELLATION = BusinessType(
    slug="nurse-cancellation",
    profession="nurse",
    summary=Text(
        "有应当注销情形的，由本人或其执业机构申请，或由审批机关依职权注销执业注册。",
        "Where there is a ground to cancel; by the nurse, her institution or the authority itself.",
    ),
    from_status=("registered", "expired"),
    own_conditions=(
        g.GROUND_FITS,
        g.GROUND_EXPLAINED,
        g.INFORMED,
        g.PROVED,
        c.OWN_INSTITUTION,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(OWN_INSTITUTION, AUTHORITY_BY_LICENSING_LAW),
    effect="cancel",
    effect_text=Text("注销执业注册。", "The registration is cancelled."),
    materials=(_form("护士注销注册申请审核表"), _CERTIFICATE, _OTHER_PROOF),
    information=(),
    excludes=_NURSES,
    listed_unasked=True,
    by_institution=True,
    by_authority=True,
)
RE_REGISTRATION = BusinessType(
    slug="nurse-re-registration",
    profession="nurse",
    summary=Text(
        "执业注册被注销、需要重新执业的护士申请重新注册。",
        "For nurses whose registration was cancelled and who want to practise again.",
    ),
    from_status=("cancelled",),
    own_conditions=(
        n.REVOCATION_OVER,
        n.NOT_BARRED,
        n.PRACTISED_LATELY_OR_TRAINED,
        n.QUALIFICATION_STANDS,
        *_FIT,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(INTENDED_INSTITUTION, AUTHORITY_20_DAYS),
    effect="restore",
    effect_text=Text(
        "重新注册为在册护士，证书编号不变，有效期5年。",
        "Registered again under the same certificate number, valid 5 years.",
    ),
    materials=(_form("护士重新注册申请审核表"), _IDENTITY, _HEALTH, _OTHER_PROOF),
    information=(_DEPARTMENT, _WORK),
    excludes=_NURSES,
    listed_unasked=False,
)
MILITARY_TO_LOCAL = BusinessType(
    slug="nurse-military-to-local",
    profession="nurse",
    summary=Text(
        "注册在军队或武警机构的护士申请变更到地方执业。",
        "For nurses registered with the army or the armed police who move to a local institution.",
    ),
    from_status=("never_registered", "registered"),
    own_conditions=(
        g.MILITARY_SOURCE,
        g.MILITARY_CERTIFICATE,
        g.MILITARY_VALID,
        g.ORIGIN_IN_FORCE,
        c.OTHER_INSTITUTION,
        n.NOT_BARRED,
        *_OF_EVERY,
        g.ACCOUNT_OF_A_SOLDIER,
    ),
    reviews=(ORIGIN, INTENDED_INSTITUTION, AUTHORITY_BY_LICENSING_LAW, CONFIRMATION),
    effect="take_over",
    effect_text=Text(
        "原军队武警机构确认后，注册到地方机构，证书编号和有效期不变。",
        "Once the military side confirms, registered at the local institution; number and validity"
        " stay.",
    ),
    materials=(_form("军队武警护士变更到地方申请表"), _CERTIFICATE, _IDENTITY, _OTHER_PROOF),
    information=(_DEPARTMENT, _WORK),
    excludes=_NURSES,
    listed_unasked=False,
)
REISSUE = BusinessType(
    slug="nurse-certificate-reissue",
    profession="nurse",
    summary=Text(
        "护士执业证书遗失或损毁的，申请补办。", "For nurses whose certificate was lost or damaged."
    ),
    from_status=("registered",),
    own_conditions=(
        g.REISSUE_GROUND,
        n.NOT_BARRED,
        c.OWN_INSTITUTION,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(OWN_INSTITUTION, AUTHORITY_BY_LICENSING_LAW),
    effect="reissue",
    effect_text=Text(
        "按原证书编号补发证书，注册信息不变。",
        "The certificate is issued again under the same number; nothing else changes.",
    ),
    materials=(_form("护士执业证书补办申请表"), _IDENTITY, _OTHER_PROOF),
    information=(),
    excludes=_NURSES,
    listed_unasked=True,
)

NURSES = (
    FIRST,
    RENEWAL,
    CHANGE,
    CANCELLATION,
    RE_REGISTRATION,
    MILITARY_TO_LOCAL,
    REISSUE,
)
