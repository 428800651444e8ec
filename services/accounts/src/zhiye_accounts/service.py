"""The accounts service, put together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.tables import metadata
from zhiye_accounts.adapters.tokens import TokenIssuer
from zhiye_accounts.entrypoints import (
    delegations,
    desk,
    desk_decisions,
    http,
    oauth,
    recovery,
    security,
    staff,
)
from zhiye_accounts.entrypoints.subscriptions import subscriptions
from zhiye_accounts.kit import AccountsSettings, Kit
from zhiye_chassis.clock import Clock, SystemClock
from zhiye_chassis.database import Database
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings

PURGE_EVERY = timedelta(minutes=10)


def build(settings: Settings, clock: Clock | None = None) -> Service:
    kit = Kit(
        settings=settings,
        own=AccountsSettings(),
        clock=clock or SystemClock(),
        database=Database(settings.database_url, "accounts", settings.database_pool),
    )
    issuer = TokenIssuer(settings)
    purged_at = datetime.min.replace(tzinfo=UTC)

    async def purge() -> None:
        nonlocal purged_at
        if kit.clock.now() - purged_at >= PURGE_EVERY:
            purged_at = kit.clock.now()
            await attempts.purge(kit.database, purged_at)

    return Service(
        name="accounts",
        title="zhiye accounts",
        database=kit.database,
        verifier=TokenVerifier(settings.jwks),
        routes=(
            http.routes(kit),
            desk.routes(kit),
            desk_decisions.routes(kit),
            oauth.routes(kit, issuer),
            security.routes(kit),
            recovery.routes(kit),
            staff.routes(kit),
            delegations.routes(kit, issuer),
        ),
        subscriptions=subscriptions(kit),
        metadata=metadata,
        migrations="zhiye_accounts.migrations",
        kit=kit,
        periodic=(purge,),
    )
