"""No ID number, phone, address or token can be read in a log, wherever it hides."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog

from zhiye_chassis import telemetry
from zhiye_chassis.redaction import REDACTED, redact_text

SECRETS = {
    "an ID number": "11010519491231002X",
    "an ID number in lower case": "11010519491231002x",
    "an ID number in groups": "110105 19491231 0021",
    "an ID number from before 1999": "110105491231002",
    "a phone": "13800138000",
    "a phone with the country": "+8613800138000",
    "a phone with the country in front": "008613800138000",
    "a phone in groups": "138 0013 8000",
    "a phone with hyphens": "138-0013-8000",
    "an email address": "fang.wang+a@mail.example.com",
    "a token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "a token without its signature": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0",
    "a bearer of anything": "Bearer 7f3a9c",
    "credentials of a database": "postgresql://zhiye:pa55word@db:5432/x",
    "a private key": "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----",
}
HARMLESS = [
    "01JD0000000000000000ACC001",
    "zhiye.accounts.account-changed.v1",
    "2026-11-23T02:00:00.123456+00:00",
    "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f",
    "GET /api/v1/applications",
    "amqp://broker:5672/",
    "110105",
    "1949-12-31",
]


@pytest.fixture
def lines() -> Iterator[Any]:
    """The log as production writes it: a function that gives the lines so far."""
    before, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    level = logging.getLogger().level
    stream = io.BytesIO()
    telemetry.configure_logging("INFO", stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@dataclass
class Person:
    number: str


def core(secret: str) -> str:
    """The part of a secret that must not be found."""
    return {"Bearer 7f3a9c": "7f3a9c", SECRETS["credentials of a database"]: "pa55word"}.get(
        secret, secret
    )


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_replaced_wherever_it_hides(lines: Any, secret: str) -> None:
    log = structlog.get_logger()
    log.info(f"met {secret}，then")
    log.info("x", value=secret, more=[secret, {"deep": (secret, {secret})}])
    log.info("x", value={secret: 1, "a": {"b": {"c": [[[f"号码{secret}。"]]]}}})
    log.info("x", value=Person(secret), other=ValueError(secret), raw=secret.encode())
    try:
        raise RuntimeError(f"cannot work with {secret}")
    except RuntimeError as error:
        log.error("failed", exc_info=error)
        log.error("failed", exc_info=True)
        logging.getLogger("other").exception("told %s", secret)
        logging.getLogger("other").warning("told %s", {"k": [secret]})
    written = lines()
    assert len(written) == 8
    needle = core(secret)
    # Compared as values: JSON would escape some of them.
    assert needle not in "\n".join(_texts(written))
    assert REDACTED in "\n".join(_texts(written))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "access_token",
        "client_secret",
        "id_number",
        "phone",
        "Email",
        "authorization",
        "cookie",
        "body",
        "captcha_answer",
        "sealed_phone",
        "certificate_number",
        "display_name",
        "private_key",
    ],
)
def test_a_value_under_a_telling_name_is_replaced_whatever_it_is(lines: Any, name: str) -> None:
    log = structlog.get_logger()
    log.info("x", **{name: "plain"})
    log.info("x", outer={name: ["plain"]}, list=[{name: {"a": "plain"}}])
    assert "plain" not in str(lines())


def test_numbers_that_are_secret_are_replaced_too(lines: Any) -> None:
    structlog.get_logger().info("x", value=13800138000, more=[110105491231002], count=3)
    (line,) = lines()
    assert line["value"] == REDACTED
    assert line["more"] == [REDACTED]
    assert line["count"] == 3


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_readable(text: str) -> None:
    assert redact_text(text) == text


def test_values_of_other_types_are_told_or_named_and_never_fail(lines: Any) -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = [deep]
    structlog.get_logger().info(
        "x",
        none=None,
        yes=True,
        ratio=0.5,
        day=date(2026, 1, 1),
        instant=datetime(2026, 1, 1, tzinfo=UTC),
        path=Path("/srv/data"),
        price=Decimal("1.50"),
        error=KeyError("x"),
        kind=ValueError,
        raw=b"abc",
        deep=deep,
        obj=object(),
    )
    (line,) = lines()
    assert line["none"] is None
    assert line["yes"] is True
    assert line["ratio"] == 0.5
    assert line["day"] == "2026-01-01"
    assert line["path"] == "/srv/data"
    assert line["price"] == "1.50"
    assert line["error"] == "<KeyError>"
    assert line["kind"] == "<ValueError>"
    assert line["raw"] == "<bytes>"
    assert line["obj"] == "<object>"


def test_what_postgresql_quotes_in_its_errors_is_replaced() -> None:
    told = "duplicate key\nDETAIL:  Key (display_name)=(王芳) already exists.\nHINT: none"
    assert "王芳" not in redact_text(told)
    assert "HINT: none" in redact_text(told)


def test_lines_carry_the_ids_of_the_request_and_keep_them_readable(lines: Any) -> None:
    request_id = "13800138000abcdef"  # random ids may look like anything
    parent = telemetry.new_traceparent()
    with telemetry.trace(request_id, parent):
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")
    inside, outside = lines()
    assert inside["request_id"] == request_id
    assert inside["trace_id"] == parent[3:35]
    assert "request_id" not in outside
