"""What the exam centre publishes, and what it finds in its inbox: over the broker, as its own user
with no other right."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.bus.subscriptions import Outlet, Subscription, Subscriptions
from zhiye_chassis.database import Transaction
from zhiye_contracts.events import (
    QualificationCaseDecided,
    QualificationCaseForwarded,
    QualificationRequested,
)
from zhiye_contracts.exam_centre import (
    EXCHANGE,
    INBOX,
    BatchEnded,
    ExamCentreBatchResult,
    ExamCentreResult,
    QualificationStated,
)
from zhiye_qualifications.application.decide_case import decide_by_event
from zhiye_qualifications.application.feed_from_bus import end_batches, take_stated
from zhiye_qualifications.kit import Kit


def stated(kit: Kit) -> Subscriptions:
    """Records, ends of batches, and decisions of cases that a province forwarded (Q14). Records
    carry ID numbers: what failed is kept sealed."""

    async def case_decided(tx: Transaction, event: QualificationCaseDecided) -> None:
        await decide_by_event(tx, kit, event)

    return Subscriptions(
        "qualifications",
        (
            Subscription(
                QualificationStated, partial(take_stated, kit), batch=True, enveloped=True
            ),
            Subscription(BatchEnded, partial(end_batches, kit), batch=True, enveloped=True),
            Subscription(QualificationCaseDecided, case_decided),
        ),
        EXCHANGE,
        kit.cipher,
    )


FOR_EXAM_CENTRE = Outlet(
    "exam-centre",
    INBOX,
    (
        ExamCentreResult.type,
        ExamCentreBatchResult.type,
        QualificationCaseForwarded.type,
        QualificationRequested.type,
    ),
)
