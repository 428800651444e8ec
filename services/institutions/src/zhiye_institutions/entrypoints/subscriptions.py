"""The wiring table: what the institutions service reads of others. So far it needs nothing."""

from __future__ import annotations

from zhiye_chassis.bus.subscriptions import Subscriptions
from zhiye_institutions.kit import Kit


def subscriptions(kit: Kit) -> Subscriptions:
    return Subscriptions("institutions", ())
