"""The qualifications service, put together."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.clock import Clock, SystemClock
from zhiye_chassis.database import Database
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings
from zhiye_qualifications.adapters.tables import metadata
from zhiye_qualifications.application.attempts import forget_old
from zhiye_qualifications.application.batches import close_abandoned, close_days
from zhiye_qualifications.entrypoints import (
    batches_http,
    cases,
    evidence,
    exam_centre,
    history,
    lookup_http,
    requests,
    upgrades,
)
from zhiye_qualifications.entrypoints.subscriptions import subscriptions
from zhiye_qualifications.kit import Kit


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service over the database at ``settings.database_url``."""
    database = Database(settings.database_url, "qualifications", settings.database_pool)
    kit = Kit(settings, clock or SystemClock(), database)
    return Service(
        name="qualifications",
        title="zhiye qualifications",
        database=database,
        verifier=TokenVerifier(settings.jwks),
        routes=(
            batches_http.routes(kit),
            lookup_http.routes(kit),
            history.routes(kit),
            requests.routes(kit),
            upgrades.routes(kit),
            cases.routes(kit),
            evidence.routes(kit),
        ),
        subscriptions=subscriptions(kit),
        outside=(exam_centre.stated(kit),),
        outlets=(exam_centre.FOR_EXAM_CENTRE,),
        metadata=metadata,
        migrations="zhiye_qualifications.migrations",
        kit=kit,
        periodic=(
            partial(close_abandoned, kit),
            partial(close_days, kit),
            partial(forget_old, kit),
        ),
    )
