"""What is known about a person and an application when a rule is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from zhiye_contracts.reasons import Language, Text

Status = Literal["never_registered", "registered", "expired", "cancelled"]
"""注册状态: never registered (exam pool), in force, expired and not renewed, cancelled."""

STATUSES: dict[Status, Text] = {
    "never_registered": Text("从未注册", "never registered"),
    "registered": Text("在册", "registered"),
    "expired": Text("在册，过期未延续注册", "registered, expired and not renewed"),
    "cancelled": Text("注销", "cancelled"),
}


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification of the profession asked about (考试合格证明)."""

    passed_on: date
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class HeldRegistration:
    """The person's newest registration in the profession, as it is recorded."""

    status: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class OpenApplication:
    """Another application of the same person that is not closed yet."""

    number: str
    business_type: str


@dataclass(frozen=True, slots=True)
class ChosenInstitution:
    """The institution an application is addressed to (拟执业机构)."""

    in_force: bool
    authority_set: bool
    """Whether a deciding authority is set for this business type (deck 3)."""


@dataclass(frozen=True, slots=True)
class Training:
    """Clinical nursing training (临床护理培训) as declared."""

    institution_name: str
    began_on: date
    ended_on: date
    passed: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """What the applicant declares; ``None`` is not filled in yet."""

    full_capacity: bool | None = None
    health_standard: bool | None = None
    health_checked_on: date | None = None
    training: Training | None = None
    filled: frozenset[str] = frozenset()
    """Names of the information fields that are filled in."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the conditions look at.

    ``applied_on`` is the date of the first submission: periods within which one has to apply are
    kept by applying, however long the decision takes. ``institution`` is ``None`` while none is
    chosen.
    """

    today: date
    applied_on: date
    qualifications: tuple[Qualification, ...] = ()
    registration: HeldRegistration | None = None
    open_applications: tuple[OpenApplication, ...] = ()
    institution: ChosenInstitution | None = None
    declared: Declared = field(default_factory=Declared)
    account_revoked: bool = False

    @property
    def passed_on(self) -> date | None:
        """When the person last passed the exam, by a qualification in force."""
        return max((q.passed_on for q in self.qualifications if q.in_force), default=None)

    @property
    def status(self) -> Status:
        return registration_status(self.registration, self.today)

    def words(self, language: Language) -> dict[str, str]:
        """What the texts of the conditions may quote."""
        separator = ", " if language == "en" else "、"
        return {"open_numbers": separator.join(o.number for o in self.open_applications)}


def registration_status(registration: HeldRegistration | None, today: date) -> Status:
    """The status an official would name. The system never cancels by itself (deck 5.4): an
    expired registration is still on the register."""
    if registration is None:
        return "never_registered"
    if registration.status != "registered":
        return "cancelled"
    if registration.valid_until is not None and registration.valid_until < today:
        return "expired"
    return "registered"
