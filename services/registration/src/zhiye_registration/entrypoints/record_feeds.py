"""What other systems state for people's records, and where they find the answers: over the broker,
each as its own user with no other right."""

from __future__ import annotations

from functools import partial
from typing import Final

from zhiye_chassis.bus.subscriptions import Outlet, Subscription, Subscriptions
from zhiye_contracts.record_feeds import (
    EXCHANGE,
    AssessmentResult,
    AssessmentStated,
    EducationResult,
    EducationStated,
    PromotionResult,
    PromotionStated,
    RecordStated,
    ResidencyResult,
    ResidencyStated,
    inbox_of,
)
from zhiye_contracts.statements.events import StatementResult
from zhiye_registration.application.record_statements import read_for, record_statements
from zhiye_registration.application.statements import take_statements
from zhiye_registration.kit import Kit

_TYPES: Final[dict[str, tuple[type[RecordStated], type[StatementResult]]]] = {
    "assessment": (AssessmentStated, AssessmentResult),
    "residency": (ResidencyStated, ResidencyResult),
    "education": (EducationStated, EducationResult),
    "promotion": (PromotionStated, PromotionResult),
}


def stated(kit: Kit) -> Subscriptions:
    """Statements carry ID numbers: what failed is kept sealed."""
    return Subscriptions(
        "registration",
        [
            Subscription(
                statement,
                partial(
                    take_statements,
                    kit.clock,
                    result,
                    partial(read_for, kit, feed),
                    partial(record_statements, kit, feed),
                ),
                batch=True,
                enveloped=True,
            )
            for feed, (statement, result) in _TYPES.items()
        ],
        EXCHANGE,
        kit.settings.cipher,
    )


OUTLETS: Final = tuple(
    Outlet(feed, inbox_of(feed), (result.type,)) for feed, (_, result) in _TYPES.items()
)
