"""What the use cases of institutions work with."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Database
from zhiye_chassis.objects import Objects
from zhiye_chassis.settings import Settings
from zhiye_institutions.domain.filing_policy import KINDS, Kind


class InstitutionsSettings(BaseSettings):
    """Settings of this service alone (``ZHIYE_INSTITUTIONS_…``)."""

    model_config = SettingsConfigDict(env_prefix="ZHIYE_INSTITUTIONS_", extra="ignore")

    filing_days: dict[str, int] = Field(
        {},
        description="Calendar days an authority has, by kind of filing, where they differ from the"
        ' policy table: {"change": 20}',
    )
    check_reminder_days: int = Field(
        30, ge=1, le=365, description="Days before a periodic check that its reminder goes out"
    )

    @field_validator("filing_days")
    @classmethod
    def _known(cls, value: dict[str, int]) -> dict[str, int]:
        if not KINDS.keys() >= value.keys() or not all(1 <= days <= 365 for days in value.values()):
            raise ValueError("kinds of the policy table, with 1 to 365 days")
        return value


@dataclass(frozen=True)
class Kit:
    settings: Settings
    clock: Clock
    database: Database
    objects: Objects
    own: InstitutionsSettings = field(default_factory=InstitutionsSettings)

    def days_of(self, kind: Kind) -> int:
        """Calendar days an authority has for a filing of this kind."""
        return self.own.filing_days.get(kind.slug, kind.days)
