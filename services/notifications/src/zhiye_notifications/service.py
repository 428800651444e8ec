"""The notifications service, put together."""

from __future__ import annotations

from zhiye_chassis.clock import Clock, SystemClock
from zhiye_chassis.database import Database
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings
from zhiye_notifications.adapters.development import DevelopmentSink
from zhiye_notifications.adapters.http_sms import HttpSmsProvider
from zhiye_notifications.adapters.smtp import SmtpProvider
from zhiye_notifications.adapters.tables import metadata
from zhiye_notifications.adapters.wakeup import Wakeup
from zhiye_notifications.application.send_due import Sender
from zhiye_notifications.domain.delivery import Channel, Provider
from zhiye_notifications.entrypoints import development, http
from zhiye_notifications.entrypoints.subscriptions import subscriptions
from zhiye_notifications.kit import Kit
from zhiye_notifications.settings import NotificationsSettings


def providers_of(
    settings: Settings, own: NotificationsSettings, database: Database, clock: Clock
) -> dict[Channel, Provider]:
    """The provider of each channel that has one."""
    if settings.development:
        sink = DevelopmentSink(database, clock)
        return {"sms": sink, "email": sink}
    found: dict[Channel, Provider] = {}
    if own.sms_url.get_secret_value():
        found["sms"] = HttpSmsProvider(own)
    if own.smtp_host:
        found["email"] = SmtpProvider(own)
    return found


def build(
    settings: Settings, clock: Clock | None = None, own: NotificationsSettings | None = None
) -> Service:
    """The service over the database at ``settings.database_url``; ``own`` settings are read from
    the environment unless they are given."""
    clock = clock or SystemClock()
    database = Database(settings.database_url, "notifications", settings.database_pool)
    providers = providers_of(settings, own or NotificationsSettings(), database, clock)
    kit = Kit(settings, clock, database, providers)
    wakeup = Wakeup(database)
    sender = Sender(kit, wakeup.woken)
    return Service(
        name="notifications",
        title="zhiye notifications",
        database=database,
        verifier=TokenVerifier(settings.jwks),
        routes=[http.routes(kit), *([development.routes(kit)] if settings.development else [])],
        subscriptions=subscriptions(kit),
        metadata=metadata,
        migrations="zhiye_notifications.migrations",
        periodic=[sender.sweep],
        background=[wakeup.run, sender.run],
        on_close=[provider.close for provider in set(providers.values())],
    )
