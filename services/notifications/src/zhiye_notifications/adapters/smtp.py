"""Email by SMTP."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, parseaddr

import aiosmtplib

from zhiye_notifications.domain.delivery import Message, NotSent
from zhiye_notifications.settings import NotificationsSettings

COMMAND_SECONDS = 10
"""How long the server may take to connect or to answer one command."""


class SmtpProvider:
    """One connection a message. Errors before the message was handed over are ``NotSent``."""

    name = "smtp"

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings

    def compose(self, message: Message) -> EmailMessage:
        """Plain text; the message's own id makes the Message-ID."""
        sender = self._settings.smtp_from or f"no-reply@{self._settings.smtp_host}"
        composed = EmailMessage(policy=SMTP_POLICY)
        composed["From"] = sender
        composed["To"] = message.address
        composed["Subject"] = message.subject
        composed["Date"] = formatdate()
        composed["Message-ID"] = f"<{message.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
        composed["Auto-Submitted"] = "auto-generated"
        composed.set_content(message.text)
        return composed

    async def send(self, message: Message) -> str | None:
        given = self._settings
        try:
            composed = self.compose(message)
        except ValueError:
            raise NotSent("address_invalid", retry=False) from None
        client = aiosmtplib.SMTP(
            hostname=given.smtp_host,
            port=given.smtp_port,
            username=given.smtp_username or None,
            password=given.smtp_password.get_secret_value() or None,
            use_tls=given.smtp_security == "tls",
            start_tls=given.smtp_security == "starttls",
            timeout=COMMAND_SECONDS,
        )
        try:
            await self._hand_over(client, composed)
        finally:
            client.close()  # a QUIT could only turn a message that was taken into an error
        return str(composed["Message-ID"])

    async def _hand_over(self, client: aiosmtplib.SMTP, composed: EmailMessage) -> None:
        try:
            await client.connect()  # with TLS and log-in
        except aiosmtplib.SMTPAuthenticationError:
            raise NotSent("provider_login_refused", retry=True) from None
        except Exception:  # whatever it was, nothing has been handed over
            raise NotSent("provider_unreachable", retry=True) from None
        try:
            await client.send_message(composed)
        except aiosmtplib.SMTPRecipientsRefused as error:
            answer = max(one.code for one in error.recipients)
        except aiosmtplib.SMTPResponseException as error:
            answer = error.code
            if answer < 400:  # an answer that makes no sense: the outcome is unknown
                raise
        else:
            return
        # 4xx answers ask to try later, 5xx are final (RFC 5321 4.2.1).
        raise NotSent("provider_refused", retry=answer < 500)

    async def close(self) -> None:
        pass
