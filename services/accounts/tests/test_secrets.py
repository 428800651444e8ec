"""A whole story, and nothing secret in the logs, the tables, the events or the answers."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from services.accounts.tests.world import CERTIFICATE, PASSWORD, World, another

from zhiye_accounts.adapters.tables import metadata
from zhiye_chassis import telemetry

NUMBER, PHONE, EMAIL, NAME = "11010519491231002X", "13912345678", "fangfang@example.com", "王芳芳"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    """What is logged, down to the debug level; logging is put back afterwards."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.BytesIO()
    telemetry.configure_logging("DEBUG", stream)
    fresh = structlog.get_logger()
    for module in ("problems", "middleware", "service", "security", "bus.consumer"):
        monkeypatch.setattr(f"zhiye_chassis.{module}.log", fresh, raising=False)
    yield stream
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


async def test_no_secret_is_logged_stored_or_told_in_the_clear(
    world: World, logged: io.BytesIO
) -> None:
    told: list[str] = []
    secrets = {NUMBER, PHONE, EMAIL, PASSWORD, "WrongPassword1", CERTIFICATE, "11010519491231002"}

    captcha = await world.captcha()
    secrets.add(captcha["captcha_answer"])
    form = await world.form(
        id_number=NUMBER, phone=PHONE, email=EMAIL, name=NAME, user_name="fangfang", **captcha
    )
    for body in (form | {"id_number": "110105194912310020"}, form, form):
        key = {"Idempotency-Key": "0190a1b2-0011"} if body is form else {}
        told.append((await world.anybody.post("/api/v1/accounts", json=body, headers=key)).text)
    row = await world.read(json.loads(told[-1])["account_id"])
    told.append((await world.register(id_number=NUMBER, user_name="another1")).text)
    told.append((await world.log_in("fangfang", "WrongPassword1")).text)
    await world.deliver(world.qualified(row["person_key"], name=NAME))

    code = await world.send_code(row)
    secrets.add(code)
    told.append((await world.verify(row, another(code))).text)
    told.append((await world.verify(row, code)).text)
    told.append((await world.log_in(PHONE, "WrongPassword1")).text)
    tokens = (await world.log_in(PHONE)).json()
    secrets |= {tokens["access_token"], tokens["refresh_token"].partition(".")[2]}
    client = world.client(f"Bearer {tokens['access_token']}")
    body = {"certificate_number": CERTIFICATE}
    for _ in range(2):
        told.append((await client.post("/api/v1/accounts/me/activation", json=body)).text)
    told.append((await client.get("/api/v1/accounts/me")).text)
    fresh = await world.anybody.post(
        "/api/v1/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
    )
    secrets.add(fresh.json()["refresh_token"].partition(".")[2])
    told.append((await client.post("/api/v1/oauth/revocation")).text)

    log = logged.getvalue().decode()
    assert log.count('"event":"request"') >= 14
    assert '"codes":["code_wrong"]' in log
    stored = {
        table.name: str([_plain(row) for row in await world.all(table)])
        for table in metadata.sorted_tables
    }
    assert "fangfang" in stored["account"]
    for secret in secrets:
        assert secret not in log
        assert secret not in "".join(told)
        for name, rows in stored.items():
            assert secret not in rows, name
    assert NAME not in log
    assert NAME not in "".join(told)


def _plain(row: dict[str, object]) -> str:
    """A row as text; ids and digests are left out where a code may stand by chance."""
    kept = {}
    for name, value in row.items():
        if name.endswith(("_hash", "_key", "id")) or name == "fingerprint":
            continue
        kept[name] = value.decode() if isinstance(value, bytes) else value
    if "event" in kept:
        data = json.loads(str(kept["event"]))["data"]
        kept["event"] = {k: v for k, v in data.items() if not k.endswith(("_key", "id"))}
    return str(kept)
