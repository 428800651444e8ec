"""What the use cases of the service work with."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from zhiye_chassis.calendar import add_working_days, working_days_left
from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Database
from zhiye_chassis.objects import Objects
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_registration.adapters.photos import PhotoStore
from zhiye_registration.domain.application import Moment
from zhiye_registration.domain.nurse_policy import INSTITUTION_REVIEW_DAYS


class RegistrationSettings(BaseSettings):
    """Settings of this service alone (``ZHIYE_REGISTRATION_…``)."""

    model_config = SettingsConfigDict(env_prefix="ZHIYE_REGISTRATION_", extra="ignore")

    institution_review_days: int = Field(
        INSTITUTION_REVIEW_DAYS,
        ge=1,
        le=60,
        description="Working days an institution has to review; no law fixes them",
    )
    renewal_opens_days_before: int = Field(
        30,
        ge=1,
        le=366,
        description="Days before expiry from which renewal is taken where no authority says else",
    )
    renewal_late_days: int = Field(
        0, ge=0, le=366, description="Days after expiry until which renewal is still taken"
    )
    renewal_opens_soon_days: int = Field(
        30, ge=1, le=366, description="Days before renewal opens that people are told it will"
    )
    renewal_expires_soon_days: int = Field(
        7, ge=1, le=366, description="Days before expiry that people are told once more"
    )
    renewal_expired_days: int = Field(
        30, ge=1, le=366, description="Days after expiry within which people are told it is over"
    )
    renewal_reminders_hour: int = Field(
        8, ge=0, le=23, description="Hour of the day in China from which reminders go out"
    )
    retirement_age_women: int = Field(
        55, ge=40, le=80, description="Age from which an institution confirms that she works (Q51)"
    )
    retirement_age_men: int = Field(
        60, ge=40, le=80, description="Age from which an institution confirms that he works (Q51)"
    )
    employment_confirmed_months: int = Field(
        12, ge=1, le=60, description="Months for which a confirmation of employment holds"
    )
    verifications_per_minute: int = Field(
        30, ge=1, le=10_000, description="Verifications of one organisation in a minute"
    )
    verifications_per_day: int = Field(
        1_000, ge=1, le=1_000_000, description="Verifications of one organisation in 24 hours"
    )
    verification_misses_per_day: int = Field(
        100,
        ge=1,
        le=1_000_000,
        description="Of those, of ID numbers that nobody is recorded under: who walks through"
        " numbers meets mostly these",
    )
    reconciliation_strangers_per_day: int = Field(
        5_000,
        ge=1,
        le=1_000_000,
        description="People on staff lists of an institution in 24 hours who are not on its roster;"
        " an institution with more than half as many of its own has twice those",
    )
    reconciliation_misses_per_day: int = Field(
        500,
        ge=1,
        le=1_000_000,
        description="Of those, of whom nothing is recorded under that number and name",
    )
    reconciliation_days: int = Field(
        90, ge=1, le=3_650, description="Days that a staff list is kept, which is personal data"
    )
    scope_case_days: int = Field(
        20,
        ge=1,
        le=250,
        description="Working days of two provinces to settle scopes; no law fixes them (Q49)",
    )
    evidence_bytes: int = Field(5 * 1024 * 1024, ge=1024, description="Of one file of evidence")
    evidence_most: int = Field(10, ge=1, le=100, description="Files of one application")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Where people reach the system, as https://zhiye.example.cn: printed forms lead"
        " there. Empty: they carry the path alone",
    )


@dataclass(frozen=True)
class Kit:
    settings: Settings
    own: RegistrationSettings
    clock: Clock
    database: Database
    photos: PhotoStore
    objects: Objects

    def moment(self) -> Moment:
        return Moment(
            self.clock.now(),
            self.clock.today(),
            add_working_days,
            working_days_left,
            self.own.institution_review_days,
        )

    def person_key(self, id_number: str) -> str:
        """Blind index of an ID number: 18 characters, upper case."""
        return self.settings.blind_index.of(id_number, purposes.ID_NUMBER)

    def certificate_key(self, number: str) -> str:
        """Blind index of a practice certificate number."""
        return self.settings.blind_index.of(number, purposes.CERTIFICATE_NUMBER)
