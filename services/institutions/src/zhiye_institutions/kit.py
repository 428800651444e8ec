"""What the use cases of institutions work with."""

from __future__ import annotations

from dataclasses import dataclass

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Database
from zhiye_chassis.settings import Settings


@dataclass(frozen=True)
class Kit:
    settings: Settings
    clock: Clock
    database: Database
