"""What the use cases of qualifications work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from zhiye_chassis.calendar import add_working_days, working_days_left
from zhiye_chassis.clock import Clock
from zhiye_chassis.crypto import BlindIndex, FieldCipher
from zhiye_chassis.database import Database
from zhiye_chassis.objects import Objects
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_qualifications.domain.cases import Moment
from zhiye_qualifications.domain.codes import ADMISSION_NUMBER
from zhiye_qualifications.settings import CaseSettings, FeedSettings


@dataclass(frozen=True)
class Kit:
    settings: Settings
    clock: Clock
    database: Database
    own: CaseSettings = field(default_factory=CaseSettings)
    feed: FeedSettings = field(default_factory=FeedSettings)

    def moment(self) -> Moment:
        return Moment(
            self.clock.now(),
            self.clock.today(),
            add_working_days,
            working_days_left,
            self.own.case_province_days,
            self.own.case_exam_centre_days,
        )

    @cached_property
    def objects(self) -> Objects:
        return Objects.of(self.settings)

    @property
    def cipher(self) -> FieldCipher:
        return self.settings.cipher

    @property
    def blind_index(self) -> BlindIndex:
        return self.settings.blind_index

    def person_key(self, id_number: str) -> str:
        return self.blind_index.of(id_number, purposes.ID_NUMBER)

    def certificate_key(self, number: str) -> str:
        return self.blind_index.of(number, purposes.CERTIFICATE_NUMBER)

    def admission_key(self, number: str) -> str:
        return self.blind_index.of(number, ADMISSION_NUMBER)
