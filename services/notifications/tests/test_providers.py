"""The real providers, against a real HTTP server and a real SMTP conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from zhiye_notifications.adapters.http_sms import HttpSmsProvider
from zhiye_notifications.adapters.smtp import SmtpProvider
from zhiye_notifications.domain.delivery import Message, NotSent
from zhiye_notifications.settings import NotificationsSettings

SMS = Message(
    "01JD", "sms", "13800138000", "", "验证码 482913", "verification_code", {"code": "482913"}, "zh"
)
MAIL = Message("01JE", "email", "w@example.cn", "您的验证码", "验证码 482913\n.\n完", "x", {}, "zh")


class SmsServer:
    """A provider's endpoint: keeps the requests, answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], Any]] = []
        self.status, self.answer = 200, '{"data": {"id": "P-17"}}'
        self.delay = 0.0
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.json()))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.status, text=self.answer)


@pytest.fixture
async def sms_server() -> AsyncIterator[SmsServer]:
    served = SmsServer()
    app = web.Application()
    app.router.add_route("*", "/send", served.handle)
    server = TestServer(app)
    await server.start_server()
    served.url = str(server.make_url("/send"))
    yield served
    await server.close()


@pytest.fixture
async def sms_provider(sms_server: SmsServer) -> AsyncIterator[Callable[..., HttpSmsProvider]]:
    made: list[HttpSmsProvider] = []

    def make(**more: Any) -> HttpSmsProvider:
        given = {"sms_url": sms_server.url} | more
        made.append(HttpSmsProvider(NotificationsSettings(**given)))
        return made[-1]

    yield make
    for provider in made:
        await provider.close()


async def test_an_sms_fills_the_configured_body_and_headers(
    sms_server: SmsServer, sms_provider: Callable[..., HttpSmsProvider]
) -> None:
    provider = sms_provider(
        sms_method="PUT",
        sms_headers={"Authorization": "Bearer secret"},
        sms_body={
            "to": ["{address}"],
            "content": "{text} {unknown}",
            "nested": {"params": "{parameters}", "key": "{message_id}", "n": 1},
        },
        sms_reference_path="data.id",
    )
    assert await provider.send(SMS) == "P-17"
    headers, body = sms_server.requests[0]
    assert headers["Authorization"] == "Bearer secret"
    assert body == {
        "to": ["13800138000"],
        "content": "验证码 482913 {unknown}",
        "nested": {"params": '{"code":"482913"}', "key": "01JD", "n": 1},
    }


async def test_a_text_with_quotes_and_placeholders_stays_text(
    sms_server: SmsServer, sms_provider: Callable[..., HttpSmsProvider]
) -> None:
    text = '"}, {"phone": "1", {address} \\'
    sent = Message("01JD", "sms", "13800138000", "", text, "x", {}, "zh")
    assert await sms_provider().send(sent) is None
    assert sms_server.requests[0][1] == {"phone": "13800138000", "text": text, "id": "01JD"}


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [
        (429, "provider_busy", True),
        (503, "provider_busy", True),
        (400, "provider_refused", False),
        (401, "provider_refused", False),
        (302, "provider_refused", False),
    ],
)
async def test_an_answer_that_says_no_is_not_sent(
    sms_server: SmsServer,
    sms_provider: Callable[..., HttpSmsProvider],
    status: int,
    code: str,
    retry: bool,
) -> None:
    sms_server.status = status
    with pytest.raises(NotSent) as answer:
        await sms_provider().send(SMS)
    assert (answer.value.code, answer.value.retry) == (code, retry)


async def test_an_answer_without_the_reference_is_a_refusal(
    sms_server: SmsServer, sms_provider: Callable[..., HttpSmsProvider]
) -> None:
    sms_server.answer = '{"code": "LIMIT", "data": null}'
    with pytest.raises(NotSent, match="provider_refused"):
        await sms_provider(sms_reference_path="data.id").send(SMS)


@pytest.mark.parametrize(("status", "answer"), [(500, "{}"), (502, ""), (504, ""), (200, "<html>")])
async def test_where_it_is_unknown_whether_it_was_sent_it_is_not_called_unsent(
    sms_server: SmsServer,
    sms_provider: Callable[..., HttpSmsProvider],
    status: int,
    answer: str,
) -> None:
    sms_server.status, sms_server.answer = status, answer
    with pytest.raises(Exception) as error:
        await sms_provider(sms_reference_path="data.id").send(SMS)
    assert not isinstance(error.value, NotSent)
    assert "482913" not in str(error.value)


async def test_a_provider_that_cannot_be_reached_is_tried_again(
    sms_provider: Callable[..., HttpSmsProvider],
) -> None:
    for url in ("http://127.0.0.1:1/send", "http://no-such-host.invalid/"):
        with pytest.raises(NotSent, match="provider_unreachable") as answer:
            await sms_provider(sms_url=url).send(SMS)
        assert answer.value.retry


def test_settings_come_from_the_environment_and_show_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "SMS_URL": "https://sms.example/?key=hidden",
        "SMS_HEADERS": '{"X-Key": "hidden"}',
        "SMS_BODY": '{"m": "{address}", "p": {"t": "{text}"}}',
        "SMS_SUCCESS": "[200]",
        "SMTP_PASSWORD": "hidden",
    }.items():
        monkeypatch.setenv(f"ZHIYE_NOTIFICATIONS_{name}", value)
    settings = NotificationsSettings()
    assert settings.sms_body == {"m": "{address}", "p": {"t": "{text}"}}
    assert settings.sms_success == [200]
    assert settings.sms_headers["X-Key"].get_secret_value() == "hidden"
    assert "hidden" not in repr(settings)


class SmtpSink:
    """Just enough of RFC 5321 to take one message a connection."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        self.answers = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", ".": "250 taken"}
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = recipient = ""
        writer.write(b"220 sink\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            if verb == "MAIL":
                sender = line.split(":", 1)[1]
            elif verb == "RCPT":
                recipient = line.split(":", 1)[1]
            answer = self.answers.get(verb, "250 ok")
            writer.write(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354"):
                body = await reader.readuntil(b"\r\n.\r\n")
                if self.answers["."] == "hang up":
                    break
                self.received.append((sender, recipient, body[:-3].replace(b"\r\n..", b"\r\n.")))
                writer.write(f"{self.answers['.']}\r\n".encode())
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpSink]:
    sink = SmtpSink()
    server = await asyncio.start_server(sink.talk, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    yield sink
    server.close()


def smtp_provider(port: int, **more: Any) -> SmtpProvider:
    given = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_from": "执业注册 <no-reply@zhiye.example>",
    }
    return SmtpProvider(NotificationsSettings(**given | more))


async def test_an_email_arrives_whole(smtp: SmtpSink) -> None:
    reference = await smtp_provider(smtp.port).send(MAIL)
    assert reference == "<01JE@zhiye.example>"
    sender, recipient, body = smtp.received[0]
    assert sender.startswith("<no-reply@zhiye.example>")
    assert recipient.startswith("<w@example.cn>")
    read = message_from_bytes(body, policy=default)
    assert read["Subject"] == "您的验证码"
    assert read["From"] == "执业注册 <no-reply@zhiye.example>"
    assert read["Message-ID"] == reference
    assert read.get_content().replace("\r\n", "\n").rstrip("\n") == MAIL.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("verb", "answer", "retry"),
    [
        ("RCPT", "550 no such mailbox", False),
        ("RCPT", "451 later", True),
        ("MAIL", "550 not from you", False),
        ("DATA", "451 later", True),
        (".", "554 spam", False),
        (".", "452 full", True),
    ],
)
async def test_an_email_that_is_not_taken_is_not_sent(
    smtp: SmtpSink, verb: str, answer: str, retry: bool
) -> None:
    smtp.answers[verb] = answer
    with pytest.raises(NotSent, match="provider_refused") as refused:
        await smtp_provider(smtp.port).send(MAIL)
    assert refused.value.retry is retry


async def test_a_connection_that_breaks_after_the_text_leaves_the_outcome_unknown(
    smtp: SmtpSink,
) -> None:
    smtp.answers["."] = "hang up"
    with pytest.raises(Exception) as error:
        await smtp_provider(smtp.port).send(MAIL)
    assert not isinstance(error.value, NotSent)


async def test_a_mail_server_that_is_away_or_without_tls_is_tried_again(smtp: SmtpSink) -> None:
    for provider in (smtp_provider(1), smtp_provider(smtp.port, smtp_security="starttls")):
        with pytest.raises(NotSent, match="provider_unreachable") as answer:
            await provider.send(MAIL)
        assert answer.value.retry
    assert not smtp.received


async def test_an_address_cannot_smuggle_in_a_header(smtp: SmtpSink) -> None:
    evil = Message("01JF", "email", "a@b.cn\r\nBcc: c@d.cn", "s", "t", "x", {}, "zh")
    with pytest.raises(NotSent, match="address_invalid"):
        await smtp_provider(smtp.port).send(evil)
    assert not smtp.received


def test_the_body_template_default_is_plain_json() -> None:
    assert json.loads(json.dumps(NotificationsSettings().sms_body))["phone"] == "{address}"
