"""The rows of the policy table that are physicians'."""

from __future__ import annotations

from dataclasses import replace

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES
from zhiye_contracts.reasons import Text
from zhiye_registration.domain import conditions as c
from zhiye_registration.domain import nurse_grounds as g
from zhiye_registration.domain import nurse_policy as n
from zhiye_registration.domain import physician_conditions as p
from zhiye_registration.domain import physician_grounds as leave
from zhiye_registration.domain import physician_locations as at
from zhiye_registration.domain.business_type import BusinessType, InformationField

_20_DAYS = replace(n.AUTHORITY_20_DAYS, source="Law on Physicians (2021) arts. 13, 16; Q7-Q9")
_CONFIRMED = replace(
    n.INTENDED_INSTITUTION, title=Text("拟备案机构核实确认", "confirmation by the institution")
)
_FILED = replace(
    n.AUTHORITY_BY_LICENSING_LAW, title=Text("审批机关备案", "filing with the authority")
)

MANY = "physician-multi-institution"
"""Filings at several institutions may be open at once; they change no registration (Q10)."""
_PHYSICIANS = frozenset(s for s in NAMES if s.startswith("physician-")) - {MANY}
_IN_FORCE = replace(c.INSTITUTION_IN_FORCE, source="Law on Physicians (2021) art. 13")
_OF_EVERY = (c.NO_OPEN_APPLICATION, _IN_FORCE, c.AUTHORITY_SET, c.ACCOUNT_IN_USE)
_OWN = (c.OWN_INSTITUTION, *_OF_EVERY, c.ACCOUNT_ACTIVE)
_FIT = (p.FULL_CAPACITY, p.NO_CRIMINAL_RECORD, p.NO_BAR)

_DEPARTMENT = InformationField("department", Text("执业科室", "department"))

_FORM = Text(
    "《医师执业、变更执业、多机构备案申请审核表》（在线填写完整后打印）",
    "The application form, printed",
)
_PHOTO = Text(
    "近6个月2寸白底免冠正面半身照片（与系统提交的照片一致）",
    "Photo of the last 6 months, as uploaded",
)
_EMPLOYED = Text("医疗、预防、保健机构的聘用证明", "Proof of employment by the institution")
_CERTIFICATE = Text(
    "医师执业证书原件，以备打印变更事项", "The practice certificate, to be printed on"
)
_OTHER_PROOF = Text(
    "省级以上卫生健康行政部门规定的其他材料", "Other material that the province prescribes"
)

REGISTRATION = BusinessType(
    slug="physician-registration",
    profession="physician",
    summary=Text(
        "取得医师资格、从未注册的人员申请医师执业注册。",
        "For those who qualified as physicians and have never been registered.",
    ),
    from_status=("never_registered",),
    own_conditions=(
        p.PHYSICIAN_QUALIFIED,
        p.IN_TIME_OR_TRAINED,
        p.SCOPES_CHOSEN,
        p.SCOPES_OFFERED,
        p.DEPARTMENT_FITS,
        *_FIT,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(n.INTENDED_INSTITUTION, _20_DAYS),
    effect="register_physician",
    effect_text=Text(
        "在该执业地点注册，所选机构为主要执业机构，生成终身不变的医师执业证书编码。",
        "Registered in the location with its main institution, under a number for life.",
    ),
    materials=(_FORM, _PHOTO, _EMPLOYED, _OTHER_PROOF),
    information=(_DEPARTMENT,),
    excludes=_PHYSICIANS,
    listed_unasked=False,
)
RE_REGISTRATION = replace(
    REGISTRATION,
    slug="physician-re-registration",
    summary=Text(
        "注册已备案、注销或变更至未开展电子化注册地区的医师，重新申请执业注册。",
        "For physicians filed off post, cancelled, or coming back from a region not online.",
    ),
    from_status=("filed", "cancelled", "moving_out"),
    own_conditions=(
        p.PHYSICIAN_QUALIFIED,
        p.PRACTISED_LATELY_OR_TRAINED,
        p.SCOPES_CHOSEN,
        p.SCOPES_OFFERED,
        p.DEPARTMENT_FITS,
        *_FIT,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    effect_text=Text("重新注册，医师执业证书编码不变。", "Registered again under the same number."),
)
ADD_LOCATION = BusinessType(
    slug="physician-add-location",
    profession="physician",
    summary=Text(
        "保留原执业地点注册，在其他省增加执业地点；资格和执业范围与原注册完全一致。",
        "To practise in another province too and keep the registration; qualification and scopes"
        " are identical.",
    ),
    from_status=("registered",),
    own_conditions=(
        at.LEVEL_OF_PHYSICIAN,
        at.OTHER_LOCATION,
        p.SCOPES_OFFERED_OR_SETTLED,
        p.DEPARTMENT_FITS,
        p.IDENTICAL_TO_HELD,
        p.NO_CRIMINAL_RECORD,
        p.NO_BAR,
        p.NOT_SUSPENDED,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE_OR_NOT_ONLINE,
    ),
    reviews=(n.INTENDED_INSTITUTION, _20_DAYS),
    effect="register_physician",
    effect_text=Text(
        "在新增执业地点注册，所选机构为该地点的主要执业机构；原注册不变，证书编码不变。",
        "Registered in the added location with its main institution; all else stays.",
    ),
    materials=(_FORM, _PHOTO, _EMPLOYED, _OTHER_PROOF),
    information=(_DEPARTMENT,),
    excludes=_PHYSICIANS,
    listed_unasked=False,
    of_own=True,
)
CHANGE = BusinessType(
    slug="physician-change",
    profession="physician",
    summary=Text(
        "变更主要执业机构、执业地点、执业类别或执业范围。",
        "To change main institution, location, category or scopes.",
    ),
    from_status=("registered",),
    own_conditions=(
        p.CHOSEN_VALID,
        at.SOMETHING_CHANGES,
        at.LEVEL_STAYS,
        at.LOCATION_FREE,
        p.SCOPES_CHOSEN,
        p.SCOPES_OFFERED_OR_SETTLED,
        p.DEPARTMENT_FITS,
        p.IDENTICAL_ELSEWHERE,
        p.NO_BAR,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE_OR_NOT_ONLINE,
    ),
    reviews=(n.INTENDED_INSTITUTION, _20_DAYS),
    effect="alter",
    effect_text=Text(
        "注册事项变更，证书编码不变；不在变更后执业地点、超出变更后范围或成为主要执业机构的备案终止；"
        "机构变更的，告知原机构和原审批机关。",
        "It is changed, the number stays; filings end that are outside the location or the scopes,"
        " or at what is the main institution now; the old institution and authority are told.",
    ),
    materials=(_FORM, _PHOTO, _EMPLOYED, _CERTIFICATE, _OTHER_PROOF),
    information=(),
    excludes=_PHYSICIANS,
    listed_unasked=False,
    of_own=True,
)
CHANGE_LEVEL = replace(
    CHANGE,
    slug="physician-change-level",
    summary=Text(
        "已注册的执业助理医师取得执业医师资格后变更级别，可同时变更其他事项。",
        "For assistants who qualified as physicians; other changes may go with it.",
    ),
    own_conditions=(
        at.LEVEL_OF_ASSISTANT,
        at.LEVEL_RISES,
        p.SCOPES_CHOSEN,
        p.SCOPES_OFFERED_OR_SETTLED,
        p.DEPARTMENT_FITS,
        p.NO_BAR,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE_OR_NOT_ONLINE,
    ),
    effect_text=Text(
        "级别变更为执业医师，执业地点由县、区扩大为省，证书编码终身不变。",
        "A physician now; the location widens from county to province, the number stays.",
    ),
    materials=(
        _FORM,
        _PHOTO,
        Text("助理医师执业证书原件，以备打印变更事项", "The assistant's practice certificate"),
        Text("医师资格证书原件及复印件1份", "The qualification certificate and a copy"),
        _EMPLOYED,
    ),
)
MULTI_INSTITUTION = BusinessType(
    slug=MANY,
    profession="physician",
    summary=Text(
        "在执业地点内的其他机构执业的，经该机构确认后向审批机关备案。",
        "To practise at a further institution inside the location.",
    ),
    from_status=("registered",),
    own_conditions=(
        at.REGISTERED_IN_LOCATION,
        at.HAS_MAIN_INSTITUTION,
        at.SAME_LOCATION,
        at.NOT_MAIN_INSTITUTION,
        at.NOT_FILED_THERE,
        at.FILING_PERIOD,
        at.FILING_SCOPES,
        p.NO_BAR,
        p.NOT_SUSPENDED,
        *_OF_EVERY,
        c.ACCOUNT_ACTIVE,
    ),
    reviews=(_CONFIRMED, _FILED),
    effect="file_institution",
    effect_text=Text(
        "在该机构备案，自起始日至终止日；主要执业机构不变。",
        "Filed at the institution from and to the dates; the main institution stays.",
    ),
    materials=(_FORM, _PHOTO, _EMPLOYED, _OTHER_PROOF),
    information=(),
    excludes=frozenset(),
    listed_unasked=False,
    of_own=True,
)
OFF_POST = BusinessType(
    slug="physician-off-post",
    profession="physician",
    summary=Text(
        "医师离岗的，由主要执业机构在30日内备案，本人也可提出。",
        "For who leaves; the main institution files it within 30 days, or the person does.",
    ),
    from_status=("registered",),
    own_conditions=(
        leave.OFF_POST_GROUND,
        leave.GROUND_EXPLAINED,
        leave.LEFT,
        leave.TRAINEE_DAYS_OVER,
        leave.INFORMED,
        leave.PROVED,
        *_OWN,
    ),
    reviews=(n.OWN_INSTITUTION, _FILED),
    effect="file_off_post",
    effect_text=Text(
        "执业注册转为备案状态；在该地点的多执业机构备案终止。满二年未执业的，可以注销。",
        "Filed off post; filings in the location end. After two years it can be cancelled.",
    ),
    materials=(_FORM, _OTHER_PROOF),
    information=(),
    excludes=_PHYSICIANS,
    listed_unasked=True,
    by_institution=True,
    of_own=True,
)
CANCELLATION = replace(
    OFF_POST,
    slug="physician-cancellation",
    summary=Text(
        "有法定注销情形的，由本人、主要执业机构申请，或由审批机关依职权注销执业注册。",
        "Where the law has a ground; by the person, the main institution or the authority itself.",
    ),
    from_status=("registered", "filed"),
    own_conditions=(
        leave.CANCELLATION_GROUND,
        leave.GROUND_EXPLAINED,
        leave.INFORMED,
        leave.PROVED,
        *_OWN,
    ),
    reviews=(n.OWN_INSTITUTION, n.AUTHORITY_BY_LICENSING_LAW),
    effect="cancel",
    effect_text=Text(
        "注销该执业地点的注册，其多执业机构备案终止；因死亡、处罚等本人情形注销的，"
        "其他执业地点的注册也应注销。",
        "The registration in the location is cancelled, filings there end; on a ground that is the"
        " person's, the other locations have to be cancelled as well.",
    ),
    materials=(_FORM, Text("医师执业证书原件", "The practice certificate"), _OTHER_PROOF),
    by_authority=True,
)
MOVING_OUT = replace(
    OFF_POST,
    slug="physician-moving-out",
    summary=Text(
        "变更到尚未开展电子化注册的地区的，由原机构和原审批机关办理转出。",
        "To move where registration is not online yet.",
    ),
    own_conditions=(leave.DESTINATION, p.NO_BAR, *_OWN),
    reviews=(n.OWN_INSTITUTION, _20_DAYS),
    effect="move_out",
    effect_text=Text(
        "注册状态变为“区内到区外变更”，证书编码不变；多执业机构备案终止。",
        "Moving out; the number stays, filings in the location end.",
    ),
    materials=(_FORM, _CERTIFICATE, _OTHER_PROOF),
    by_institution=False,
)
REISSUE = replace(
    n.REISSUE,
    slug="physician-certificate-reissue",
    profession="physician",
    summary=Text(
        "医师执业证书遗失或损毁的，申请补办。",
        "For physicians whose certificate was lost or damaged.",
    ),
    own_conditions=(g.REISSUE_GROUND, p.NO_BAR, *_OWN),
    materials=(_FORM, _PHOTO, _OTHER_PROOF),
    excludes=_PHYSICIANS,
    of_own=True,
)

PHYSICIANS = (
    REGISTRATION,
    RE_REGISTRATION,
    ADD_LOCATION,
    CHANGE,
    CHANGE_LEVEL,
    MULTI_INSTITUTION,
    OFF_POST,
    CANCELLATION,
    MOVING_OUT,
    REISSUE,
)
