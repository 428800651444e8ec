"""Decide whether a name with a rare character and the recorded one are one person's (Q4, Q28)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, insert, or_, select

from zhiye_accounts.adapters import records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, name_confirmation, qualification, registration
from zhiye_accounts.application.check_identity import recheck
from zhiye_accounts.application.desk_people import Named, Person, find_person, officer, unknown
from zhiye_accounts.application.staff_acts import record_act
from zhiye_accounts.application.telling import tell
from zhiye_accounts.domain.desk import (
    employed_at,
    in_force_anywhere,
    recorded_within,
)
from zhiye_accounts.domain.identity import NameDecisions, Outcome, compare_names, recorded_names
from zhiye_accounts.domain.policy import NAME_DECISIONS
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.divisions import prefix


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account whose name awaits a decision, and the recorded names it is compared with."""

    account: Row
    recorded_names: Sequence[str]


async def list_name_confirmations(
    tx: Transaction, caller: Principal, *, limit: int, after: str = ""
) -> list[Waiting]:
    """At most ``limit`` accounts that await a decision of the caller, in the order of their ids:
    the own people of an institution, those recorded in the region of an authority."""
    a, r, q = account.c, registration.c, qualification.c
    if caller.role == "institution":
        mine: ColumnElement[bool] = exists().where(
            r.person_key == a.person_key,
            r.status == "registered",
            r.institution_id == caller.institution_id,
        )
    else:
        inside = prefix(caller.region or "-") + "%"
        mine = or_(
            exists().where(r.person_key == a.person_key, r.region.like(inside)),
            exists().where(q.person_key == a.person_key, q.province.like(inside)),
        )
    found = await tx.execute(
        select(account)
        .where(a.identity == "confirmation_needed", a.status != "revoked", a.id > after, mine)
        .order_by(a.id)
        .limit(limit)
    )
    rows = found.mappings().all()
    known = await records.of_people(tx, {row["person_key"] for row in rows})
    decided = await records.name_decisions(tx, [row["id"] for row in rows])
    return [
        Waiting(row, _undecided(row["name"], known[row["person_key"]], decided[row["id"]]))
        for row in rows
    ]


async def decide_name(
    tx: Transaction, kit: Kit, caller: Principal, named: Named, *, same_person: bool
) -> Waiting:
    """Decide, have the identity checked again and tell the person; the account as it then is, and
    the names that were decided on. An authority may overrule an institution's no.

    ``Refused``: 404 out of scope, 409 when there is nothing to decide (any more), 429.
    """
    organisation_name = await officer(tx, kit, caller, NAME_DECISIONS)
    person = await find_person(tx, named)
    if person is None or not _may_decide(caller, person, named):
        raise unknown()
    row, now = person.account, kit.clock.now()
    decided = (await records.name_decisions(tx, [row["id"]]))[row["id"]]
    recorded = (person.qualifications, person.registrations)
    names: list[str] = []
    if row["identity"] == Outcome.CONFIRMATION_NEEDED:
        names = _undecided(row["name"], recorded, decided)
    elif row["identity"] == Outcome.NAME_DIFFERS and caller.role == "authority":
        names = [n for n in recorded_names(*recorded) if decided.get((row["name"], n)) is False]
    if not names:
        raise refused(
            "name_nothing_to_decide",
            (
                "此人的姓名无需确认，或已有人作出决定。",
                "There is nothing to decide about this name, or it has been decided.",
            ),
            ("请刷新列表。", "Read the list again."),
            source="Q4, Q28",
            status=409,
            keep_effects=True,
        )
    decision = {
        "account_id": row["id"],
        "person_key": row["person_key"],
        "given_name": row["name"],
        "same_person": same_person,
        "decided_by": caller.account_id,
        "organisation_id": caller.institution_id or caller.authority_id,
        "decided_at": now,
    }
    await tx.execute(
        insert(name_confirmation),
        [{"id": new_id(), "recorded_name": name} | decision for name in names],
    )
    result = "confirmed" if same_person else "rejected"
    row = await recheck(tx, kit, row, f"name_{result}")
    words = {"organisation": organisation_name, "result": result}
    await tell(tx, kit, row, "name_decided", words)
    await record_act(
        tx,
        kit,
        caller,
        f"name_{result}",
        account_id=row["id"],
        person_key=row["person_key"],
    )
    return Waiting(row, names)


def _undecided(given: str, recorded: records.Records, decided: NameDecisions) -> list[str]:
    return [n for n in recorded_names(*recorded) if compare_names(given, n, decided) == "assisted"]


def _may_decide(caller: Principal, person: Person, named: Named) -> bool:
    if caller.role == "authority":
        return recorded_within(person.qualifications, person.registrations, caller.region)
    return employed_at(person.registrations, caller.institution_id) or (
        named.person_key is not None
        and caller.institution_id is not None
        and not in_force_anywhere(person.registrations)
    )
