"""An institution issues activation codes to its own people (生成激活码): Q5, Q23, Q29, Q44, deck 4.

Set by set, as a hospital has thousands of people: no statement is for one person.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, exists, select

from zhiye_accounts.adapters import activation_codes, records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account, activation_code, registration
from zhiye_accounts.application.codes import Channel
from zhiye_accounts.application.desk_people import desk_account, officer
from zhiye_accounts.application.staff_acts import Subject, record_acts
from zhiye_accounts.application.telling import masked_contact, message, verified_channels
from zhiye_accounts.domain.desk import CODE_LENGTH, CODE_LETTERS, code_obstacles, own_name
from zhiye_accounts.domain.desk_reasons import NOT_IN_LIST, NOT_SENT_AGAIN
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Reason

AT_ONCE = 2000
SEALED_CODE = "activation_code"
"""Purpose of the sealed code, which only this service reads."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of one account. ``code`` also when it was issued before; then ``reasons`` says
    that it is not sent again. Refused, ``reasons`` has all of them."""

    account_id: str
    result: Literal["issued", "already_issued", "refused"]
    reasons: Sequence[Reason] = ()
    name: str | None = None
    code: str | None = None
    issued_at: datetime | None = None
    channel: Channel | None = None
    sent_to: str | None = None
    """Masked."""


def code_hash(kit: Kit, code_id: str, code: str) -> str:
    return kit.blind_index.of(f"{code_id}{code}", "activation_code")


async def waiting_accounts(tx: Transaction, institution_id: str) -> tuple[list[str], bool]:
    """The accounts that await a code of this institution, and whether there are more than fit
    into one request."""
    r, a, c = registration.c, account.c, activation_code.c
    found = await tx.execute(
        select(a.id)
        .distinct()
        .select_from(registration.join(account, a.person_key == r.person_key))
        .where(
            r.institution_id == institution_id,
            r.status == "registered",
            r.region_online,
            a.status == "verified",
            ~exists().where(c.account_id == a.id, activation_codes.WAITING),
        )
        .order_by(a.id)
        .limit(AT_ONCE + 1)
    )
    ids = list(found.scalars())
    return ids[:AT_ONCE], len(ids) > AT_ONCE


async def issue_activation_codes(
    tx: Transaction, kit: Kit, caller: Principal, account_ids: Sequence[str]
) -> list[Issued]:
    """One code for each of these accounts that may have one, sent once; the result of each, in
    the order given."""
    institution_name = await officer(tx, kit, caller)
    institution_id = caller.institution_id or ""
    wanted = list(dict.fromkeys(account_ids))
    people = await _own_people(tx, institution_id, wanted)
    known = await records.of_people(tx, {row["person_key"] for row in people.values()})
    before = await activation_codes.waiting(tx, list(people))
    results = {id_: Issued(id_, "refused", [NOT_IN_LIST]) for id_ in wanted}
    entitled: list[tuple[Row, str]] = []
    for id_, row in people.items():
        registrations = known[row["person_key"]][1]
        if (name := own_name(registrations, institution_id)) is None:
            continue  # moved in this very moment
        at_desk = desk_account(row, before.get(id_))
        if reasons := code_obstacles(at_desk, registrations, institution_id):
            results[id_] = Issued(id_, "refused", reasons, name)
        else:
            entitled.append((row, name))
    new = [_new_code(kit, caller, row["id"]) for row, _ in entitled if row["id"] not in before]
    added = await activation_codes.add(tx, new)
    codes = await activation_codes.waiting(tx, [row["id"] for row, _ in entitled])
    for row, name in entitled:
        results[row["id"]] = _issued(
            tx, kit, row, codes[row["id"]], name, institution_name, send=row["id"] in added
        )
    subjects = [Subject(id_, people[id_]["person_key"]) for id_ in sorted(added)]
    await record_acts(tx, kit, caller, "activation_code_issued", subjects)
    return list(results.values())


def _issued(
    tx: Transaction, kit: Kit, row: Row, code: Row, name: str, institution: str, *, send: bool
) -> Issued:
    """The code to read out; a new one is sent to the verified phone, else the verified email."""
    plain = kit.cipher.open(code["sealed_code"], SEALED_CODE)
    if not send:
        at = code["issued_at"]
        return Issued(row["id"], "already_issued", [NOT_SENT_AGAIN], name, plain, at)
    channel = verified_channels(row)[0]
    words = {"institution": institution, "code": plain}
    tx.emit(message(kit, row, channel, "activation_code", words, message_id=code["id"]))
    sent_to = masked_contact(kit, row, channel)
    return Issued(row["id"], "issued", (), name, plain, code["issued_at"], channel, sent_to)


async def _own_people(
    tx: Transaction, institution_id: str, account_ids: Sequence[str]
) -> dict[str, Row]:
    """Those of these accounts that belong to the institution's own people, locked: who asks at
    the same moment waits, and then sees the codes."""
    r = registration.c
    rows = await tx.execute(
        select(account)
        .where(
            account.c.id == records.among(account_ids),
            account.c.status != "revoked",
            exists().where(
                and_(
                    r.person_key == account.c.person_key,
                    r.institution_id == institution_id,
                    r.status == "registered",
                )
            ),
        )
        .order_by(account.c.id)
        .with_for_update(key_share=True)
    )
    return {row["id"]: row for row in rows.mappings()}


def _new_code(kit: Kit, caller: Principal, account_id: str) -> dict[str, Any]:
    code_id = new_id()
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return {
        "id": code_id,
        "account_id": account_id,
        "institution_id": caller.institution_id,
        "sealed_code": kit.cipher.seal(code, SEALED_CODE),
        "code_hash": code_hash(kit, code_id, code),
        "issued_by": caller.account_id,
        "issued_at": kit.clock.now(),
    }
