"""What a health supervision system states, and where it finds the answers: over the broker, as its
own user with no other right."""

from __future__ import annotations

from functools import partial
from typing import Final

from zhiye_chassis.bus.subscriptions import Outlet, Subscription, Subscriptions
from zhiye_contracts.supervision import EXCHANGE, INBOX, PenaltyResult, PenaltyStated
from zhiye_registration.application.state_penalties import read_for, state_penalties
from zhiye_registration.application.statements import take_statements
from zhiye_registration.kit import Kit


def stated(kit: Kit) -> Subscriptions:
    """Statements carry ID numbers: what failed is kept sealed."""
    return Subscriptions(
        "registration",
        [
            Subscription(
                PenaltyStated,
                partial(
                    take_statements,
                    kit.clock,
                    PenaltyResult,
                    partial(read_for, kit),
                    partial(state_penalties, kit),
                ),
                batch=True,
                enveloped=True,
            )
        ],
        EXCHANGE,
        kit.settings.cipher,
    )


OUTLET: Final = Outlet("supervision", INBOX, (PenaltyResult.type,))
