"""The registration service, put together."""

from __future__ import annotations

from zhiye_chassis.clock import Clock, SystemClock
from zhiye_chassis.database import Database
from zhiye_chassis.objects import Objects
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings
from zhiye_registration.adapters.photos import PhotoStore
from zhiye_registration.adapters.tables import metadata
from zhiye_registration.application.bulk_work import BulkReviews
from zhiye_registration.application.count_registrations import RegistrationCounts
from zhiye_registration.application.escalate_duties import Escalation
from zhiye_registration.application.forget_reconciliations import Forgetting
from zhiye_registration.application.import_registrations import importer
from zhiye_registration.application.open_missed_duties import MissedDuties
from zhiye_registration.application.remind import Reminders
from zhiye_registration.entrypoints import record_feeds, supervision
from zhiye_registration.entrypoints.http import routes
from zhiye_registration.entrypoints.metrics import count_applications
from zhiye_registration.entrypoints.subscriptions import subscriptions
from zhiye_registration.kit import Kit, RegistrationSettings


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service over the database at ``settings.database_url``."""
    database = Database(settings.database_url, "registration", settings.database_pool)
    objects = Objects.of(settings)
    kit = Kit(
        settings=settings,
        own=RegistrationSettings(),
        clock=clock or SystemClock(),
        database=database,
        photos=PhotoStore(objects),
        objects=objects,
    )
    return Service(
        name="registration",
        title="zhiye registration",
        database=database,
        verifier=TokenVerifier(settings.jwks),
        routes=routes(kit),
        subscriptions=subscriptions(kit),
        outside=(record_feeds.stated(kit), supervision.stated(kit)),
        outlets=(*record_feeds.OUTLETS, supervision.OUTLET),
        metadata=metadata,
        migrations="zhiye_registration.migrations",
        kit=kit,
        background=(BulkReviews(kit).run, importer(kit).run),
        periodic=(
            count_applications(kit),
            Reminders(kit).run,
            RegistrationCounts(kit).run,
            Forgetting(kit).run,
            Escalation(kit).run,
            MissedDuties(kit).run,
        ),
    )
