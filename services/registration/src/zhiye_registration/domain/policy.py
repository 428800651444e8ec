"""The policy table: each business type is one row that an official could read.

A new type is a new row (``docs/how-to/add-a-business-type.md``); ``docs/policy.md`` is generated
from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain import conditions as c
from zhiye_registration.domain.conditions import STATUS_CONDITIONS, Condition
from zhiye_registration.domain.facts import Facts, Status

Profession = Literal["nurse", "physician"]
Outcome = Literal["met", "not_met", "unknown"]
Effect = Literal["register"]
"""What an approval does: ``register`` makes a registration with a certificate number, valid 5
years (``zhiye_registration.domain.registration``)."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review in the order of the business type.

    ``days`` are working days from receipt; ``setting`` tells that no law fixes them and that
    ``ZHIYE_REGISTRATION_INSTITUTION_REVIEW_DAYS`` overrides them. It may return the application
    for correction within ``return_within`` working days of receiving it and ``return_times``
    times; ``None`` is no limit.
    """

    by: Literal["institution", "authority"]
    title: Text
    days: int
    source: str
    setting: bool = False
    return_within: int | None = None
    return_times: int | None = None
    return_source: str = ""


@dataclass(frozen=True, slots=True)
class InformationField:
    """A field of the application form that has to be filled in before submission."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class BusinessType:
    """One row of the policy table (业务类型)."""

    slug: str
    profession: Profession
    summary: Text
    from_status: tuple[Status, ...]
    own_conditions: tuple[Condition, ...]
    reviews: tuple[Review, ...]
    effect: Effect
    effect_text: Text
    materials: tuple[Text, ...]
    """Paper still to be handed in (Q48)."""
    information: tuple[InformationField, ...]
    excludes: frozenset[str]
    """Business types of which no application may be open at the same time."""
    listed_unasked: bool
    """Whether the institution's list shows it before the person was looked up by ID number: its
    own people's renewals and cancellations only (deck 7)."""

    @property
    def name(self) -> Text:
        return NAMES[self.slug]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The row's conditions; one for each status that it does not start from comes first."""
        barred = [c for status, c in STATUS_CONDITIONS.items() if status not in self.from_status]
        return (*barred, *self.own_conditions)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One condition, asked about the facts of one person."""

    condition: Condition
    outcome: Outcome


INSTITUTION_REVIEW_DAYS = 5
"""Default of the setting; no law fixes how long an institution may take."""

INTENDED_INSTITUTION = Review(
    "institution",
    Text("拟执业机构审核", "review by the intended institution"),
    INSTITUTION_REVIEW_DAYS,
    "deck 7",
    setting=True,
)
AUTHORITY_20_DAYS = Review(
    "authority",
    Text("审批机关审批", "decision by the authority"),
    20,
    "Nurses Regulation art. 8",
    return_within=5,
    return_times=1,
    return_source="Administrative Licensing Law art. 32; Q59.9",
)
NURSE_TYPES = frozenset(slug for slug in NAMES if slug.startswith("nurse-"))

_ROWS = (
    BusinessType(
        slug="nurse-first",
        profession="nurse",
        summary=Text(
            "通过护士执业资格考试、从未注册的人员申请护士首次注册。",
            "For those who passed the nurse exam and have never been registered.",
        ),
        from_status=("never_registered",),
        own_conditions=(
            c.NURSE_EXAM_PASSED,
            c.REGISTERED_AT_PROVINCE_FIRST,
            c.IN_TIME_OR_TRAINED,
            c.FULL_CAPACITY,
            c.HEALTH_STANDARD,
            c.HEALTH_CHECK_RECENT,
            c.NO_OPEN_APPLICATION,
            c.INSTITUTION_IN_FORCE,
            c.AUTHORITY_SET,
            c.ACCOUNT_IN_USE,
        ),
        reviews=(INTENDED_INSTITUTION, AUTHORITY_20_DAYS),
        effect="register",
        effect_text=Text(
            "注册为在册护士，生成护士执业证书编号，有效期5年。",
            "Registered with a certificate number, valid 5 years.",
        ),
        materials=(
            Text("《护士注册申请表》（在线填写完整后打印）", "The application form, printed"),
            Text("《中华人民共和国护士执业证书》", "The nurse practice certificate"),
            Text("身份证明", "Proof of identity"),
            Text("健康检查证明", "Health certificate"),
            Text(
                "省级卫生健康行政部门规定提交的其他证明",
                "Other proof that the province prescribes",
            ),
        ),
        information=(
            InformationField("department", Text("工作科室", "department")),
            InformationField("work_category", Text("工作类别", "category of work")),
        ),
        excludes=NURSE_TYPES,
        listed_unasked=False,
    ),
)

BUSINESS_TYPES: Mapping[str, BusinessType] = MappingProxyType({row.slug: row for row in _ROWS})
"""The policy table, by slug."""

_NOT_FILLED_IN = Text("尚未填写，无法判断：", "Not filled in, so it cannot be told: ")


def conditions(row: BusinessType, facts: Facts) -> list[Assessment]:
    """Every condition of the row with its outcome ("May I?")."""
    outcomes: dict[bool | None, Outcome] = {True: "met", False: "not_met", None: "unknown"}
    return [Assessment(rule, outcomes[rule.test(facts)]) for rule in row.conditions]


def reason_of(assessment: Assessment, facts: Facts) -> Reason:
    """Why a condition is not met (code ``<name>_not_met``) or cannot be judged
    (``<name>_unknown``), and how to meet it."""
    rule = assessment.condition
    if assessment.outcome == "unknown":
        code = f"{rule.name}_unknown"
        reason = Text(_NOT_FILLED_IN.zh + rule.text.zh, _NOT_FILLED_IN.en + rule.text.en)
    else:
        code, reason = f"{rule.name}_not_met", _quote(rule.reason, facts)
    return Reason(code, reason, _quote(rule.next_step, facts), rule.field, rule.source)


def refusals(row: BusinessType, facts: Facts) -> list[Reason]:
    """Every reason at once why the application cannot be taken further (一次性告知, Q59.9):
    conditions that are not met or cannot be judged, and information that is missing."""
    missing = [
        Reason(
            "field_missing",
            Text(f"缺少必填项：{field.title.zh}。", f"Required: {field.title.en}."),
            Text("请填写后重新提交。", "Fill it in and submit again."),
            f"form.{field.name}",
            "deck 2.1",
        )
        for field in row.information
        if field.name not in facts.declared.filled
    ]
    unmet = [one for one in conditions(row, facts) if one.outcome != "met"]
    return [reason_of(one, facts) for one in unmet] + missing


def _quote(text: Text, facts: Facts) -> Text:
    return Text(text.zh.format_map(facts.words("zh")), text.en.format_map(facts.words("en")))
