"""A practice registration (执业注册): number, validity and status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zhiye_contracts.identifiers import nurse_practice_certificate, physician_practice_certificate
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.domain.periods import last_day

VALID_YEARS = 5
"""Nurses Regulation art. 8."""
LAST_SERIAL = 999_999
PHYSICIAN, ASSISTANT = "1", "2"
"""Levels (医师级别), as in ``PHYSICIAN_LEVELS``."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration as it stands at ``version``. The certificate number is sealed, and found
    and kept unique by its blind index ``certificate_key``.

    ``details`` is what else the deck's screen has (2.1): ``school``, ``major``, ``degree``,
    ``study_length``, ``graduated_on``, ``study_experience``, ``work_experience``, ``position``,
    ``work_began_on``, ``nationality``, ``ethnic_group``, ``health``; those that are known.
    ``last_change`` is the last business done (业务类型), ``employment`` as last confirmed (Q51).

    A physician has one for each location of practice (执业地点) with its one main institution, all
    under one number, and none of them ends by itself: ``valid_until`` is ``None``. ``scopes`` are
    sorted; ``filed_on`` is since when the physician is, or when cancelled was, off post (离岗备案).
    """

    id: str
    version: int
    profession: str
    person_key: str
    sealed_id_number: str
    name: str
    gender: str
    birth_date: date
    certificate_key: str
    sealed_certificate_number: str
    status: str
    institution_id: str
    region: str
    authority_id: str | None
    authority_name: str | None
    registered_on: date
    valid_from: date
    valid_until: date | None
    department: str | None
    work_category: str | None
    business_completed: bool
    updated_at: datetime
    title: str | None = None
    education: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    name_pinyin: str = ""
    name_initials: str = ""
    last_change: str = "imported"
    cancelled_on: date | None = None
    cancellation_ground: str | None = None
    location: str = ""
    level: str | None = None
    category: str | None = None
    scopes: Sequence[str] = ()
    qualification_id: str | None = None
    filed_on: date | None = None
    filing_ground: str | None = None
    employment: str | None = None
    employment_confirmed_on: date | None = None


def location_of(level: str, region: str) -> str:
    """执业地点 of an institution's region: the province of a physician, two digits (Q7); the county
    of an assistant (执业助理医师), six digits (Q8)."""
    return region[:2] if level == PHYSICIAN else region


PRACTICE = ("level", "category", "scopes", "location")
"""What a physician's registration says that a nurse's does not."""


def practice_differences(before: Registration, after: Registration) -> dict[str, dict[str, Any]]:
    """Field → ``before`` and ``after``, of those of ``PRACTICE`` that changed."""
    sides = {name: (_plain(before, name), _plain(after, name)) for name in PRACTICE}
    return {name: {"before": old, "after": new} for name, (old, new) in sides.items() if old != new}


def _plain(one: Registration, name: str) -> Any:
    value = getattr(one, name)
    return sorted(value) if name == "scopes" else value


def valid_until(registered_on: date) -> date:
    """The last day of five years from the registration (Nurses Regulation art. 8)."""
    return last_day(registered_on, 12 * VALID_YEARS)


def certificate_number(year: int, region: str, serial: int) -> str:
    """护士执业证书编号: year 4, province 2, serial 6.

    Raises ``Refused`` (409): ``certificate_numbers_used_up``.
    """
    _check_serial(serial)
    return nurse_practice_certificate(year, region, serial)


def physician_number(level: str, category: str, region: str, serial: int) -> str:
    """医师执业证书编码, 15 digits: level 1, category 2, county 6, serial 6.

    Raises ``Refused`` (409): ``certificate_numbers_used_up``.
    """
    _check_serial(serial)
    return physician_practice_certificate(level, category, region, serial)


def _check_serial(serial: int) -> None:
    if serial > LAST_SERIAL:
        raise Refused(
            Reason(
                "certificate_numbers_used_up",
                Text("本地区的证书编号已用完。", "The region has no certificate number left."),
                Text("请联系系统运行管理方。", "Ask the operator of the system."),
            ),
            status=409,
        )
