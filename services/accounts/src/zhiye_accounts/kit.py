"""What the use cases of accounts work with."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_settings import BaseSettings, SettingsConfigDict

from zhiye_chassis.clock import Clock
from zhiye_chassis.crypto import BlindIndex, FieldCipher
from zhiye_chassis.database import Database
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes


class AccountsSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ZHIYE_ACCOUNTS_", extra="ignore")

    password_minimum: int = 8
    """Shortest password, in characters (the deck allows 6)."""


@dataclass(frozen=True)
class Kit:
    settings: Settings
    own: AccountsSettings
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

    def phone_key(self, phone: str) -> str:
        return self.blind_index.of(phone, purposes.PHONE)

    def email_key(self, email: str) -> str:
        return self.blind_index.of(email.lower(), purposes.EMAIL)

    def certificate_key(self, number: str) -> str:
        return self.blind_index.of(number.upper().replace(" ", ""), purposes.CERTIFICATE_NUMBER)
