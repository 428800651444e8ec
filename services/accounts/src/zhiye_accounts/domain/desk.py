"""The activation desk of an institution (账号激活): the state of each of its people, and why
somebody is not in its list (Q21, Q23, Q24, Q42, Q44, Q45, deck 4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from zhiye_accounts.domain import desk_reasons as told
from zhiye_accounts.domain.activation import Route, activation_for, code_institutions
from zhiye_accounts.domain.identity import Outcome, Qualification, Registration, province_first
from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers.errors import compact
from zhiye_contracts.reasons import Reason, Text

Status = Literal[
    "no_account", "not_verified", "awaiting_code", "code_issued", "by_approval", "active"
]

STATUSES: dict[str, Text] = {
    "no_account": Text("尚未注册账户", "no account"),
    "not_verified": Text("未通过验证", "not verified"),
    "awaiting_code": Text("等待激活账户", "awaits a code"),
    "code_issued": Text("已生成激活码", "code issued"),
    "by_approval": Text("审批通过后自动激活", "activated by an approval"),
    "active": Text("已激活", "active"),
}

CODE_LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"
"""None that is mistaken for another when it is read out or written down."""
CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """What the desk needs of an account."""

    status: str
    identity: Outcome
    contact_verified: bool
    code_of: str | None = None
    """The institution whose activation code waits to be used."""


def employed_at(registrations: Sequence[Registration], institution_id: str | None) -> bool:
    """Whether a registration in force is there: then the person is one of its own."""
    return any(
        r.status == "registered" and r.institution_id == institution_id for r in registrations
    )


def own_name(registrations: Sequence[Registration], institution_id: str) -> str | None:
    """The recorded name of one of an institution's own people."""
    names = (
        r.name
        for r in registrations
        if r.status == "registered" and r.institution_id == institution_id
    )
    return next(names, None)


def in_force_anywhere(registrations: Sequence[Registration]) -> bool:
    return any(r.status == "registered" for r in registrations)


def registered_within(registrations: Sequence[Registration], region: str | None) -> bool:
    """Whether an authority's region holds the registration in force or, without one, any."""
    of_account = [r for r in registrations if r.status == "registered"] or registrations
    return any(_within(r.region, region) for r in of_account)


def recorded_within(
    qualifications: Sequence[Qualification],
    registrations: Sequence[Registration],
    region: str | None,
) -> bool:
    """Whether anything recorded for a person comes from an authority's region."""
    return any(_within(r.region, region) for r in registrations) or any(
        _within(q.province, region) for q in qualifications
    )


def _within(code: str | None, region: str | None) -> bool:
    return code is not None and region is not None and divisions.is_within(code, region)


def code_obstacles(
    account: DeskAccount, registrations: Sequence[Registration], institution_id: str
) -> list[Reason]:
    """Everything that keeps an institution from issuing a code to one of its own people."""
    reasons = account_obstacles(account)
    if institution_id not in code_institutions(registrations):
        reasons.append(told.REGION_NOT_ONLINE)
    if account.code_of not in (None, institution_id):
        reasons.append(told.CODE_ISSUED_ELSEWHERE)
    return reasons


def account_obstacles(account: DeskAccount | None) -> list[Reason]:
    if account is None:
        return [told.NO_ACCOUNT]
    if account.status == "active":
        return [told.ALREADY_ACTIVE]
    reasons = []
    if account.identity != Outcome.MATCHED:
        reasons.append(told.IDENTITY[account.identity])
    if not account.contact_verified:
        reasons.append(told.CONTACT_NOT_VERIFIED)
    return reasons


def same_organisation_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: width, blanks, brackets and case do not count."""
    return compact(one) == compact(other) != ""


def explain(
    institution_id: str,
    names: Collection[str],
    account: DeskAccount | None,
    qualifications: Sequence[Qualification],
    registrations: Sequence[Registration],
    elsewhere: Sequence[str],
) -> list[Reason]:
    """Why a person is not in the list of an institution, which is known under ``names``, or where
    in the list they are; what concerns the account first, as the handbook has it (Q24, Q45).

    ``elsewhere`` names the other institutions that the person is registered at.
    """
    account_side = account_obstacles(account)
    place = [
        told.OTHER_NAME
        if any(same_organisation_name(name, own) for own in names)
        else told.OTHER_INSTITUTION
        for name in elsewhere
    ]
    at_home = institution_id in code_institutions(registrations)
    if at_home:
        place = []
    elif told.ALREADY_ACTIVE not in account_side:
        place += _other_route(qualifications, registrations)
    if at_home and not account_side and account is not None:
        if account.code_of is None:
            return [told.AWAITING_CODE]
        return [
            told.CODE_ISSUED if account.code_of == institution_id else told.CODE_ISSUED_ELSEWHERE
        ]
    return list({reason.code: reason for reason in [*account_side, *place]}.values())


def _other_route(
    qualifications: Sequence[Qualification], registrations: Sequence[Registration]
) -> list[Reason]:
    """How somebody becomes active whom no code makes so; nothing where a code does."""
    if code_institutions(registrations):
        return []
    if in_force_anywhere(registrations):
        return [told.REGION_NOT_ONLINE]
    if province_first(qualifications, registrations):
        return [told.IDENTITY[Outcome.PROVINCE_FIRST]]
    activation = activation_for(qualifications, registrations)
    if activation is None:
        return [told.QUALIFICATION_MISSING if registrations else told.NOTHING_ON_RECORD]
    if activation.route == Route.PRACTICE_CERTIFICATE:
        return [told.CANCELLED_NURSE]
    return [told.OUT_OF_FORCE if registrations else told.NEVER_REGISTERED]
