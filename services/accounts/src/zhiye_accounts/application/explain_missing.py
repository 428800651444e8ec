"""Why somebody is not in the activation list of an institution (Q24, Q45), per ID number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from zhiye_accounts.adapters import activation_codes, attempts, records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, organisation
from zhiye_accounts.application.desk_people import desk_account, officer
from zhiye_accounts.application.staff_acts import Subject, record_acts
from zhiye_accounts.domain.desk import explain
from zhiye_accounts.domain.identity import recorded_names
from zhiye_accounts.domain.policy import EXPLAINED
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers import IdentifierError, mask_name, parse_id_number
from zhiye_contracts.reasons import Reason


@dataclass(frozen=True, slots=True)
class Explained:
    """``name`` is masked; ``recorded_at`` names the other institutions of registrations."""

    reasons: Sequence[Reason]
    name: str | None = None
    recorded_at: Sequence[str] = ()


async def explain_missing(
    tx: Transaction, kit: Kit, caller: Principal, id_numbers: Sequence[str]
) -> list[Explained]:
    """One answer for each ID number, in the order given. Limited by the number of ID numbers, and
    each that is one is recorded with who asked: it is no way to search for people."""
    await officer(tx, kit, caller)
    now, institution_id = kit.clock.now(), caller.institution_id or ""
    await attempts.enforce(
        tx,
        [(EXPLAINED, institution_id)],
        now,
        field="id_numbers",
        next_step=(
            f"每家机构每天最多查询{EXPLAINED.count}个身份证号：请减少数量，或稍后再试。",
            f"An institution may ask about {EXPLAINED.count} ID numbers a day: ask about fewer, "
            "or wait.",
        ),
        times=len(id_numbers),
    )
    await attempts.record(tx, EXPLAINED.kind, institution_id, now, times=len(id_numbers))
    read = [_read(kit, number) for number in id_numbers]
    keys = {key for key in read if isinstance(key, str)}
    answers = await _of_people(tx, institution_id, keys)
    subjects = [
        Subject(None, key, {"reasons": [reason.code for reason in answers[key].reasons]})
        for key in sorted(keys)
    ]
    await record_acts(tx, kit, caller, "explained", subjects)
    return [answers[one] if isinstance(one, str) else Explained([one]) for one in read]


def _read(kit: Kit, id_number: str) -> str | Reason:
    """The person of an ID number, or what is wrong with it."""
    try:
        return kit.person_key(parse_id_number(id_number, kit.clock.today()).value)
    except IdentifierError as error:
        return error.reason


async def _of_people(tx: Transaction, institution_id: str, keys: set[str]) -> dict[str, Explained]:
    known = await records.of_people(tx, keys)
    rows = await tx.execute(
        select(account).where(
            account.c.person_key == records.among(keys), account.c.status != "revoked"
        )
    )
    accounts: dict[str, Row] = {row["person_key"]: row for row in rows.mappings()}
    codes = await activation_codes.waiting(tx, [row["id"] for row in accounts.values()])
    names = await _names(
        tx,
        {r.institution_id for _, registrations in known.values() for r in registrations}
        | {institution_id},
    )
    own_name, other_names = names.get(institution_id, ("", ()))
    answers = {}
    for key, (held, registered) in known.items():
        row = accounts.get(key)
        at_desk = desk_account(row, codes.get(row["id"])) if row is not None else None
        elsewhere = [
            names.get(r.institution_id, ("", ()))[0]
            for r in registered
            if r.status == "registered" and r.institution_id != institution_id
        ]
        answers[key] = Explained(
            explain(institution_id, (own_name, *other_names), at_desk, held, registered, elsewhere),
            next((mask_name(name) for name in recorded_names(held, registered)), None),
            list(dict.fromkeys(name for name in elsewhere if name)),
        )
    return answers


async def _names(tx: Transaction, institution_ids: set[str]) -> dict[str, tuple[str, list[str]]]:
    """The standard and the other names of these institutions."""
    rows = await tx.execute(
        select(organisation.c.id, organisation.c.name, organisation.c.other_names).where(
            organisation.c.id == records.among(institution_ids)
        )
    )
    return {row.id: (row.name, row.other_names) for row in rows}
