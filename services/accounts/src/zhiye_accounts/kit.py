"""What the use cases of accounts work with."""

from __future__ import annotations

import contextlib
import ipaddress
from dataclasses import dataclass

from pydantic_settings import BaseSettings, SettingsConfigDict

from zhiye_chassis.clock import Clock
from zhiye_chassis.crypto import BlindIndex, FieldCipher
from zhiye_chassis.database import Database
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import IdentifierError, parse_nurse_exam_certificate
from zhiye_contracts.identifiers.errors import compact


class AccountsSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ZHIYE_ACCOUNTS_", extra="ignore")

    password_minimum: int = 8
    """Shortest password, in characters (the deck allows 6)."""
    clones_maximum: int = 50
    """Clones that one main account may have (Q54)."""


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

    def client_key(self, address: str) -> str:
        """What limits per client address count by: IPv6 hands a whole /64 to one client."""
        with contextlib.suppress(ValueError):
            if (parsed := ipaddress.ip_address(address)).version == 6:
                address = str(ipaddress.ip_network((parsed, 64), strict=False))
        return self.blind_index.of(address, "client")

    def certificate_keys(self, number: str) -> set[str]:
        """Blind indexes of a typed certificate number: some kinds keep their hyphens."""
        spellings = {compact(number)}
        with contextlib.suppress(IdentifierError):
            spellings.add(parse_nurse_exam_certificate(number))
        return {self.blind_index.of(s, purposes.CERTIFICATE_NUMBER) for s in spellings}
