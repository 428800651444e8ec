"""What a physician's registration says, as it is shown (Q7-Q11)."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from zhiye_registration.domain.facts import Status
from zhiye_registration.entrypoints.schemas import CodeOut


class PracticeOut(BaseModel):
    """Level, category, scopes and location; of a nurse there is none."""

    level: str | None = Field(None, description="1 physician, 2 assistant", examples=["1"])
    level_label: str | None = Field(None, examples=["执业医师"])
    category: str | None = Field(None, examples=["1"])
    category_label: str | None = Field(None, examples=["临床"])
    scopes: list[CodeOut] = Field(
        default_factory=list, examples=[[{"code": "11", "label": "内科专业"}]]
    )
    location: str | None = Field(
        None, description="A physician's province, an assistant's county", examples=["11"]
    )
    location_label: str | None = Field(None, examples=["北京市"])


class FilingOut(BaseModel):
    """A filing at a further institution (多执业机构备案, Q10)."""

    institution_id: str
    institution_name: str = Field(examples=["北京另一医院"])
    region: str = Field(examples=["110102"])
    from_on: date
    until_on: date
    state: str = Field(examples=["in_force"])
    state_label: str = Field(examples=["有效"])
    scopes: list[CodeOut]
    department: str | None
    department_label: str | None


class LocationOut(PracticeOut):
    """A location of practice (执业地点) with its one main institution (主要执业机构)."""

    status: Status
    status_label: str = Field(examples=["在册"])
    institution_id: str
    institution_name: str | None = Field(description="The main one", examples=["北京示例医院"])
    region: str = Field(examples=["110102"])
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    department: str | None = Field(examples=["03"])
    department_label: str | None = Field(examples=["内科"])
    registered_on: date
    filings: list[FilingOut] = Field(description="At further institutions")
