"""What the register tells: rows of the table as events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhiye_contracts.events import (
    QualificationRecorded,
    QualificationsRecorded,
    QualificationState,
    QualificationTable,
)

Row = Mapping[str, Any]

MOST = 500
"""Qualifications in one event: less than 200 kB."""

_STATE = tuple(QualificationState.model_fields)
_SOMETIMES = ("title", "former_person_key")
_ALWAYS = ("version", *(name for name in _STATE if name not in (*_SOMETIMES, "corrected")))


def _state(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _STATE if name in row}


def recorded(row: Row) -> QualificationRecorded:
    """A change of one qualification."""
    return QualificationRecorded(
        aggregate_id=row["id"],
        version=row["version"],
        occurred_at=row["changed_at"],
        **_state(row),
    )


def recorded_in_batch(
    batch_id: str, line: int, rows: Sequence[Row], now: datetime
) -> Iterator[QualificationsRecorded]:
    """What a batch brought, read up to a line, a few hundred an event."""
    for start in range(0, len(rows), MOST):
        some = rows[start : start + MOST]
        columns = {name: [row[name] for row in some] for name in _ALWAYS}
        columns |= {name: [row.get(name) for row in some] for name in _SOMETIMES}
        columns["aggregate_id"] = [row["id"] for row in some]
        columns["corrected"] = [row.get("corrected", ()) for row in some]
        yield QualificationsRecorded(
            aggregate_id=batch_id,
            version=line,
            occurred_at=now,
            qualifications=QualificationTable(**columns),
        )
