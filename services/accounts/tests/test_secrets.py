"""A whole story, and nothing secret in the logs, the tables, the events or the answers."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from services.accounts.tests.own_account import ME, complete, logged_in, start
from services.accounts.tests.own_account import ask as recover_by
from services.accounts.tests.world import CERTIFICATE, PASSWORD, World, another

from zhiye_accounts.adapters.tables import metadata
from zhiye_accounts.domain.questions import normalise_answer
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


async def test_nothing_secret_of_security_settings_and_recovery_is_told_in_the_clear(
    world: World, logged: io.BytesIO
) -> None:
    answer, new_phone, new_email = "育才小学 1978", "13612345678", "fangfang@example.org"
    passwords = [PASSWORD, *(f"Seacole188{n}" for n in range(4))]
    secrets = {NUMBER, PHONE, EMAIL, new_phone, new_email, "WrongPassword1", *passwords}
    secrets |= {answer, normalise_answer(answer), "育英小学"}
    told: list[str] = []

    async def ask(method: str, path: str, **body: str) -> None:
        given = await client.request(method, f"{ME}{path}", json=body)
        told.append(given.text)

    row = await world.account(id_number=NUMBER, phone=PHONE, name=NAME, user_name="fangfang")
    client = world.as_(row)
    question = {"question": "primary_school", "answer": answer}
    await ask("PUT", "/security-question", password="WrongPassword1", **question)
    await ask("PUT", "/security-question", password=PASSWORD, **question)
    for channel, address in (("sms", new_phone), ("email", new_email)):
        change = {"channel": channel, "address": address}
        await ask("POST", "/contact-changes", password=PASSWORD, **change)
        secrets.add(code := (await world.parameters())["code"])
        await ask("POST", "/contact-changes/confirmation", channel=channel, code=another(code))
        await ask("POST", "/contact-changes/confirmation", channel=channel, code=code)
    await ask("PUT", "/password", password=PASSWORD, new_password=passwords[1])
    session = await logged_in(world, row, passwords[1])
    secrets |= {session.refresh_token.partition(".")[2]}
    told.append((await session.client.get(f"{ME}/sessions")).text)

    world.clock.instant += timedelta(minutes=1)
    started = await start(world, new_phone)
    told.append(started.text)
    secrets.add(code := (await world.parameters())["code"])
    recovery_id = started.json()["recovery_id"]
    for guess in (another(code), code):
        told.append((await complete(world, recovery_id, guess, passwords[2])).text)
    claim = {"name": NAME, "id_number": NUMBER, "new_password": passwords[3]}
    for given in ("育英小学", answer):
        body = claim | question | {"answer": given}
        told.append((await recover_by(world, "/security-question", **body)).text)
    told.append((await recover_by(world, "/personal-information", **claim, phone=PHONE)).text)
    assert "fangfang" in told[-2], "the user name is what a recovery tells"

    log = logged.getvalue().decode()
    assert '"codes":["recovery_not_possible"]' in log
    assert '"codes":["password_wrong"]' in log
    stored = {
        table.name: str([_plain(row) for row in await world.all(table)])
        for table in metadata.sorted_tables
    }
    assert "recover_sms" in stored["verification_code"]
    for secret in secrets:
        assert secret not in log
        assert secret not in "".join(told)
        for name, rows in stored.items():
            assert secret not in rows, name
    assert NAME not in log + "".join(told)


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
