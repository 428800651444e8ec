"""What staff read: the accounts they manage, the log of acts, who acted for whom (Q54).

An organisation is looked for by its own indexed column each time, and several ways to be in scope
are a union: an OR of them would read the whole nation's rows for a county.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, or_, select, text, union_all

from zhiye_accounts.adapters.tables import account, delegation, organisation, session, staff_act
from zhiye_accounts.application.staff_access import main_account, organisation_of, own_account
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix

Rows = Sequence[RowMapping]


async def list_staff_accounts(
    tx: Transaction, by: Principal, organisation_id: str | None, after: str | None, limit: int
) -> Rows:
    """In the order they were made: an institution's to its main account, those of the region's
    institutions and its own to an authority, all to the operator."""
    me = await (main_account if by.role == "institution" else own_account)(tx, by)
    # As the index says it, for any plan:
    first = select(account.c.id).where(text("account.role <> 'practitioner'"))
    first = first.order_by(account.c.id).limit(limit)
    if organisation_id is not None:
        of_it = (account.c.institution_id, account.c.authority_id)
        first = first.where(or_(*(column == organisation_id for column in of_it)))
    if after is not None:
        first = first.where(account.c.id > after)
    if by.role != "operator":
        scopes = [_of(organisation_of(me), by)]
        if by.role == "authority":
            scopes.append(account.c.institution_id.in_(_institutions_under(by)))
        first = _any_of(first, scopes)
    belongs_to = func.coalesce(account.c.institution_id, account.c.authority_id)
    statement = (
        select(account, organisation.c.name.label("organisation_name"))
        .outerjoin(organisation, organisation.c.id == belongs_to)
        .where(account.c.id.in_(first))
        .order_by(account.c.id)
        .limit(limit)
    )
    return await _rows(tx, statement)


async def list_acts(tx: Transaction, by: Principal, before: int | None, limit: int) -> Rows:
    """The newest first: what the own organisation did, or what was done for or to it; to an
    authority also what concerns institutions in its region; all to the operator."""
    own = organisation_of(await own_account(tx, by))
    newest = select(staff_act.c.id).order_by(staff_act.c.id.desc()).limit(limit)
    if before is not None:
        newest = newest.where(staff_act.c.id < before)
    if by.role != "operator":
        sides = (staff_act.c.organisation_id, staff_act.c.for_organisation_id)
        scopes: list[ColumnElement[bool]] = [side == own for side in sides]
        if by.role == "authority":
            scopes += [side.in_(_institutions_under(by)) for side in sides]
        newest = _any_of(newest, scopes)
    at, whom = organisation.alias("at"), organisation.alias("whom")
    statement = (
        select(
            staff_act,
            at.c.name.label("organisation_name"),
            whom.c.name.label("for_organisation_name"),
            account.c.role,
            account.c.name,
            account.c.staff_name,
            account.c.main_account_id,
        )
        .outerjoin(at, at.c.id == staff_act.c.organisation_id)
        .outerjoin(whom, whom.c.id == staff_act.c.for_organisation_id)
        .outerjoin(account, account.c.id == staff_act.c.account_id)
        .where(staff_act.c.id.in_(newest))
        .order_by(staff_act.c.id.desc())
        .limit(limit)
    )
    return await _rows(tx, statement)


async def list_delegations(tx: Transaction, by: Principal, before: str | None, limit: int) -> Rows:
    """The newest first: those the own organisation asked for, and those it is the principal of."""
    own = organisation_of(await own_account(tx, by))
    asked = delegation.c.delegate_account_id.in_(select(account.c.id).where(_of(own, by)))
    statement = (
        select(
            delegation,
            session.c.ended_at,
            organisation.c.name.label("institution_name"),
            account.c.role,
            account.c.name,
            account.c.staff_name,
            account.c.main_account_id,
        )
        .join(account, account.c.id == delegation.c.delegate_account_id)
        .outerjoin(session, session.c.id == delegation.c.session_id)
        .outerjoin(organisation, organisation.c.id == delegation.c.institution_id)
        .where(
            delegation.c.id.in_(
                union_all(
                    select(delegation.c.id).where(delegation.c.institution_id == own),
                    select(delegation.c.id).where(asked),
                )
            )
        )
    )
    if before is not None:
        statement = statement.where(delegation.c.id < before)
    return await _rows(tx, statement.order_by(delegation.c.id.desc()).limit(limit))


async def _rows(tx: Transaction, statement: Select[Any]) -> Rows:
    rows: Rows = (await tx.execute(statement)).mappings().all()
    return rows


def _any_of(page: Select[Any], scopes: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Ids of a page of each scope: the page of all is among them."""
    pages = (page.where(scope).subquery() for scope in scopes)
    return select(union_all(*(select(one.c.id) for one in pages)).subquery().c.id)


def _of(organisation_id: str | None, by: Principal) -> ColumnElement[bool]:
    """Whether an account is the caller's organisation's."""
    column = account.c.institution_id if by.role == "institution" else account.c.authority_id
    return column == organisation_id


def _institutions_under(by: Principal) -> Select[Any]:
    """Ids of the institutions in an authority's region, as ``divisions.is_within`` says."""
    below = organisation.alias("below")
    return select(below.c.id).where(
        text("below.kind = 'institution'"),
        below.c.region.startswith(prefix(by.region or "-"), autoescape=True),
    )
