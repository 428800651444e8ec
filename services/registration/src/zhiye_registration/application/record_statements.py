"""Statements of other systems become records of physicians and nurses (Q58).

Who is stated need not be registered yet. The name must agree with what is on record under the ID
number, if anything is: nothing more is said of it, least of all the name itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts import purposes
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.reasons import (
    NAME_NOT_ON_RECORD,
    VERSION_NOT_RAISED,
    VERSION_OLDER,
    about,
)
from zhiye_registration.adapters import own_records
from zhiye_registration.adapters.names_on_record import agrees, names_on_record
from zhiye_registration.application.apply_promotions import apply_promotions
from zhiye_registration.application.open_trainee_duties import follow_residencies
from zhiye_registration.application.statements import Fields, Reading, Settled, Taken
from zhiye_registration.domain.record_feeds import Statement, read_statement
from zhiye_registration.kit import Kit

FINGERPRINT = "practitioner_record"
"""Purpose of the blind index by which a statement is known again."""


def read_for(kit: Kit, feed: str, fields: Fields) -> Reading[Statement]:
    """What a statement of this feed says, or every reason why it cannot be taken."""
    return Reading(*read_statement(feed, fields, kit.clock.today()))


async def record_statements(
    kit: Kit, feed: str, tx: Transaction, taken: Sequence[Taken[Statement]]
) -> list[Settled]:
    """Keep these statements of one feed; what became of each, in their order.

    A later version corrects an earlier one, whichever comes first; the same again changes nothing.
    """
    await own_records.take_turn(tx, feed)
    keys = [(one.system, one.says.record_id) for one in taken]
    present: dict[own_records.Key, Any] = dict(await own_records.load(tx, feed, keys))
    people = [
        _person(kit, one.says, present.get(key)) for key, one in zip(keys, taken, strict=True)
    ]
    names = await names_on_record(tx.connection, people)
    before = dict(present)
    settled, versions = [], []
    for key, person_key, one in zip(keys, people, taken, strict=True):
        row = _row(kit, feed, person_key, one, present.get(key))
        done = _settle(row, present.get(key), names.get(person_key, ()))
        settled.append(done)
        if done.outcome == "recorded":
            present[key] = row
            versions.append(row)
    if versions:
        await own_records.save(tx, versions)
        changed = sorted({(row["system"], row["source_id"]) for row in versions})
        await _follow(kit, tx, feed, [(before.get(key), present[key]) for key in changed])
    return settled


async def _follow(
    kit: Kit,
    tx: Transaction,
    feed: str,
    changed: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any]]],
) -> None:
    """What follows from records of a feed: each as it was, and as it is now."""
    if feed == "promotion":
        await apply_promotions(tx, kit, changed)
    if feed == "residency":
        people = {row["person_key"] for pair in changed for row in pair if row is not None}
        await follow_residencies(tx, kit, people)


def _person(kit: Kit, says: Statement, present: Mapping[str, Any] | None) -> str:
    """Whose record it is: who is stated, unless an authority has corrected that ID number since it
    was stated first."""
    stated = kit.person_key(says.id_number)
    known = present is not None and present["stated_key"] == stated
    return str(present["person_key"]) if present is not None and known else stated


def _settle(
    row: Mapping[str, Any], present: Mapping[str, Any] | None, names: Collection[str]
) -> Settled:
    if not agrees(row["name"], names):
        return _refused(NAME_NOT_ON_RECORD, "name")
    if present is None or row["version"] > present["version"]:
        return Settled("recorded")
    if row["version"] < present["version"]:
        return Settled("ignored_older", (about(VERSION_OLDER, "version"),))
    if row["fingerprint"] == present["fingerprint"]:
        return Settled("unchanged")
    return _refused(VERSION_NOT_RAISED, "version")


def _refused(why: Reason, field: str) -> Settled:
    return Settled("refused", (about(why, field),))


def _row(
    kit: Kit,
    feed: str,
    person_key: str,
    one: Taken[Statement],
    present: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The statement as it is kept: ID number and certificate number sealed."""
    says, cipher = one.says, kit.settings.cipher
    number, stated = says.certificate_number, kit.person_key(says.id_number)
    id_number = cipher.seal(says.id_number, purposes.ID_NUMBER)
    return {
        "id": present["id"] if present else new_id(),
        "feed": feed,
        "system": one.system,
        "source_id": says.record_id,
        "version": says.version,
        "person_key": person_key,
        "stated_key": stated,
        "sealed_id_number": present["sealed_id_number"]
        if present and stated != person_key
        else id_number,
        "name": says.name,
        "profession": says.profession,
        "happened_on": says.happened_on,
        "data": dict(says.data),
        "sealed_certificate_number": number and cipher.seal(number, purposes.CERTIFICATE_NUMBER),
        "fingerprint": _fingerprint(kit, stated, says),
        "received_at": kit.clock.now(),
    }


def _fingerprint(kit: Kit, person_key: str, says: Statement) -> str:
    stated = [
        *(person_key, says.name, says.profession, says.happened_on.isoformat()),
        *(says.certificate_number, says.data),
    ]
    written = orjson.dumps(stated, option=orjson.OPT_SORT_KEYS).decode()
    return kit.settings.blind_index.of(written, FINGERPRINT)
