"""Answers to the exam centre: ids, codes and reasons, nothing of what a record says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.bus.consumer import Work
from zhiye_chassis.ids import new_id
from zhiye_contracts.exam_centre import ExamCentreBatchResult, ExamCentreResult
from zhiye_contracts.reasons import Reason
from zhiye_contracts.statements.events import ResultReason

_TOLD = ("rejected", "ignored_older")


def results(
    now: datetime, batch: RowMapping, chunk: Iterable[Mapping[str, Any]]
) -> Iterator[ExamCentreResult]:
    """What the sender must know of a chunk's results."""
    for result in chunk:
        if result["outcome"] in _TOLD:
            yield ExamCentreResult(
                aggregate_id=batch["id"],
                version=result["line"],
                occurred_at=now,
                event_id=result["event_id"],
                batch=batch["reference"],
                line=result["line"],
                outcome=result["outcome"],
                reasons=result["reasons"],
            )


def refusal(
    now: datetime, work: Work, batch: RowMapping | None, *reasons: Reason
) -> ExamCentreResult:
    """An event that counts in no batch."""
    return ExamCentreResult(
        aggregate_id=batch["id"] if batch else new_id(),
        version=1,
        occurred_at=now,
        event_id=work.envelope.id,
        batch=batch["reference"] if batch else None,
        outcome="rejected",
        reasons=[ResultReason.of(reason) for reason in reasons],
    )


def batch_result(now: datetime, batch: RowMapping) -> ExamCentreBatchResult:
    counts = ("received", "recorded", "updated", "unchanged", "ignored_older", "rejected")
    return ExamCentreBatchResult(
        aggregate_id=batch["id"],
        version=1,
        occurred_at=now,
        batch=batch["reference"],
        day=batch["day"],
        **{name: batch[name] for name in counts},
    )
