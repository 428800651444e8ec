"""Bodies of the routes of batches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from zhiye_qualifications.domain.codes import Outcome


class BothLanguages(BaseModel):
    zh: str
    en: str


class RecordReasonOut(BaseModel):
    """A reason in both languages: a file of results is read by more than one person."""

    code: str = Field(examples=["id_number_check_digit"])
    field: str | None = Field(None, examples=["id_number"])
    reason: BothLanguages
    next_step: BothLanguages
    source: str | None = Field(None, examples=["GB 11643-1999"])


class ResultOut(BaseModel):
    """What became of one record."""

    line: int = Field(description="Line of the file, from 1; a CSV header is line 1", examples=[17])
    event_id: str | None = Field(
        None, description="Of the event, when it came over the bus", examples=["A-0017"]
    )
    outcome: Outcome = Field(examples=["rejected"])
    certificate_number: str | None = Field(None, description="Masked", examples=["2026*********01"])
    admission_number: str | None = Field(None, description="Masked", examples=["2026*********01"])
    reasons: list[RecordReasonOut] = Field(description="All of them; notes on accepted records too")


class CountsOut(BaseModel):
    """Records by outcome; they add up to ``received``."""

    received: int = Field(examples=[1000])
    recorded: int = Field(examples=[940])
    updated: int = Field(examples=[10])
    unchanged: int = Field(examples=[20])
    ignored_older: int = Field(examples=[0])
    rejected: int = Field(examples=[30])


class BatchOut(BaseModel):
    """A batch as it stands; while it is ``reading``, the counts grow. One that is ``distributing``
    was read to its end: ``kept`` grows until the registration service has what it brought."""

    id: str = Field(examples=["01JD0000000000000000BAT001"])
    state: Literal["reading", "distributing", "completed", "interrupted", "cancelled"] = Field(
        description="An interrupted batch is continued at ``continue_at``, or the file sent again",
        examples=["completed"],
    )
    format: Literal["ndjson", "csv", "xlsx", "cloudevents"] = Field(
        description="cloudevents: it came over the bus", examples=["ndjson"]
    )
    encoding: str | None = Field(
        None, description="Of a text file, as it was found: utf-8 or gb18030", examples=["utf-8"]
    )
    reference: str | None = Field(
        None, description="The sender's own name of a batch on the bus", examples=["2026-nurses-1"]
    )
    day: date | None = Field(
        None, description="Of a batch that counts what came over the bus without one"
    )
    lines: int = Field(
        description="Lines read and processed so far; over the bus, records", examples=[1000]
    )
    continue_at: int | None = Field(
        None,
        description="First line to send to the continuation of an interrupted batch; a table has "
        "its header sent again",
        examples=[1001],
    )
    bytes_read: int = Field(description="Of the body that is or was read last", examples=[602112])
    bytes_expected: int | None = Field(
        None, description="Its Content-Length, if it had one", examples=[602112]
    )
    percent: int | None = Field(
        None, description="Of the reading; unknown without Content-Length", examples=[100]
    )
    counts: CountsOut
    kept: int = Field(
        description="Of recorded and updated, those that the registration service has",
        examples=[950],
    )
    started_at: datetime
    completed_at: datetime | None = None
    results_url: str = Field(examples=["/api/v1/qualification-batches/01JD…/results"])
    rejects_url: str = Field(examples=["/api/v1/qualification-batches/01JD…/rejects"])


class BatchReportOut(BatchOut):
    rejects: list[ResultOut] = Field(description="The first 100; the rest is at ``rejects_url``")


class CancellationOut(BatchOut):
    note: str = Field(
        description="What became of the records so far",
        examples=["批次已取消：已接收的 940 条记录保留，其余内容没有读取。"],
    )
