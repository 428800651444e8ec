"""What qualifications reads of what other services tell. What the exam centre publishes comes over
an exchange of its own: see ``exam_centre``."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_contracts.events import QualificationsKept
from zhiye_qualifications.application.distribution import count_kept
from zhiye_qualifications.kit import Kit


def subscriptions(kit: Kit) -> Subscriptions:
    return Subscriptions(
        "qualifications",
        (Subscription(QualificationsKept, partial(count_kept, kit), batch=True),),
    )
