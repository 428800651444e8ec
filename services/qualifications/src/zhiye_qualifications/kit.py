"""What the use cases of qualifications work with."""

from __future__ import annotations

from dataclasses import dataclass

from zhiye_chassis.clock import Clock
from zhiye_chassis.crypto import BlindIndex, FieldCipher
from zhiye_chassis.database import Database
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_qualifications.domain.codes import ADMISSION_NUMBER


@dataclass(frozen=True)
class Kit:
    settings: Settings
    clock: Clock
    database: Database

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
