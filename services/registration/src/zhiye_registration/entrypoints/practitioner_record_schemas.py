"""What other systems stated about a person, as it is shown (Q58)."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class StatedOut(BaseModel):
    """What every record has."""

    id: str
    profession: str = Field(examples=["physician"])
    profession_label: str = Field(examples=["医师"])
    version: int = Field(description="Of the record where it comes from; above 1: corrected")
    received_at: datetime


class AssessmentOut(StatedOut):
    """医师定期考核."""

    assessed_on: date
    cycle_from: date
    cycle_to: date
    result: str = Field(examples=["passed"])
    result_label: str = Field(examples=["合格"])
    after_suspension: bool = Field(description="Assessed again after a suspension of practice")
    assessing_body: str = Field(examples=["北京市医师定期考核办公室"])


class ResidencyOut(StatedOut):
    """住院医师规范化培训."""

    state: str = Field(examples=["finished"])
    state_label: str = Field(examples=["结业"])
    specialty: str = Field(examples=["内科"])
    base_institution_id: str | None
    base_institution_number: str | None
    base_institution_name: str | None = Field(examples=["北京示例医院"])
    began_on: date
    finished_on: date | None = Field(description="Last day of training, finished or left")
    certificate_number: str | None = Field(description="Whole to the person, else masked")


class EducationOut(StatedOut):
    """One project of continuing education (继续教育)."""

    year: int = Field(examples=[2026])
    project: str = Field(examples=["急危重症护理新进展"])
    credits_class_1: float = Field(description="I 类学分", examples=[5])
    credits_class_2: float = Field(description="II 类学分", examples=[2.5])
    completed_on: date | None


class CreditsOut(BaseModel):
    """Credits of a year, of every project."""

    year: int = Field(examples=[2026])
    credits_class_1: float = Field(examples=[10])
    credits_class_2: float = Field(examples=[15.5])
    credits: float = Field(description="Of both classes", examples=[25.5])


class PromotionOut(StatedOut):
    """职称晋升."""

    title: str = Field(examples=["232"])
    title_label: str = Field(examples=["副主任医师"])
    obtained_on: date
    issuing_body: str = Field(examples=["北京市人力资源和社会保障局"])
    certificate_number: str = Field(description="Whole to the person, else masked")


class RecordsOut(BaseModel):
    """By feed, the newest first; of each at most 500. Credits are summed over all."""

    assessments: list[AssessmentOut] = Field(title="医师定期考核")
    residencies: list[ResidencyOut] = Field(title="住院医师规范化培训")
    education: list[EducationOut] = Field(title="继续教育")
    credits_by_year: list[CreditsOut] = Field(description="Newest year first")
    promotions: list[PromotionOut] = Field(title="职称晋升")


class RecordsOfPerson(RecordsOut):
    """Those of somebody on a roster."""

    registration_id: str
    cancellation_ground: str | None = Field(
        None,
        description="Which the assessments are: offered, never applied by itself",
        examples=["assessment-failed"],
    )
    cancellation_ground_label: str | None = None
    cancellation_ground_since: date | None = None
    name: str = Field(examples=["张伟"])
