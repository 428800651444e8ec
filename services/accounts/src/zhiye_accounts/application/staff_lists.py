"""What staff read: the accounts they manage, the log of acts, who acted for whom (Q54)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    RowMapping,
    Select,
    and_,
    false,
    func,
    or_,
    select,
    text,
)

from zhiye_accounts.adapters.tables import account, delegation, organisation, session, staff_act
from zhiye_accounts.application.staff_access import main_account, organisation_of, own_account
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal

Rows = Sequence[RowMapping]

_belongs_to = func.coalesce(account.c.institution_id, account.c.authority_id)


async def list_staff_accounts(
    tx: Transaction, by: Principal, organisation_id: str | None, after: str | None, limit: int
) -> Rows:
    """In the order they were made: of the own organisation; for an authority also those of the
    institutions in its region; all for the operator. Main accounts only may ask."""
    me = await main_account(tx, by)
    at = organisation.alias("at")
    statement = (
        select(account, at.c.name.label("organisation_name"))
        .outerjoin(at, at.c.id == _belongs_to)
        .where(text("account.role <> 'practitioner'"))  # as the index says, for any plan
    )
    if by.role != "operator":
        statement = statement.where(or_(_belongs_to == organisation_of(me), _under(at, by)))
    if organisation_id is not None:
        statement = statement.where(
            or_(
                account.c.institution_id == organisation_id,
                account.c.authority_id == organisation_id,
            )
        )
    if after is not None:
        statement = statement.where(account.c.id > after)
    return await _rows(tx, statement.order_by(account.c.id).limit(limit))


async def list_acts(tx: Transaction, by: Principal, before: int | None, limit: int) -> Rows:
    """The newest first: what the own organisation did, or what was done for or to it; for an
    authority also what concerns institutions in its region; all for the operator."""
    me = await own_account(tx, by)
    own = organisation_of(me)
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
    )
    if by.role != "operator":
        statement = statement.where(
            or_(
                staff_act.c.organisation_id == own,
                staff_act.c.for_organisation_id == own,
                _under(at, by),
                _under(whom, by),
            )
        )
    if before is not None:
        statement = statement.where(staff_act.c.id < before)
    return await _rows(tx, statement.order_by(staff_act.c.id.desc()).limit(limit))


async def list_delegations(tx: Transaction, by: Principal, before: str | None, limit: int) -> Rows:
    """The newest first: those the own organisation asked for, and those it is the principal of."""
    own = organisation_of(await own_account(tx, by))
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
        .where(or_(delegation.c.institution_id == own, _belongs_to == own))
    )
    if before is not None:
        statement = statement.where(delegation.c.id < before)
    return await _rows(tx, statement.order_by(delegation.c.id.desc()).limit(limit))


async def _rows(tx: Transaction, statement: Select[Any]) -> Rows:
    rows: Rows = (await tx.execute(statement)).mappings().all()
    return rows


def _under(at: FromClause, by: Principal) -> ColumnElement[bool]:
    """Whether it is an institution in an authority's region, as ``divisions.is_within`` says."""
    if by.role != "authority" or by.region is None:
        return false()
    region = by.region
    while region.endswith("00"):
        region = region[:-2]
    return and_(at.c.kind == "institution", at.c.region.startswith(region, autoescape=True))
