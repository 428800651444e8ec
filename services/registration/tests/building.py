"""The service over another database for each test; its routes are made once, for to make them takes
longer than most tests."""

from __future__ import annotations

from dataclasses import fields, replace

from fastapi import FastAPI

from zhiye_chassis.clock import Clock
from zhiye_chassis.service import Service, create_app
from zhiye_chassis.settings import Settings
from zhiye_registration import service as registration
from zhiye_registration.kit import Kit

_MADE: list[tuple[Service, FastAPI]] = []


def build(settings: Settings, clock: Clock) -> tuple[Service, FastAPI]:
    """As ``zhiye_registration.service.build``, and its application."""
    if not _MADE:
        first = registration.build(settings, clock)
        _MADE.append((first, create_app(first)))
        return _MADE[0]
    first, app = _MADE[0]
    own = registration.routes
    registration.routes = lambda _: first.routes
    try:
        service = registration.build(settings, clock)
    finally:
        registration.routes = own
    _put(first.kit, service.kit)
    app.state.database, app.state.verifier = service.database, service.verifier
    return replace(service, kit=first.kit), app


def _put(into: Kit, kit: Kit) -> None:
    """Have the routes, which hold the first kit, work with this one."""
    for field in fields(Kit):
        object.__setattr__(into, field.name, getattr(kit, field.name))
