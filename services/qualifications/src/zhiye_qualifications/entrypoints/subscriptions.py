"""What qualifications reads from the bus."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.database import Transaction
from zhiye_contracts.events import QualificationCaseDecided, QualificationsKept
from zhiye_qualifications.application.decide_case import decide_by_event
from zhiye_qualifications.application.distribution import count_kept
from zhiye_qualifications.kit import Kit


def subscriptions(kit: Kit) -> Subscriptions:
    async def case_decided(tx: Transaction, event: QualificationCaseDecided) -> None:
        await decide_by_event(tx, kit, event)

    return Subscriptions(
        "qualifications",
        (
            Subscription(QualificationsKept, partial(count_kept, kit), batch=True),
            Subscription(QualificationCaseDecided, case_decided),
        ),
    )
