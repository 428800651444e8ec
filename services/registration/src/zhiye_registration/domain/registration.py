"""A practice registration (执业注册): number, validity and status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zhiye_contracts.identifiers import nurse_practice_certificate
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.domain.periods import last_day

VALID_YEARS = 5
"""Nurses Regulation art. 8."""
LAST_SERIAL = 999_999


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration as it stands at ``version``. The certificate number is sealed, and found
    and kept unique by its blind index ``certificate_key``.

    ``details`` is what else the deck's screen has (2.1): ``school``, ``major``, ``degree``,
    ``study_length``, ``graduated_on``, ``study_experience``, ``work_experience``, ``position``,
    ``work_began_on``, ``nationality``, ``ethnic_group``, ``health``; those that are known.
    ``last_change`` is the last business done (业务类型), ``employment`` as last confirmed (Q51).
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
    valid_until: date
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
    employment: str | None = None
    employment_confirmed_on: date | None = None


def valid_until(registered_on: date) -> date:
    """The last day of five years from the registration (Nurses Regulation art. 8)."""
    return last_day(registered_on, 12 * VALID_YEARS)


def certificate_number(year: int, region: str, serial: int) -> str:
    """护士执业证书编号: year 4, province 2, serial 6.

    Raises ``Refused`` (409): ``certificate_numbers_used_up``.
    """
    if serial > LAST_SERIAL:
        raise Refused(
            Reason(
                "certificate_numbers_used_up",
                Text("本省本年度的证书编号已用完。", "The province has no number left this year."),
                Text("请联系系统运行管理方。", "Ask the operator of the system."),
            ),
            status=409,
        )
    return nurse_practice_certificate(year, region, serial)
