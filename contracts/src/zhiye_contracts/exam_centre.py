"""What the exam centre and this system tell each other over the broker.

The centre publishes to an exchange of its own, ``exam-centre``, and fetches the answers from the
queue ``exam-centre.inbox``; it has no other right. What it states is checked like a line of a file:
anything at all may stand in the fields, and what is wrong is answered with every reason.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, JsonValue, WithJsonSchema

from zhiye_contracts.events.base import EXAMPLE_TIME, CloudEventData, Event, registered
from zhiye_contracts.statements.events import ResultReason, Stated, StatedNumber, StatedText

EXCHANGE: Final = "exam-centre"
INBOX: Final = "exam-centre.inbox"

EXAM_CENTRE: dict[str, type[CloudEventData]] = {}
"""Every type between the exam centre and the qualifications service."""

RECORD_EXAMPLE: Final[dict[str, JsonValue]] = {
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
"""One record as the exam centre sends it, over the broker or as a line of a file."""

_Batch = Annotated[Any, WithJsonSchema({"type": "string", "maxLength": 100})]


@registered(
    EXAM_CENTRE,
    "exam-centre.qualification-stated.v1",
    sender="exam-centre",
    example={"batch": "2026-nurses-1", **RECORD_EXAMPLE},
)
class QualificationStated(Stated):
    """A qualification as the exam centre has it: the fields of one record of a file."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": [
                "certificate_number",
                "name",
                "gender",
                "birth_date",
                "id_type",
                "id_number",
                "profession",
                "category",
                "level",
                "school",
                "education",
                "major",
                "exam_year",
                "passed_on",
                "province",
                "route",
                "version",
            ]
        }
    )

    batch: _Batch = Field(
        None,
        description="Records of one batch are counted together; without one, by the day. May also "
        "be an extension attribute of the CloudEvent",
    )
    certificate_number: StatedText = None
    name: StatedText = None
    gender: StatedText = None
    birth_date: StatedText = None
    id_type: StatedText = None
    id_number: StatedText = Field(None, description="18 characters, or 15 digits of before 1999")
    profession: StatedText = Field(None, description="nurse or physician")
    category: StatedText = None
    level: StatedText = None
    school: StatedText = None
    education: StatedText = None
    major: StatedText = None
    exam_year: StatedNumber = None
    passed_on: StatedText = None
    province: StatedText = None
    admission_number: StatedText = Field(None, description="Needed on the exam route")
    route: StatedText = Field(None, description="exam or recognition")
    version: StatedNumber = Field(None, description="Of the record, raised with each correction")


@registered(
    EXAM_CENTRE,
    "exam-centre.batch-ended.v1",
    sender="exam-centre",
    example={"batch": "2026-nurses-1", "count": 1000},
)
class BatchEnded(Stated):
    """All records of a batch were published; the batch is complete once as many have come."""

    model_config = ConfigDict(json_schema_extra={"required": ["batch", "count"]})

    batch: _Batch = None
    count: StatedNumber = Field(None, description="Records of the batch, at least 1")


@registered(
    EXAM_CENTRE,
    "exam-centre.result.v1",
    sender="qualifications",
    example={
        "aggregate_id": "01JD0000000000000000BAT001",
        "version": 17,
        "occurred_at": EXAMPLE_TIME,
        "event_id": "A-0017",
        "batch": "2026-nurses-1",
        "line": 17,
        "outcome": "rejected",
        "reasons": [
            {
                "code": "gender_differs",
                "field": "gender",
                "reason": {
                    "zh": "性别与身份证号第 17 位不符（单数为男，双数为女）。",
                    "en": "The gender does not agree with digit 17 of the ID number (odd: male, "
                    "even: female).",
                },
                "next_step": {
                    "zh": "请对照身份证核对性别和身份证号。",
                    "en": "Compare gender and ID number with the identity card.",
                },
                "source": "GB 11643-1999",
            }
        ],
    },
)
class ExamCentreResult(Event):
    """What became of an event of the exam centre that was not plainly recorded: rejected, or older
    than what is on record. Only ids and codes tell what it is about."""

    event_id: str = Field(description="Id of the CloudEvent it answers")
    batch: str | None = Field(None, description="As the exam centre named it")
    line: int | None = Field(None, description="Place in the batch, by arrival")
    outcome: str = Field(description="rejected or ignored_older")
    reasons: list[ResultReason]


@registered(
    EXAM_CENTRE,
    "exam-centre.batch-result.v1",
    sender="qualifications",
    example={
        "aggregate_id": "01JD0000000000000000BAT001",
        "version": 1,
        "occurred_at": EXAMPLE_TIME,
        "batch": "2026-nurses-1",
        "day": None,
        "received": 1000,
        "recorded": 940,
        "updated": 10,
        "unchanged": 20,
        "ignored_older": 0,
        "rejected": 30,
    },
)
class ExamCentreBatchResult(Event):
    """A batch that came over the broker is complete: what it brought has arrived everywhere."""

    batch: str | None = Field(None, description="As the exam centre named it")
    day: date | None = Field(None, description="Of what came without a batch")
    received: int
    recorded: int
    updated: int
    unchanged: int
    ignored_older: int
    rejected: int
