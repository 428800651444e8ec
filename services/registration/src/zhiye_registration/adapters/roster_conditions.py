"""What a roster is narrowed to, as conditions: by list, by what stands on a line, by a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
    true,
)

from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.adapters.projection_tables import account
from zhiye_registration.adapters.record_tables import practice_interruption
from zhiye_registration.adapters.tables import registration
from zhiye_registration.domain.physician_grounds import OFF_POST_YEARS
from zhiye_registration.domain.roster import (
    TO_CONFIRM,
    Filters,
    ListName,
    PlaceName,
    Profession,
    Retirement,
    born_until,
    last_due,
)

_r, _f = registration.c, practice_filing.c
IN_FORCE: ColumnElement[bool] = literal_column("practice_filing.status = 'in_force'")
"""A literal, for the partial index of filings that nobody ended."""
_TWO_YEARS_ON = _r.filed_on + literal_column(f"interval '{OFF_POST_YEARS} years'")


@dataclass(frozen=True, slots=True)
class Side:
    """Where people of a roster are found: registrations whose main institution it is, or filings
    of those who practise there besides, each with the registration that it belongs to."""

    place: PlaceName
    rows: FromClause
    id: ColumnElement[str]
    institution_id: ColumnElement[str]
    department: ColumnElement[str]
    scopes: ColumnElement[Any]


MAIN = Side("main", registration, _r.id, _r.institution_id, _r.department, _r.scopes)
FILED = Side(
    "filed",
    practice_filing.join(registration, _r.id == _f.registration_id),
    _f.id,
    _f.institution_id,
    _f.department,
    _f.scopes,
)


def sides_of(list_name: ListName) -> tuple[Side, ...]:
    """Where the people of a list are found, in the profession that has it."""
    if list_name == "filed":
        return (FILED,)
    return (MAIN, FILED) if list_name == "both" else (MAIN,)


def sides(filters: Filters) -> tuple[Side, ...]:
    """The same; ``all`` is everybody, and only physicians are filed elsewhere."""
    if filters.list_name == "all" and filters.profession == "physician":
        return (MAIN, FILED)
    return sides_of(filters.list_name)


def at(
    side: Side, institution_id: str, profession: Profession, today: date
) -> tuple[ColumnElement[bool], ...]:
    """Those of one institution. The profession is a literal: by a parameter PostgreSQL would not
    find the indexes that each of them has."""
    own = (
        side.institution_id == institution_id,
        _r.profession == literal_column(f"'{profession}'"),
    )
    return own if side.place == "main" else (*own, IN_FORCE, _f.until_on >= today)


def listed(filters: Filters, today: date, side: Side = MAIN) -> list[ColumnElement[bool]]:
    """The list and the mark that are asked for, by status and last day alone."""
    registered = _r.status == "registered"
    due = _r.valid_until.between(today, last_due(today))
    expired = _r.valid_until < today
    wanted: list[ColumnElement[bool]] = []
    match filters.list_name:
        case _ if side.place == "filed":
            pass
        case "registered" | "both":
            wanted.append(registered)
        case "due":
            wanted += (registered, due)
        case "expired":
            wanted += (registered, expired)
        case "due_or_expired":
            wanted += (registered, _r.valid_until <= last_due(today))
        case "cancelled":
            wanted.append(_r.status == "cancelled")
        case "off_post":
            wanted.append(_r.status == "filed")
        case "moving_out":
            wanted.append(_r.status == "moving_out")
    if filters.mark is not None:
        wanted += (registered, due if filters.mark == "blue" else expired)
    return wanted or [true()]


def narrowed(
    filters: Filters, today: date, retirement: Retirement, side: Side = MAIN
) -> list[ColumnElement[bool]]:
    """Everything that is asked for."""
    wanted = listed(filters, today, side)
    for column, value in (
        (side.department, filters.department),
        (_r.work_category, filters.work_category),
        (_r.title, filters.title),
        (_r.education, filters.education),
        (_r.gender, filters.gender),
        (_r.level, filters.level),
        (_r.category, filters.category),
        (_r.last_change, filters.business_type),
        (_r.person_key, filters.person_key),
    ):
        if value is not None:
            wanted.append(column == value)
    if filters.scope is not None:
        wanted.append(side.scopes.contains([filters.scope]))
    if filters.age_from is not None:
        wanted.append(_r.birth_date <= born_until(today, filters.age_from))
    if filters.age_to is not None:
        wanted.append(_r.birth_date > born_until(today, filters.age_to + 1))
    if filters.valid_from is not None:
        wanted.append(_r.valid_until >= filters.valid_from)
    if filters.valid_to is not None:
        wanted.append(_r.valid_until <= filters.valid_to)
    if filters.two_years_off_post is not None:
        # As ``off_post_over`` counts it; who is not off post has no such day.
        over = func.coalesce(today >= _TWO_YEARS_ON, False)
        wanted.append(over if filters.two_years_off_post else ~over)
    if filters.employment == TO_CONFIRM:
        wanted += _to_confirm(today, retirement)
    elif filters.employment is not None:
        wanted.append(_r.employment == filters.employment)
    if filters.account is not None:
        wanted.append(_account_is(filters.account))
    if filters.interrupted is not None:
        since = going_on(registration).scalar_subquery()
        wanted.append(since.is_not(None) if filters.interrupted else since.is_(None))
    return [*wanted, *_found(filters)]


def newest_account(of: FromClause) -> Select[tuple[str]]:
    return (
        select(account.c.status)
        .where(account.c.person_key == of.c.person_key, account.c.status != "revoked")
        .order_by(account.c.id.desc())
        .limit(1)
        .correlate(of)
    )


def going_on(of: FromClause) -> Select[tuple[date]]:
    going_on = practice_interruption.c
    return (
        select(going_on.began_on)
        .where(going_on.registration_id == of.c.id, going_on.ended_on.is_(None))
        .correlate(of)
    )


def _to_confirm(today: date, retirement: Retirement) -> tuple[ColumnElement[bool], ...]:
    women = born_until(today, retirement.women)
    men = born_until(today, retirement.men)
    confirmed = _r.employment_confirmed_on
    return (
        _r.status == "registered",
        _r.birth_date <= max(women, men),  # for the index; then each by their own age
        or_(
            and_(_r.gender == "2", _r.birth_date <= women),
            and_(_r.gender != "2", _r.birth_date <= men),
        ),
        or_(confirmed.is_(None), confirmed <= retirement.confirmed_after(today)),
    )


def _account_is(wanted: str) -> ColumnElement[bool]:
    status = newest_account(registration).scalar_subquery()
    if wanted == "none":
        return status.is_(None)
    return status == "active" if wanted == "active" else status != "active"


def _found(filters: Filters) -> tuple[ColumnElement[bool], ...]:
    term = filters.term
    if term is None:
        return ()
    match term.kind:
        case "name":
            return (_r.name.contains(term.value, autoescape=True),)
        case "pinyin":
            return (
                or_(
                    _r.name_pinyin.startswith(term.value, autoescape=True),
                    _r.name_initials.startswith(term.value, autoescape=True),
                ),
            )
        case "certificate":
            return (_r.certificate_key == term.value,)
