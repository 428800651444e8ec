"""The institutions service, put together."""

from __future__ import annotations

from functools import partial

from zhiye_chassis.clock import Clock, SystemClock
from zhiye_chassis.database import Database
from zhiye_chassis.objects import Objects
from zhiye_chassis.security import TokenVerifier
from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings
from zhiye_institutions.adapters.tables import metadata
from zhiye_institutions.application.calendar_jobs import begin_closures, remind_of_checks
from zhiye_institutions.application.import_institutions import importer
from zhiye_institutions.application.search_keys import fill_search
from zhiye_institutions.entrypoints.http import routes
from zhiye_institutions.entrypoints.subscriptions import subscriptions
from zhiye_institutions.kit import Kit

SEARCHING = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
"""A search for 卫生室 and one for 协和 are the same statement, and need different plans."""


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service over the database at ``settings.database_url``."""
    database = Database(
        settings.database_url,
        "institutions",
        settings.database_pool,
        server_settings=SEARCHING,
    )
    kit = Kit(settings, clock or SystemClock(), database, Objects.of(settings))
    return Service(
        name="institutions",
        title="zhiye institutions",
        database=database,
        verifier=TokenVerifier(settings.jwks),
        routes=routes(kit),
        subscriptions=subscriptions(kit),
        metadata=metadata,
        migrations="zhiye_institutions.migrations",
        kit=kit,
        background=(importer(kit).run,),
        periodic=(
            partial(begin_closures, kit),
            partial(remind_of_checks, kit),
            partial(fill_search, kit),
        ),
    )
