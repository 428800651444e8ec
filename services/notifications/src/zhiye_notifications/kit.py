"""What the use cases of notifications work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Database
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_notifications.domain.delivery import Channel, Provider

ADDRESS_PURPOSE: dict[str, str] = {"sms": purposes.PHONE, "email": purposes.EMAIL}


@dataclass(frozen=True)
class Kit:
    settings: Settings
    clock: Clock
    database: Database
    providers: Mapping[Channel, Provider]

    def seal_parameters(self, parameters: Mapping[str, object]) -> str:
        return self.settings.cipher.seal(orjson.dumps(parameters).decode(), purposes.MESSAGE)

    def open_parameters(self, sealed: str) -> dict[str, object]:
        """Raises ``SealError``, or ``ValueError`` if it is no JSON object."""
        opened = orjson.loads(self.settings.cipher.open(sealed, purposes.MESSAGE))
        if not isinstance(opened, dict):
            raise ValueError("not an object")
        return opened

    def open_address(self, channel: str, sealed: str) -> str:
        """Raises ``SealError``."""
        return self.settings.cipher.open(sealed, ADDRESS_PURPOSE[channel])
