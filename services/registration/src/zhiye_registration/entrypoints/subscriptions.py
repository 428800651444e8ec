"""The wiring table: what the service reads of the others."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_contracts.events import (
    AccountChanged,
    AuthorityChanged,
    InstitutionChanged,
    InstitutionMerged,
    QualificationRecorded,
    QualificationsRecorded,
)
from zhiye_registration.application import reactions
from zhiye_registration.application.follow_merges import follow_merges
from zhiye_registration.application.follow_qualifications import follow_qualifications
from zhiye_registration.kit import Kit


def subscriptions(kit: Kit) -> Subscriptions:
    batches = partial(reactions.keep_batches, kit.clock)
    decided = partial(follow_qualifications, kit.clock)
    return Subscriptions(
        "registration",
        (
            Subscription(QualificationRecorded, decided, batch=True),
            Subscription(QualificationsRecorded, batches, batch=True),
            Subscription(InstitutionChanged, reactions.keep_institutions, batch=True),
            Subscription(InstitutionMerged, partial(follow_merges, kit), batch=True),
            Subscription(AuthorityChanged, reactions.keep_authorities, batch=True),
            Subscription(AccountChanged, reactions.keep_accounts, batch=True),
        ),
    )
