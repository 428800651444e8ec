"""What is printed on application forms (护士注册申请表 and the others; of physicians one for every
business), in Chinese. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    ETHNIC_GROUPS,
    GENDERS,
    ID_TYPES,
    MILITARY_SOURCES,
    WAYS_OF_INFORMING,
)
from zhiye_contracts.codes.grounds import sentence
from zhiye_registration.domain import printed_physician as physician
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.business_type import Effect
from zhiye_registration.domain.grounds import ground_label
from zhiye_registration.domain.printed_parts import Entry, Known, information, period, shown
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import STATES

__all__ = ["Entry", "Known", "Opinion", "Part", "PrintedForm", "decision_of", "printed_form"]

TITLES = {
    "nurse-first": "护士注册申请表",
    "nurse-renewal": "护士延续注册申请审核表",
    "nurse-change": "护士变更注册申请审核表",
    "nurse-cancellation": "护士注销注册申请审核表",
    "nurse-re-registration": "护士重新注册申请审核表",
    "nurse-military-to-local": "军队武警护士变更到地方申请表",
    "nurse-certificate-reissue": "护士执业证书补办申请表",
}
"""As the checklists of materials call them (Q48); a physician's are all one form."""
RESIDENT_ID = "01"
_INSTITUTIONS: dict[Effect, str] = {
    **dict.fromkeys(("extend", "cancel", "reissue", "file_off_post", "move_out"), "执业机构"),
    "file_institution": physician.FURTHER,
}
"""What the institution is called where it is not the intended one."""
_INTENDED = "拟执业机构"
_GROUNDS: dict[Effect, str] = {
    "cancel": "注销原因",
    "reissue": "补办原因",
    "file_off_post": "离岗备案情形",
}
"""Effects that have a ground, and what it is called."""
_WAYS = {"person": "个人申请", "institution": "机构申请", "authority": "审批机关依职权"}

DECLARATION = (
    "本人承诺：以上填写的内容和提交的材料真实、准确、完整；如有不实，愿意承担由此产生的法律责任。"
)
DECLARATION_OF_INSTITUTION = (
    "本机构承诺：以上填写的内容和提交的材料真实、准确、完整，并已依法履行告知义务；"
    "如有不实，愿意承担由此产生的法律责任。"
)
DECLARATION_OF_AUTHORITY = (
    "本机关依法定职责提出以上事项，所附证明材料真实、准确、完整，并已依法履行告知义务。"
)
_DECLARED = {
    "person": (DECLARATION, "申请人（签字）"),
    "institution": (DECLARATION_OF_INSTITUTION, "申请机构（盖章）"),
    "authority": (DECLARATION_OF_AUTHORITY, "审批机关（盖章）"),
}
"""Who declares what, and signs."""
DECISIONS = {
    "approved": "同意",
    "returned": "退回补正",
    "refused": "不同意",
    "confirmed": "确认",
    "not_confirmed": "不予确认",
    "filed": "提交申请",
}
"""Steps of reviews as they are printed, without the side that comes before in their names."""
_SIDES = ("origin_", "institution_", "authority_")
_OPINIONS = {
    "origin": "原军队武警机构意见",
    "institution": "医疗机构意见",
    "authority": "审批机关意见",
}


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """A review that was given: by which body and person, when, what, why."""

    by: str
    who: str
    at: str
    decision: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedForm:
    title: str
    number: str
    day: str
    """On which it was submitted, or begun."""
    state: str
    draft: bool
    parts: tuple[Part, ...]
    declaration: str
    signed_by: str
    opinions: tuple[str, ...]
    """Boxes in which those who review sign."""
    reviews: tuple[Opinion, ...]
    materials: tuple[str, ...]


def printed_form(
    one: Application, known: Known, day: date, steps: Sequence[Mapping[str, Any]]
) -> PrintedForm:
    """The form of an application as it stands; ``one.form`` has its numbers open. ``day`` is when
    it was submitted, or begun; ``steps`` are the timeline's, their instants in China's time."""
    declaration, signed_by = _DECLARED[one.source]
    of_physician = one.row.profession == "physician"
    held = physician.registration(known) if of_physician else _registration(known)
    return PrintedForm(
        title=physician.TITLE if of_physician else TITLES[one.business_type],
        number=one.number,
        day=shown(day),
        state=STATES[one.state].zh,
        draft=one.state == "draft",
        parts=(
            Part("基本信息", tuple(_person(one, known))),
            Part("教育经历", tuple(_education(one, known))),
            Part("执业注册信息", tuple(held)),
            Part("申请内容", tuple(_request(one, known))),
        ),
        declaration=declaration,
        signed_by=signed_by,
        opinions=tuple(_boxes(one)),
        reviews=tuple(_reviews(steps)),
        materials=tuple(material.zh for material in one.row.materials),
    )


def _boxes(one: Application) -> Iterator[str]:
    """A box for each body that reviews; where the authority acts by itself nobody else does."""
    bodies = dict.fromkeys(review.by for review in one.row.reviews)
    for by in bodies:
        if by == "authority" or one.source != "authority":
            further = by == "institution" and one.row.effect == "file_institution"
            yield f"{physician.FURTHER}意见" if further else _OPINIONS[by]


def _person(one: Application, known: Known) -> Iterator[Entry]:
    gender, ethnic_group = known.either("gender"), known.of("ethnic_group")
    yield Entry("姓名", one.name)
    yield Entry("性别", GENDERS.label(gender) if gender else "")
    yield Entry("出生日期", shown(known.either("birth_date")))
    yield Entry("民族", ETHNIC_GROUPS.label(ethnic_group) if ethnic_group else "")
    yield Entry("国籍", shown(known.of("nationality")))
    yield Entry("健康状况", shown(known.of("health")))
    yield Entry("证件类型", ID_TYPES.label(RESIDENT_ID))
    yield Entry("证件号码", known.id_number)
    if one.row.profession == "physician":
        yield from physician.qualification(known)
        return
    yield Entry("通过护士执业资格考试时间", shown((known.exam or {}).get("passed_on")), wide=True)


def _education(one: Application, known: Known) -> Iterator[Entry]:
    for name in ("school", "major", "education", "degree", "study_length", "graduated_on"):
        yield information(one, known, name)
    yield information(one, known, "study_experience", wide=True)


def _registration(known: Known) -> Iterator[Entry]:
    held = known.registration or {}
    yield Entry("护士执业证书编号", known.certificate_number or "")
    yield Entry("注册有效期", period(held.get("valid_from"), held.get("valid_until")))
    yield Entry("现执业机构", shown(held.get("institution_name")))
    yield Entry("注册机关", shown(held.get("authority_name")))
    if held.get("cancelled_on"):
        yield Entry("注销日期", shown(held["cancelled_on"]))
        yield Entry("注销原因", CANCELLATION_GROUNDS.label(held["cancellation_ground"]))


def _request(one: Application, known: Known) -> Iterator[Entry]:
    """What the form says, and from the record what it leaves as it is."""
    form, of_physician = one.form, one.row.profession == "physician"
    yield Entry("业务类型", one.row.name.zh)
    yield Entry("申请方式", _WAYS[one.source])
    yield Entry(_INSTITUTIONS.get(one.row.effect, _INTENDED), one.institution_name)
    yield Entry("审批机关", one.authority_name or "")
    if of_physician:
        yield from physician.request(one, known)
    for name in ("department", "work_category", "position", "title", "work_began_on"):
        if name != "work_category" or not of_physician:
            yield information(one, known, name)
    yield from _military(one)
    yield information(one, known, "work_experience", wide=True)
    yield from physician.declared(one) if of_physician else _declared(one)
    yield from _training(form.get("training"), "培训" if of_physician else "临床护理培训")
    if form.get("secondment") is not None:
        yield Entry("经批准的外派支援、进修、学术交流", shown(form["secondment"]), wide=True)
    if form.get("ground") or one.row.effect in _GROUNDS:
        ground = form.get("ground")
        label = _GROUNDS.get(one.row.effect, "原因")
        yield Entry(label, ground_label(one.row, ground, "zh") if ground else "", wide=True)
    if informed := form.get("informed"):
        by = informed.get("by")
        yield Entry("告知本人的日期", shown(informed.get("on")))
        yield Entry("告知方式", WAYS_OF_INFORMING.label(by) if by else "")
    yield Entry("备注", form.get("note") or "", wide=True)


def _military(one: Application) -> Iterator[Entry]:
    military = one.form.get("military") or {}
    if not military and one.row.effect != "take_over":
        return
    source = military.get("source")
    yield Entry("来源", MILITARY_SOURCES.label(source) if source else "")
    yield Entry("原军队武警机构", one.origin_institution_name or "")
    yield Entry("原护士证号", military.get("certificate_number") or "")
    yield Entry("原注册有效期至", shown(military.get("valid_until")))


def _declared(one: Application) -> Iterator[Entry]:
    """Capacity and health, where the business type asks for them or they are told."""
    form, needed = one.form, one.row.needs
    health = form.get("health") or {}
    if health or "health" in needed or "full_civil_capacity" in form:
        yield Entry("具有完全民事行为能力", shown(form.get("full_civil_capacity")))
        yield Entry("符合健康标准", shown(health.get("meets_standard")))
        yield Entry("健康体检日期", shown(health.get("checked_on")))
        yield Entry("体检机构", health.get("institution_name") or "")


def _training(training: Mapping[str, Any] | None, label: str) -> Iterator[Entry]:
    if training:
        passed = "考核合格" if training["passed"] else "考核不合格"
        days = period(training["began_on"], training["ended_on"])
        yield Entry(label, f"{training['institution_name']}　{days}　{passed}", wide=True)


def _reviews(steps: Sequence[Mapping[str, Any]]) -> Iterator[Opinion]:
    for step in steps:
        decision = decision_of(step["action"])
        if decision is not None:
            reasons = tuple(
                sentence(REVIEW_REASONS, told["code"], told["note"], "zh")
                for told in step["reasons"]
            )
            at = f"{step['at']:%Y-%m-%d %H:%M}"
            who = step["actor_name"]
            yield Opinion(step["organisation"] or "", who, at, decision, reasons)


def decision_of(action: str) -> str | None:
    """What a step of the timeline decided; ``None`` for one that is no review."""
    for side in _SIDES:
        action = action.removeprefix(side)
    return DECISIONS.get(action)
