"""What is known about a person and an application when a rule is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from zhiye_contracts.reasons import Language, Text

Status = Literal["never_registered", "registered", "expired", "cancelled", "filed", "moving_out"]
"""注册状态: never registered (exam pool), in force, expired and not renewed (nurses), cancelled;
filed off post and moved to where registration is not electronic (physicians, Q5.5)."""

STATUSES: dict[Status, Text] = {
    "never_registered": Text("从未注册", "never registered"),
    "registered": Text("在册", "registered"),
    "expired": Text("在册，过期未延续注册", "registered, expired and not renewed"),
    "cancelled": Text("注销", "cancelled"),
    "filed": Text("备案", "filed off post"),
    "moving_out": Text("区内到区外变更", "moving to a region that is not online"),
}


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification of the profession asked about (考试合格证明), a physician's with its level
    and category."""

    passed_on: date
    in_force: bool = True
    id: str = ""
    level: str = ""
    category: str | None = None


@dataclass(frozen=True, slots=True)
class HeldRegistration:
    """The registration that is asked about, as it is recorded: of a nurse the newest, of a
    physician one of those of the several locations."""

    status: str
    valid_until: date | None
    id: str = ""
    institution_id: str | None = None
    institution_name: str | None = None
    certificate_key: str | None = None
    cancelled_on: date | None = None
    cancellation_ground: str | None = None
    region_online: bool = True
    """Whether registration is electronic where the person is registered (Q5.2, Q29.2)."""
    region: str = ""
    location: str = ""
    level: str | None = None
    category: str | None = None
    scopes: tuple[str, ...] = ()
    filed_on: date | None = None


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
    is_own: bool = False
    """Whether the person is registered there."""
    id: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Military:
    """Where a nurse of the army or the armed police comes from, as declared (deck 2.4, Q33)."""

    source: str | None = None
    certificate_key: str | None = None
    certificate_taken: bool = False
    """Whether somebody else is registered under the number."""
    valid_until: date | None = None
    origin: ChosenInstitution | None = None


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """When renewal can be applied for, both days included (Q32)."""

    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Training:
    """Training as declared: a nurse's clinical training (临床护理培训), a physician's (培训)."""

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
    secondment: bool | None = None
    ground: str | None = None
    """Of a cancellation, or why a certificate is to be issued again."""
    ground_explained: bool = False
    informed_on: date | None = None
    informed_by: str | None = None
    military: Military = field(default_factory=Military)
    qualification_id: str | None = None
    """Of a physician: by which to be registered (选择资格)."""
    scopes: tuple[str, ...] = ()
    department: str | None = None
    no_criminal_record: bool | None = None
    from_on: date | None = None
    until_on: date | None = None
    """Of a filing at a further institution, both days included."""
    left_on: date | None = None
    """Last day at work of who leaves (离岗), or last of a residency."""
    destination: str | None = None
    """Region or institution that is not online yet, to which somebody moves."""
    filled: frozenset[str] = frozenset()
    """Names of the information fields that are filled in."""


@dataclass(frozen=True, slots=True)
class HeldFiling:
    """A filing at a further institution (多执业机构备案) that is not over."""

    institution_id: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Practice:
    """What a physician's registration says: level, category, scopes (sorted), location."""

    level: str
    category: str
    scopes: tuple[str, ...]
    location: str


ScopeCaseState = Literal["open", "settled", "not_agreed"]


@dataclass(frozen=True, slots=True)
class PhysicianFacts:
    """What only the conditions of physicians look at.

    ``others`` are the registrations in force apart from the one asked about. ``chosen`` is the
    qualification to be registered by. ``wanted`` is what the registration would say afterwards;
    ``None`` while something is not known. ``scope_faults`` tells why the catalogue of the province
    does not have the scopes; ``scope_case`` how far two authorities are who settle it (Q49).
    """

    others: tuple[HeldRegistration, ...] = ()
    chosen: Qualification | None = None
    wanted: Practice | None = None
    scope_faults: tuple[Text, ...] | None = None
    most_scopes: int = 1
    scope_case: ScopeCaseState | None = None
    filings: tuple[HeldFiling, ...] = ()
    trainee_finished_on: date | None = None
    departments: tuple[str, ...] | None = None
    """In which one works by category and scopes (Q53)."""


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
    account_active: bool = True
    account_verified: bool = False
    """Name, ID number and a contact are verified; nobody has activated it yet."""
    account_identity: str | None = "matched"
    by_institution: bool = False
    """Whether an institution files it about one of its own people (deck 7.1)."""
    evidence: int = 0
    """Files that go with it."""
    renewal: RenewalWindow | None = None
    deciding: bool = False
    """Whether it is asked before an approval."""
    by_authority: bool = False
    """Whether the deciding authority itself opens it (依职权)."""
    barred_until: date | None = None
    """Before which day a penalty keeps the person from being registered."""
    suspended_until: date | None = None
    """The last day of a suspension that runs."""
    grounds_on_record: frozenset[str] = frozenset()
    """Grounds of a cancellation of which the penalties on record tell until when they bar, so that
    it need not be reckoned from the day of the cancellation."""
    physician: PhysicianFacts = field(default_factory=PhysicianFacts)

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
        held = self.registration
        words = {
            "open_numbers": separator.join(o.number for o in self.open_applications),
            "own_institution": (held and held.institution_name) or "—",
            "renewal_opens_on": "—",
            "renewal_closes_on": "—",
            "barred_until": self._barred_until(language),
            "suspended_until": str(self.suspended_until or "—"),
            "scope_faults": " ".join(t.read(language) for t in self.physician.scope_faults or ()),
            "most_scopes": str(self.physician.most_scopes),
            "other_institutions": _names(self.physician.others, separator),
            "institutions_there": _names(self._there(), separator),
        }
        if self.renewal is not None:
            words["renewal_opens_on"] = self.renewal.opens_on.isoformat()
            words["renewal_closes_on"] = self.renewal.closes_on.isoformat()
        return words

    def _there(self) -> list[HeldRegistration]:
        """The others in the location that is wanted."""
        wanted, others = self.physician.wanted, self.physician.others
        return [one for one in others if wanted is not None and one.location == wanted.location]

    def _barred_until(self, language: Language) -> str:
        if self.barred_until == date.max:
            return Text("另行解除", "it is lifted").read(language)
        return str(self.barred_until or "—")


def _names(held: Sequence[HeldRegistration], separator: str) -> str:
    return separator.join(one.institution_name or "—" for one in held) or "—"


def registration_status(registration: HeldRegistration | None, today: date) -> Status:
    """The status an official would name. The system never cancels by itself (deck 5.4): an
    expired registration is still on the register."""
    if registration is None:
        return "never_registered"
    if registration.status == "filed":
        return "filed"
    if registration.status == "moving_out":
        return "moving_out"
    if registration.status != "registered":
        return "cancelled"
    if registration.valid_until is not None and registration.valid_until < today:
        return "expired"
    return "registered"
