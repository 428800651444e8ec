"""Which staff account asks, and which organisations and accounts it may manage."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, organisation, session
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import TOKEN_INVALID, Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused

NOT_A_PERSON = account.c.role != "practitioner"


async def account_of(tx: Transaction, caller: Principal) -> tuple[Row, str | None]:
    """The account of a token, and the institution that its session acts for, if any. ``Refused``
    (401) when the account or the session was ended since, although the token has not expired."""
    row = await accounts.get(tx, caller.account_id, lock=False)
    used = (
        await tx.execute(
            select(session.c.ended_at, session.c.acting_for).where(
                session.c.id == caller.session_id
            )
        )
    ).first()
    if used is not None and used.ended_at is not None:
        raise Refused(TOKEN_INVALID, status=401)
    return row, used.acting_for if used is not None else None


async def own_account(tx: Transaction, caller: Principal) -> Row:
    """The account of a token, for what concerns the account itself. ``Refused``: as
    ``account_of``, or the session acts for another institution (403, Q54)."""
    row, acting_for = await account_of(tx, caller)
    if acting_for is not None:
        raise refused(
            "acting_for_another",
            (
                "您正在代其他机构办理，不能操作账户本身。",
                "You are acting for another institution: accounts cannot be managed meanwhile.",
            ),
            ("请使用您自己的登录凭证。", "Use the token of your own log-in."),
            source="Q54",
            status=403,
        )
    return row


async def main_account(tx: Transaction, caller: Principal) -> Row:
    """The own account, which must be a main one: clones manage no accounts (Q54)."""
    row = await own_account(tx, caller)
    if row["main_account_id"] is not None:
        raise refused(
            "main_account_only",
            (
                "克隆账户不能管理账户。",
                "A clone manages no accounts.",
            ),
            ("请由主账户办理。", "Ask the holder of the main account."),
            source="Q54",
            status=403,
        )
    return row


def organisation_of(row: Row | RowMapping) -> str | None:
    """Institution or authority of an account."""
    found: str | None = row["institution_id"] or row["authority_id"]
    return found


def is_over(caller: Principal, region: str | None) -> bool:
    """The operator, or an authority whose region contains this one."""
    if caller.role == "operator":
        return True
    return (
        caller.role == "authority"
        and region is not None
        and caller.region is not None
        and divisions.is_within(region, caller.region)
    )


async def find_organisation(
    tx: Transaction,
    organisation_id: str | None,
    kind: str,
    over: Principal | None = None,
    field: str = "organisation_id",
) -> Row:
    """An institution or authority; ``Refused`` (404) when there is none, or ``over`` is given and
    it is outside that caller's region."""
    statement = select(organisation).where(
        organisation.c.id == (organisation_id or ""), organisation.c.kind == kind
    )
    found: Row | None = (await tx.execute(statement)).mappings().first()
    if found is None or (over is not None and not is_over(over, found["region"])):
        raise refused(
            "organisation_unknown",
            (
                "没有找到该机构，或不在您的管辖区域内。",
                "There is no such organisation in your region.",
            ),
            ("请核对机构编号。", "Check the organisation's id."),
            field=field,
            status=404,
        )
    return found


async def managed_account(tx: Transaction, caller: Principal, account_id: str) -> Row:
    """A staff account that the caller may know of, locked: of the own organisation, or of an
    institution in an authority's region; the operator knows all. Else ``Refused`` (404)."""
    row = await accounts.find(tx, account.c.id == account_id, NOT_A_PERSON, lock=True)
    if row is None or not await _knows(tx, caller, row):
        raise refused(
            "staff_account_unknown",
            (
                "没有找到该账户，或不在您的管理范围内。",
                "There is no such account among those you manage.",
            ),
            ("请核对账户编号。", "Check the account's id."),
            status=404,
        )
    return row


async def _knows(tx: Transaction, caller: Principal, row: Row) -> bool:
    if caller.role == "operator":
        return True
    if caller.role == row["role"]:
        return organisation_of(row) == (caller.institution_id or caller.authority_id)
    if row["role"] != "institution":
        return False
    region: Any = select(organisation.c.region).where(organisation.c.id == row["institution_id"])
    return is_over(caller, await tx.connection.scalar(region))


def already_ended() -> Refused:
    return refused(
        "staff_account_ended",
        ("该账户已终止。", "This account has been ended."),
        ("需要账户的，请重新申领。", "If one is needed, have a new one issued."),
        source="Q54",
        status=409,
    )
