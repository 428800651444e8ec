"""The services there are, and how each is built."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterable

from pydantic import SecretStr

from zhiye_chassis.service import Service
from zhiye_chassis.settings import Settings, generate_secrets

SERVICES = ("accounts", "qualifications", "institutions", "registration", "notifications")


def database_name(service: str) -> str:
    return f"zhiye_{service}"


def settings_for(database_url: str, **overrides: object) -> Settings:
    """Settings of one service: its database, and everything else from the environment."""
    return Settings(database_url=database_url, **overrides)  # type: ignore[arg-type]


def build(service: str, settings: Settings) -> Service:
    """Build a service by name; ``ValueError`` when there is none of that name."""
    if service not in SERVICES:
        raise ValueError(f"no such service: {service}; there are {', '.join(SERVICES)}")
    built: Service = importlib.import_module(f"zhiye_{service}.service").build(settings)
    return built


def build_all(urls: dict[str, str]) -> dict[str, Service]:
    """Every service, each on its database; ``urls`` by database name."""
    return {name: build(name, settings_for(urls[database_name(name)])) for name in SERVICES}


def use_secrets(secrets: dict[str, str]) -> None:
    """Put secrets into this process's environment, where settings read them; what is set there
    already wins."""
    for name, value in secrets.items():
        os.environ.setdefault(f"ZHIYE_{name}", value)


def detached(names: Iterable[str] = SERVICES) -> dict[str, Service]:
    """Services that are not connected to anything, with secrets nobody keeps: for generated
    documents, migrations and checks."""
    secrets = generate_secrets()
    settings = Settings(
        database_url="postgresql+asyncpg://nobody@localhost/none",
        field_keys=json.loads(secrets["FIELD_KEYS"]),
        blind_index_key=SecretStr(secrets["BLIND_INDEX_KEY"]),
        jwks=json.loads(secrets["JWKS"]),
        jwt_private_key=SecretStr(secrets["JWT_PRIVATE_KEY"]),
        development=False,
    )
    return {name: build(name, settings) for name in names}
