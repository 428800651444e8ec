"""What is printed on the application form of a nurse (护士注册申请表), in Chinese. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    EDUCATION,
    ETHNIC_GROUPS,
    GENDERS,
    ID_TYPES,
    MILITARY_SOURCES,
    REISSUE_GROUNDS,
    WAYS_OF_INFORMING,
)
from zhiye_contracts.codes.grounds import sentence
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.information import CODED, FROM_EXAM, LABELS
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import STATES

TITLES = {
    "nurse-first": "护士注册申请表",
    "nurse-renewal": "护士延续注册申请审核表",
    "nurse-change": "护士变更注册申请审核表",
    "nurse-cancellation": "护士注销注册申请审核表",
    "nurse-re-registration": "护士重新注册申请审核表",
    "nurse-military-to-local": "军队武警护士变更到地方申请表",
    "nurse-certificate-reissue": "护士执业证书补办申请表",
}
"""As the checklists of materials call them (Q48)."""
RESIDENT_ID = "01"
_STAY = ("extend", "cancel", "reissue")
"""Effects after which somebody is where she was."""
_GROUNDS = {**CANCELLATION_GROUNDS, **REISSUE_GROUNDS}

DECLARATION = (
    "本人承诺：以上填写的内容和提交的材料真实、准确、完整；如有不实，愿意承担由此产生的法律责任。"
)
DECLARATION_OF_INSTITUTION = (
    "本机构承诺：以上填写的内容和提交的材料真实、准确、完整，并已依法履行告知义务；"
    "如有不实，愿意承担由此产生的法律责任。"
)
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
class Entry:
    """One field; a ``wide`` one has a line of its own."""

    label: str
    value: str = ""
    wide: bool = False


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


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of the applicant: the newest registration, and the exam to go by."""

    id_number: str
    certificate_number: str | None = None
    registration: Mapping[str, Any] | None = None
    exam: Mapping[str, Any] | None = None

    def of(self, name: str) -> Any:
        """A field of the registration or of its details; ``None`` for nothing."""
        held = self.registration or {}
        return held.get(name) or (held.get("details") or {}).get(name)

    def either(self, name: str) -> Any:
        """The same, else the exam's."""
        return self.of(name) or (self.exam or {}).get(name)


def printed_form(
    one: Application, known: Known, day: date, steps: Sequence[Mapping[str, Any]]
) -> PrintedForm:
    """The form of an application as it stands; ``one.form`` has its numbers open. ``day`` is when
    it was submitted, or begun; ``steps`` are the timeline's, their instants in China's time."""
    by_institution = one.source == "institution"
    return PrintedForm(
        title=TITLES.get(one.business_type, f"{one.row.name.zh}申请表"),
        number=one.number,
        day=_shown(day),
        state=STATES[one.state].zh,
        draft=one.state == "draft",
        parts=(
            Part("基本信息", tuple(_person(one, known))),
            Part("教育经历", tuple(_education(one, known))),
            Part("执业注册信息", tuple(_registration(known))),
            Part("申请内容", tuple(_request(one, known))),
        ),
        declaration=DECLARATION_OF_INSTITUTION if by_institution else DECLARATION,
        signed_by="申请机构（盖章）" if by_institution else "申请人（签字）",
        opinions=tuple(dict.fromkeys(_OPINIONS[review.by] for review in one.row.reviews)),
        reviews=tuple(_reviews(steps)),
        materials=tuple(material.zh for material in one.row.materials),
    )


def _person(one: Application, known: Known) -> Iterator[Entry]:
    gender, ethnic_group = known.either("gender"), known.of("ethnic_group")
    yield Entry("姓名", one.name)
    yield Entry("性别", GENDERS.label(gender) if gender else "")
    yield Entry("出生日期", _shown(known.either("birth_date")))
    yield Entry("民族", ETHNIC_GROUPS.label(ethnic_group) if ethnic_group else "")
    yield Entry("国籍", _shown(known.of("nationality")))
    yield Entry("健康状况", _shown(known.of("health")))
    yield Entry("证件类型", ID_TYPES.label(RESIDENT_ID))
    yield Entry("证件号码", known.id_number)
    yield Entry("通过护士执业资格考试时间", _shown((known.exam or {}).get("passed_on")), wide=True)


def _education(one: Application, known: Known) -> Iterator[Entry]:
    for name in ("school", "major", "education", "degree", "study_length", "graduated_on"):
        yield _information(one, known, name)
    yield _information(one, known, "study_experience", wide=True)


def _registration(known: Known) -> Iterator[Entry]:
    held = known.registration or {}
    yield Entry("护士执业证书编号", known.certificate_number or "")
    yield Entry("注册有效期", _period(held.get("valid_from"), held.get("valid_until")))
    yield Entry("现执业机构", _shown(held.get("institution_name")))
    yield Entry("注册机关", _shown(held.get("authority_name")))
    if held.get("cancelled_on"):
        yield Entry("注销日期", _shown(held["cancelled_on"]))
        yield Entry("注销原因", CANCELLATION_GROUNDS.label(held["cancellation_ground"]))


def _request(one: Application, known: Known) -> Iterator[Entry]:
    """What the form says, and from the record what it leaves as it is."""
    form = one.form
    yield Entry("业务类型", one.row.name.zh)
    yield Entry("申请方式", "机构申请" if one.source == "institution" else "个人申请")
    yield Entry("执业机构" if one.row.effect in _STAY else "拟执业机构", one.institution_name)
    yield Entry("审批机关", one.authority_name or "")
    for name in ("department", "work_category", "position", "title", "work_began_on"):
        yield _information(one, known, name)
    yield from _military(one)
    yield _information(one, known, "work_experience", wide=True)
    yield from _declared(one)
    if form.get("secondment") is not None:
        yield Entry("经批准的外派支援、进修、学术交流", _shown(form["secondment"]), wide=True)
    if form.get("ground") or one.row.effect in ("cancel", "reissue"):
        ground = form.get("ground")
        label = "注销原因" if one.row.effect == "cancel" else "补办原因"
        yield Entry(label, _GROUNDS[ground].zh if ground in _GROUNDS else ground or "", wide=True)
    if informed := form.get("informed"):
        by = informed.get("by")
        yield Entry("告知本人的日期", _shown(informed.get("on")))
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
    yield Entry("原注册有效期至", _shown(military.get("valid_until")))


def _declared(one: Application) -> Iterator[Entry]:
    """Capacity, health and training, where the business type asks for them or they are told."""
    form, needed = one.form, one.row.needs
    health, training = form.get("health") or {}, form.get("training")
    if health or "health" in needed or "full_civil_capacity" in form:
        yield Entry("具有完全民事行为能力", _shown(form.get("full_civil_capacity")))
        yield Entry("符合健康标准", _shown(health.get("meets_standard")))
        yield Entry("健康体检日期", _shown(health.get("checked_on")))
        yield Entry("体检机构", health.get("institution_name") or "")
    if training:
        passed = "考核合格" if training["passed"] else "考核不合格"
        period = _period(training["began_on"], training["ended_on"])
        text = f"{training['institution_name']}　{period}　{passed}"
        yield Entry("临床护理培训", text, wide=True)


def _information(one: Application, known: Known, name: str, *, wide: bool = False) -> Entry:
    """A field that the form may change: as the form has it, else as it is on record."""
    given = {**one.form, **(one.form.get("education") or {})}
    if not isinstance(given.get("education"), str):
        given.pop("education", None)
    value = given.get(name) or (known.either(name) if name in FROM_EXAM else known.of(name))
    table = EDUCATION if name == "education" else CODED.get(name)
    shown = table.label(str(value)) if table and value else _shown(value)
    return Entry(LABELS[name].zh, shown, wide)


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


def _period(begin: Any, end: Any) -> str:
    return f"{_shown(begin)}至{_shown(end)}" if begin and end else ""


def _shown(value: Any) -> str:
    """A value for a reader: dates in Chinese, yes and no, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    day = value if isinstance(value, date) else _day(str(value))
    return f"{day:%Y年%m月%d日}" if day else str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
