"""What a row of the policy table is, and how its conditions are asked.

The table itself is ``policy.BUSINESS_TYPES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain.conditions import STATUS_CONDITIONS, Condition
from zhiye_registration.domain.facts import Facts, Status
from zhiye_registration.domain.workflow import Actor, State

Profession = Literal["nurse", "physician"]
Outcome = Literal["met", "not_met", "unknown"]
Effect = Literal[
    "register",
    "extend",
    "move",
    "cancel",
    "restore",
    "take_over",
    "reissue",
    "register_physician",
    "alter",
    "file_institution",
    "file_off_post",
    "move_out",
]
"""What an approval does (``zhiye_registration.application.effects``): ``register`` makes a
registration with a certificate number, valid 5 years; ``extend`` adds 5 years; ``move`` brings it
to another institution, the expiry stays; ``cancel``; ``restore`` is cancelled no more, valid 5
years from then; ``take_over`` brings it in from the army or armed police; ``reissue`` notes that
the certificate was printed again.

Of physicians: ``register_physician`` makes a registration in a location under the number for life,
or puts one in force again; ``alter`` changes institution, location, level, category, scopes;
``file_institution`` adds a further institution; ``file_off_post``; ``move_out``."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review in the order of the business type.

    ``days`` are working days from receipt; ``setting`` tells that no law fixes them and that
    ``ZHIYE_REGISTRATION_INSTITUTION_REVIEW_DAYS`` overrides them. It may return the application
    for correction within ``return_within`` working days of receiving it and ``return_times``
    times; ``None`` is no limit.
    """

    by: Actor
    state: State
    """In which the application waits for it."""
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
    by_institution: bool = False
    """Whether an institution may file it about one of its own people (deck 7.1)."""
    by_authority: bool = False
    """Whether the deciding authority may open it by itself (依职权, Q50)."""
    of_own: bool = False
    """Whether it is about a registration that the person has, and which has to be told where there
    are several (physicians)."""

    @property
    def name(self) -> Text:
        return NAMES[self.slug]

    @property
    def stages(self) -> tuple[State, ...]:
        """The states in which it waits, in the order of the reviews."""
        return tuple(review.state for review in self.reviews)

    @property
    def needs(self) -> frozenset[str]:
        """What its conditions look at."""
        return frozenset(need for one in self.conditions for need in one.needs)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The row's conditions; one for each status that it does not start from comes first."""
        of_status = STATUS_CONDITIONS[self.profession]
        barred = [c for status, c in of_status.items() if status not in self.from_status]
        return (*barred, *self.own_conditions)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One condition, asked about the facts of one person."""

    condition: Condition
    outcome: Outcome


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
