"""The register of qualifications in PostgreSQL: reading and writing it a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import text

from zhiye_chassis.database import Transaction
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.domain.register import Candidate, Stored

# A table that grows by the million is ahead of its statistics, and the planner would read the
# whole of it for every chunk; what is asked of it here is always found by an index.
_TAKE_TURN = text(
    "SELECT pg_advisory_xact_lock(7245302), set_config('enable_seqscan', 'off', true)"
)

_COMPARED = (
    "id, certificate_key, profession, person_key, category, exam_year,"
    " record_version, version, fingerprint"
)
_STORED = text(
    f"SELECT {_COMPARED} FROM qualification WHERE certificate_key = ANY(:certificates)"  # noqa: S608
    f" UNION SELECT {_COMPARED} FROM qualification WHERE person_key = ANY(:people)"
)

_values = itemgetter(*(column.name for column in qualification.columns))
_ALL = ", ".join(column.name for column in qualification.columns)
_NEWER = ", ".join(f"{c.name} = given.{c.name}" for c in qualification.columns if c.name != "id")

_KEEP_OLD = text(
    f"INSERT INTO qualification_history ({_ALL})"  # noqa: S608 - names from the table
    f" SELECT {_ALL} FROM qualification WHERE id = ANY(:ids)"
)
# The rows travel as one JSON text, which PostgreSQL reads by the columns' own types.
_REPLACE = text(
    f"UPDATE qualification SET {_NEWER}"  # noqa: S608
    " FROM json_populate_recordset(CAST(NULL AS qualification), CAST(:rows AS json)) AS given"
    " WHERE qualification.id = given.id"
)
_RESULTS = text(
    "INSERT INTO batch_result (batch_id, line, event_id, outcome, certificate, admission, reasons)"
    " SELECT :batch, line, event_id, outcome, certificate, admission, reasons"
    " FROM json_populate_recordset(CAST(NULL AS batch_result), CAST(:rows AS json))"
)
_PROGRESS = text(
    "UPDATE batch SET state = 'reading', lines = :lines, received = received + :received,"
    " recorded = recorded + :recorded, updated = updated + :updated,"
    " unchanged = unchanged + :unchanged, ignored_older = ignored_older + :ignored_older,"
    " rejected = rejected + :rejected, progressed_at = :now"
    " WHERE id = :id AND attempt = :attempt"
)


class Superseded(Exception):  # noqa: N818
    """The batch was cancelled, or is continued elsewhere: this reader may not write any more."""


async def take_turn(tx: Transaction) -> None:
    """Wait until no other transaction writes the register, and keep others waiting until this one
    ends.

    A chunk touches many certificates and many people, in two unique orders: row locks alone would
    let overlapping batches deadlock. The turn is only as long as the SQL of one chunk; reading
    and checking the records goes on beside it. It is a statement of its own because the next
    one's snapshot must be taken after the wait.
    """
    await tx.execute(_TAKE_TURN)


async def load(tx: Transaction, candidates: Iterable[Candidate]) -> list[Stored]:
    """Everything on record under the certificates of these candidates, or for their people."""
    keys = [(c.certificate_key, c.person_key) for c in candidates]
    rows = await tx.execute(
        _STORED, {"certificates": [c for c, _ in keys], "people": [p for _, p in keys]}
    )
    return [
        Stored(
            row.id,
            row.certificate_key,
            row.profession,
            row.person_key,
            row.category,
            row.exam_year,
            row.record_version,
            row.version,
            bytes(row.fingerprint),
        )
        for row in rows
    ]


async def write(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Record new qualifications and newer versions; what they replace goes to the history.

    ``rows`` have the columns of the table.
    """
    newer = [row for row in rows if row["version"] > 1]
    if newer:
        await tx.execute(_KEEP_OLD, {"ids": [row["id"] for row in newer]})
        # Fingerprints are bytes, which JSON has not; PostgreSQL reads them as it writes them.
        told = [row | {"fingerprint": "\\x" + row["fingerprint"].hex()} for row in newer]
        await tx.execute(_REPLACE, {"rows": orjson.dumps(told).decode()})
    # After them: a certificate that is new may take the year that another one has just given up.
    if new := [row for row in rows if row["version"] == 1]:
        await tx.copy(qualification, map(_values, new))


async def write_results(tx: Transaction, batch: str, results: Sequence[dict[str, Any]]) -> None:
    """``results`` have line, event id, outcome, certificate, admission (masked) and reasons."""
    if results:
        await tx.execute(_RESULTS, {"batch": batch, "rows": orjson.dumps(results).decode()})


async def progress(
    tx: Transaction,
    batch: str,
    attempt: int,
    lines: int,
    counts: Mapping[str, int],
    now: datetime,
) -> None:
    """Add the counts of a chunk to its batch; ``lines`` is how far the file was read.

    ``Superseded`` when the batch has gone on to another attempt: the transaction must end there.
    """
    told = {"id": batch, "attempt": attempt, "lines": lines, "now": now, **counts}
    if not (await tx.execute(_PROGRESS, told)).rowcount:
        raise Superseded
