"""What the register tells: rows of the table as events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhiye_contracts.events import (
    BatchedQualification,
    QualificationRecorded,
    QualificationsRecorded,
    QualificationState,
)

Row = Mapping[str, Any]

MOST = 500
"""Qualifications in one event: some 300 kB."""

_STATE = tuple(QualificationState.model_fields)


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
        told = [
            BatchedQualification(aggregate_id=row["id"], version=row["version"], **_state(row))
            for row in rows[start : start + MOST]
        ]
        yield QualificationsRecorded(
            aggregate_id=batch_id, version=line, occurred_at=now, qualifications=told
        )
