"""Bodies of the qualifications routes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.web import Schema
from zhiye_qualifications.domain.codes import Outcome

RECORD_EXAMPLE = {
    "certificate_number": "202611100000001",
    "name": "王芳",
    "gender": "2",
    "birth_date": "2002-03-05",
    "id_type": "01",
    "id_number": "110105200203050021",
    "profession": "nurse",
    "category": "nurse",
    "level": "nurse",
    "school": "北京护士学校",
    "education": "40",
    "major": "护理",
    "exam_year": 2026,
    "passed_on": "2026-06-15",
    "province": "110000",
    "admission_number": "202611000000001",
    "route": "exam",
    "version": 1,
}


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
        description="An interrupted batch is completed by sending the file again",
        examples=["completed"],
    )
    format: Literal["ndjson", "csv"] = Field(examples=["ndjson"])
    lines: int = Field(description="Lines read and processed so far", examples=[1000])
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


class LookupIn(Schema):
    """Exactly one of: certificate number; name and ID number; admission number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"certificate_number": "202611100000001"},
                {"name": "王芳", "id_number": "110105200203050021"},
                {"admission_number": "202611000000001"},
            ]
        }
    )

    certificate_number: Annotated[str, Field(max_length=60)] | None = None
    name: Annotated[str, Field(max_length=60)] | None = None
    id_number: Annotated[str, Field(max_length=40)] | None = None
    admission_number: Annotated[str, Field(max_length=60)] | None = None


class QualificationOut(BaseModel):
    """A qualification. Codes have their label in the reader's language beside them."""

    id: str = Field(examples=["01JD0000000000000000QUA001"])
    profession: str = Field(examples=["nurse"])
    profession_label: str = Field(examples=["护士"])
    name: str = Field(examples=["王芳"])
    name_match: Literal["exact", "assisted"] | None = Field(
        None, description="assisted: a pinyin stands for a character, confirm it is the same person"
    )
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    birth_date: date
    id_type: str = Field(examples=["01"])
    id_type_label: str = Field(examples=["居民身份证"])
    id_number: str = Field(description="Masked", examples=["110***********0021"])
    certificate_number: str = Field(
        description="Whole for its owner, else masked: it activates an account (Q29.4)",
        examples=["202611100000001"],
    )
    admission_number: str | None = Field(
        None, description="Whole for its owner, else masked", examples=["202611000000001"]
    )
    category: str = Field(examples=["nurse"])
    category_label: str = Field(examples=["护士"])
    level: str = Field(examples=["nurse"])
    level_label: str = Field(examples=["护士"])
    school: str = Field(examples=["北京护士学校"])
    education: str = Field(examples=["40"])
    education_label: str = Field(examples=["中等专科"])
    major: str = Field(examples=["护理"])
    exam_year: int = Field(examples=[2026])
    passed_on: date
    province: str = Field(examples=["110000"])
    province_label: str = Field(examples=["北京市"])
    route: str = Field(examples=["exam"])
    route_label: str = Field(examples=["考试"])
    in_force: bool
    version: int = Field(examples=[1])


class QualificationsOut(BaseModel):
    items: list[QualificationOut] = Field(description="The latest first")


class OwnQualificationsOut(QualificationsOut):
    missing: list[ReasonOut] = Field(
        description="When there is none: where to turn, by the route it was obtained (Q4, Q14)"
    )
