"""A small service with clients of several accounts."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from services.chassis.tests.http import notes

from zhiye_chassis.database import Database
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service


@pytest.fixture
async def service(make_database: Any, settings_for: Any) -> Service:
    database: Database = await make_database(notes.metadata, "notes")
    return notes.build(database, settings_for().jwks)


@pytest.fixture
def anonymous(service: Service, client_for: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = client_for(service)
    return client


@pytest.fixture
def nurse(service: Service, client_for: Any, token_for: Any) -> httpx.AsyncClient:
    principal = Principal("nurse-1", "practitioner")
    client: httpx.AsyncClient = client_for(service, token_for(principal))
    return client
