"""What other systems state for the record of a physician or nurse (Q58): 医师定期考核,
住院医师规范化培训, 继续教育, 职称晋升.

Each publishes to the exchange ``record-feeds`` statements of its own type, and fetches the answers
from an inbox of its own; it has no other right. A record has the sender's own ``record_id``; a
later ``version`` corrects it, and the same again changes nothing. What is stated is checked:
anything at all may stand in the fields, and what is wrong is answered with every reason.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, JsonValue, WithJsonSchema

from zhiye_contracts.events.base import EXAMPLE_TIME, CloudEventData, registered
from zhiye_contracts.statements.events import (
    Stated,
    StatedDate,
    StatedNumber,
    StatedText,
    StatementResult,
)

EXCHANGE: Final = "record-feeds"

RECORD_FEEDS: dict[str, type[CloudEventData]] = {}
"""Every type between those who feed records and the registration service."""

_PERSON: Final[dict[str, JsonValue]] = {
    "record_id": "2026-000017",
    "version": 1,
    "profession": "physician",
    "id_number": "110105198503070019",
    "name": "张伟",
}
_RESULT: Final[dict[str, Any]] = {
    "aggregate_id": "01JD0000000000000000ANS001",
    "version": 1,
    "occurred_at": EXAMPLE_TIME,
    "event_id": "A-0017",
    "event_source": "urn:example:records",
    "outcome": "refused",
    "reasons": [
        {
            "code": "field_missing",
            "field": "name",
            "reason": {"zh": "缺少必填项。", "en": "A required field is missing."},
            "next_step": {
                "zh": "请改正后重新报送这一条；已接收的记录重复报送没有影响。",
                "en": "Correct this record and send it again; repeating accepted records is "
                "harmless.",
            },
            "source": None,
        }
    ],
}
_Credits = Annotated[Any, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 999})]
_Yes = Annotated[Any, WithJsonSchema({"type": "boolean"})]
_OF_EVERYBODY: Final = ("record_id", "version", "profession", "id_number", "name")


def _required(*names: str) -> ConfigDict:
    return ConfigDict(json_schema_extra={"required": [*_OF_EVERYBODY, *names]})


class RecordStated(Stated):
    """What every statement about somebody's record has."""

    record_id: StatedText = Field(None, description="Of the sender's own record")
    version: StatedNumber = Field(None, description="Of that record, raised with each correction")
    profession: StatedText = Field(None, description="nurse or physician")
    id_number: StatedText = Field(None, description="18 characters, or 15 digits of before 1999")
    name: StatedText = None


@registered(
    RECORD_FEEDS,
    "record-feeds.assessment-stated.v1",
    sender="assessment",
    example={
        **_PERSON,
        "result": "passed",
        "cycle_from": "2024-01-01",
        "cycle_to": "2025-12-31",
        "assessed_on": "2026-03-12",
        "after_suspension": False,
        "assessing_body": "北京市医师定期考核办公室",
    },
)
class AssessmentStated(RecordStated):
    """A physician's periodic assessment (医师定期考核)."""

    model_config = _required("result", "cycle_from", "cycle_to", "assessed_on", "assessing_body")

    result: StatedText = Field(None, description="passed or failed")
    cycle_from: StatedDate = None
    cycle_to: StatedDate = None
    assessed_on: StatedDate = None
    after_suspension: _Yes = Field(
        None, description="Assessed again after practice was suspended for having failed"
    )
    assessing_body: StatedText = None


@registered(
    RECORD_FEEDS,
    "record-feeds.residency-stated.v1",
    sender="residency",
    example={
        **_PERSON,
        "state": "finished",
        "specialty": "内科",
        "base_institution_name": "北京示例医院",
        "began_on": "2023-09-01",
        "finished_on": "2026-08-31",
        "certificate_number": "2026110100017",
    },
)
class ResidencyStated(RecordStated):
    """A physician's standardised residency training (住院医师规范化培训)."""

    model_config = _required("state", "specialty", "began_on")

    state: StatedText = Field(None, description="began, finished or left")
    specialty: StatedText = None
    base_institution_id: StatedText = Field(
        None,
        description="Of the training base (培训基地) in this system; one of the three is needed",
    )
    base_institution_number: StatedText = Field(
        None, description="Registration number of the training base, 22 characters"
    )
    base_institution_name: StatedText = Field(None, description="Name of the training base")
    began_on: StatedDate = None
    finished_on: StatedDate = Field(
        None, description="Last day of the training; needed once it is finished or left"
    )
    certificate_number: StatedText = Field(None, description="Of the certificate of completion")


@registered(
    RECORD_FEEDS,
    "record-feeds.education-stated.v1",
    sender="education",
    example={
        **_PERSON,
        "profession": "nurse",
        "year": 2026,
        "credits_class_1": 5,
        "credits_class_2": 2.5,
        "project": "急危重症护理新进展",
        "completed_on": "2026-06-30",
    },
)
class EducationStated(RecordStated):
    """Credits of continuing education (继续教育学分)."""

    model_config = _required("year", "project")

    year: StatedNumber = Field(None, description="For which the credits count")
    credits_class_1: _Credits = Field(
        None, description="I 类学分, at most one decimal place; of the two at least one is not 0"
    )
    credits_class_2: _Credits = Field(None, description="II 类学分")
    project: StatedText = Field(None, description="Name of the project (项目)")
    completed_on: StatedDate = Field(None, description="Within the year")


@registered(
    RECORD_FEEDS,
    "record-feeds.promotion-stated.v1",
    sender="promotion",
    example={
        **_PERSON,
        "title": "232",
        "obtained_on": "2026-05-20",
        "certificate_number": "BJ20260017",
        "issuing_body": "北京市人力资源和社会保障局",
    },
)
class PromotionStated(RecordStated):
    """A professional title was obtained (职称晋升): the registrations in force get it."""

    model_config = _required("title", "obtained_on", "certificate_number", "issuing_body")

    title: StatedText = Field(
        None, description="GB/T 8561: 231 to 235 of physicians, 251 to 255 of nurses"
    )
    obtained_on: StatedDate = None
    certificate_number: StatedText = None
    issuing_body: StatedText = None


@registered(
    RECORD_FEEDS, "record-feeds.assessment-result.v1", sender="registration", example=_RESULT
)
class AssessmentResult(StatementResult):
    """What became of a stated assessment."""


@registered(
    RECORD_FEEDS, "record-feeds.residency-result.v1", sender="registration", example=_RESULT
)
class ResidencyResult(StatementResult):
    """What became of a stated residency training."""


@registered(
    RECORD_FEEDS, "record-feeds.education-result.v1", sender="registration", example=_RESULT
)
class EducationResult(StatementResult):
    """What became of stated credits."""


@registered(
    RECORD_FEEDS, "record-feeds.promotion-result.v1", sender="registration", example=_RESULT
)
class PromotionResult(StatementResult):
    """What became of a stated promotion."""


def inbox_of(feed: str) -> str:
    """The queue in which a feed (assessment, residency, education, promotion) finds its answers:
    the systems behind the feeds are different ones, and must not fetch each other's."""
    return f"{EXCHANGE}.{feed}.inbox"
