"""What the exam centre publishes: single records, counted in batches of its own naming, or by the
day. The delivery's transaction holds the records, their results and the answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import RowMapping, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.bus.consumer import Work
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.reasons import FIELD_MISSING, about
from zhiye_qualifications.adapters import exam_centre_events, register_store
from zhiye_qualifications.adapters.lines import Fields
from zhiye_qualifications.adapters.tables import batch
from zhiye_qualifications.application.batches import complete
from zhiye_qualifications.application.check_record import check_record
from zhiye_qualifications.application.record_chunk import Chunk, record_within
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.kit import Kit

LONGEST_REFERENCE = 100
MOST_RECORDS = 1_000_000_000

_Key = tuple[str, str | None]
"""Account and the sender's name of a batch; without a name the batch of the day."""


async def take_stated(kit: Kit, tx: Transaction, work: Sequence[Work]) -> None:
    """Record what was stated. A record that is not taken is answered with every reason."""
    await register_store.take_turn(tx)  # before the batches' rows, as everywhere
    today = kit.clock.today()
    stated: defaultdict[_Key, list[tuple[Work, Fields | Reason]]] = defaultdict(list)
    for one in work:
        reference, fields = _batch_and_fields(one)
        stated[_account(kit, one), reference].append((one, fields))
    rows = await _rows(kit, tx, stated, today)
    for key, row in rows.items():
        if row["state"] == "cancelled":
            for one, _ in stated[key]:
                tx.emit(exam_centre_events.refusal(kit.clock.now(), one, row, why.BATCH_CANCELLED))
            continue
        chunk = Chunk(row["lines"])
        for line, (one, fields) in enumerate(stated[key], row["lines"] + 1):
            chunk.event_ids[line] = one.envelope.id
            check_record(kit, chunk, line, fields, today)
        await record_within(kit, tx, row["id"], row["attempt"], chunk)
        tx.emit(*exam_centre_events.results(kit.clock.now(), row, chunk.results))
        await _complete_if_all(kit, tx, row["id"])


async def end_batches(kit: Kit, tx: Transaction, work: Sequence[Work]) -> None:
    """Know how many records there are to be; what came out of order still counts."""
    today = kit.clock.today()
    for one in work:
        reference = _reference(one)
        count = _data(one).get("count")
        faults = []
        if not isinstance(reference, str):
            faults.append(about(reference or FIELD_MISSING, "batch"))
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_RECORDS:
            faults.append(about(why.COUNT_INVALID, "count"))
        if faults or not isinstance(reference, str):
            tx.emit(exam_centre_events.refusal(kit.clock.now(), one, None, *faults))
            continue
        (row,) = (await _rows(kit, tx, [(_account(kit, one), reference)], today)).values()
        if row["state"] == "cancelled":
            tx.emit(exam_centre_events.refusal(kit.clock.now(), one, row, why.BATCH_CANCELLED))
            continue
        await tx.execute(update(batch).where(batch.c.id == row["id"]).values(expected=count))
        await _complete_if_all(kit, tx, row["id"])


def _account(kit: Kit, work: Work) -> str:
    source = str(work.envelope.attributes["source"])
    return kit.feed.exam_centre_accounts.get(source, source)


def _data(work: Work) -> Fields:
    data = work.envelope.data
    return data if isinstance(data, dict) else {}


def _reference(work: Work) -> str | Reason | None:
    """The sender's name of the batch: an extension attribute, or a field of the data."""
    told = work.envelope.attributes.get("batch", _data(work).get("batch"))
    if told is None:
        return None
    if isinstance(told, str) and told.isprintable() and 1 <= len(told) <= LONGEST_REFERENCE:
        return told
    return why.BATCH_NAME


def _batch_and_fields(work: Work) -> tuple[str | None, Fields | Reason]:
    reference = _reference(work)
    if isinstance(reference, Reason):
        return None, about(reference, "batch")
    return reference, {name: value for name, value in _data(work).items() if name != "batch"}


async def _rows(
    kit: Kit, tx: Transaction, keys: Iterable[_Key], today: date
) -> dict[_Key, RowMapping]:
    """The batches of these keys, begun if they are new, and held by this transaction; in one
    order, so that two deliveries cannot deadlock."""
    now = kit.clock.now()
    wanted = sorted(set(keys), key=str)
    values = [
        {
            "id": new_id(),
            "account_id": account,
            "format": "cloudevents",
            "reference": reference,
            "day": today if reference is None else None,
            "state": "reading",
            "started_at": now,
            "progressed_at": now,
        }
        for account, reference in wanted
    ]
    await tx.execute(insert(batch).values(values).on_conflict_do_nothing())
    mine = [
        (batch.c.account_id == account)
        & (batch.c.day == today if reference is None else batch.c.reference == reference)
        for account, reference in wanted
    ]
    found = await tx.execute(select(batch).where(or_(*mine)).order_by(batch.c.id).with_for_update())
    return {(row["account_id"], row["reference"]): row for row in found.mappings()}


async def _complete_if_all(kit: Kit, tx: Transaction, batch_id: str) -> None:
    found = await tx.execute(select(batch).where(batch.c.id == batch_id))
    row = found.mappings().one()
    if row["expected"] is not None and row["received"] >= row["expected"]:
        await complete(kit, tx, batch_id, row["attempt"])
