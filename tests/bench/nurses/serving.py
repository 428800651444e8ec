"""The registration service in a process of its own, over a database that is loaded."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from typing import Any

import jwt
import uvicorn
from tests.bench.processes import Link

from zhiye_chassis.security import Principal, claims_of
from zhiye_chassis.service import create_app
from zhiye_chassis.settings import Settings
from zhiye_chassis.telemetry import configure_logging
from zhiye_launcher.serving import bind
from zhiye_registration.service import build

_NO_LIMIT = {
    "ZHIYE_REGISTRATION_VERIFICATIONS_PER_MINUTE": "10000",
    "ZHIYE_REGISTRATION_VERIFICATIONS_PER_DAY": "1000000",
}
"""Limits are counted as ever, but never reached."""


@dataclass(frozen=True)
class Job:
    database: str
    secrets: dict[str, str]
    data_dir: str


def settings(secrets: dict[str, str], database: str = "", data_dir: str = "") -> Settings:
    given: dict[str, Any] = {
        "database_url": database,
        "field_keys": json.loads(secrets["FIELD_KEYS"]),
        "blind_index_key": secrets["BLIND_INDEX_KEY"],
        "jwks": json.loads(secrets["JWKS"]),
        "data_dir": data_dir,
    }
    return Settings(**given)


def authorization(secrets: dict[str, str], who: Principal) -> dict[str, str]:
    """The header of a caller, for a day."""
    private = secrets["JWT_PRIVATE_KEY"].replace("\\n", "\n")
    key_id = json.loads(secrets["JWKS"])["keys"][0]["kid"]
    claims = claims_of(who, int(time.time()))
    claims["exp"] += 24 * 3600
    token = jwt.encode(claims, private, "EdDSA", headers={"kid": key_id})
    return {"Authorization": f"Bearer {token}"}


async def serve(link: Link, job: Job) -> None:
    """The role: tells its port, then answers until it hears something; with its log."""
    with open(os.devnull, "wb") as nowhere:  # noqa: ASYNC230
        configure_logging(stream=nowhere)
        os.environ |= _NO_LIMIT
        service = build(settings(job.secrets, job.database, job.data_dir))
        bound = bind("127.0.0.1", 0)
        server = uvicorn.Server(
            uvicorn.Config(create_app(service), log_config=None, access_log=False, http="httptools")
        )
        bound.listen()
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        link.tell(bound.getsockname()[1])
        await link.hear()
        server.should_exit = True
        await serving
        await service.database.close()
