"""What qualifications reads from the bus: nothing yet; the exam centre feeds it over HTTP."""

from __future__ import annotations

from zhiye_chassis.bus.subscriptions import Subscriptions
from zhiye_qualifications.kit import Kit


def subscriptions(kit: Kit) -> Subscriptions:
    return Subscriptions("qualifications", ())
