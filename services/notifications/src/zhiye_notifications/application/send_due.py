"""Sending what is due: claim, hand to the provider, write down what became of it.

The claim is committed before the provider is called, so no other sender takes the message, and a
crash before the record leaves it ``sending``; ``sweep`` then fails it as ``outcome_unknown``
(see ``domain.delivery``: at most once).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from prometheus_client import Counter
from sqlalchemy import RowMapping

from zhiye_chassis.crypto import SealError
from zhiye_chassis.telemetry import log
from zhiye_notifications.adapters import queue
from zhiye_notifications.domain import delivery
from zhiye_notifications.domain.delivery import Message, NotSent
from zhiye_notifications.domain.rendering import TemplateError, render_for, sms_parts
from zhiye_notifications.domain.templates import TEMPLATES
from zhiye_notifications.kit import Kit

TAKE = 20
"""Messages handed to providers at once."""
IDLE_SECONDS = 1.0
GRACE_SECONDS = 5.0
"""How long a sender that is told to stop waits for what it has handed over."""

MESSAGES = Counter(
    "messages_total", "Messages by what became of them", ["channel", "template", "result"]
)


class Sender:
    """Sends what is due, as long as the service runs."""

    def __init__(self, kit: Kit, woken: asyncio.Event) -> None:
        self._kit = kit
        self._woken = woken

    async def run(self) -> None:
        """Send for ever; woken by new messages, and by a look each second."""
        while True:
            self._woken.clear()
            batch = asyncio.ensure_future(self.send_due())
            try:
                sent = await asyncio.shield(batch)
            except asyncio.CancelledError:
                await asyncio.wait([batch], timeout=GRACE_SECONDS)
                batch.cancel()
                raise
            if not sent:
                try:
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def send_due(self) -> int:
        """One round; how many messages were handed to providers."""
        kit = self._kit
        async with kit.database.transaction() as tx:
            claimed = await queue.claim(tx, list(kit.providers), kit.clock.now(), TAKE)
        results = await asyncio.gather(
            *(self._send(row) for row in claimed), return_exceptions=True
        )
        for error in results:
            if error is not None:
                log.warning("message_result_not_recorded", error=type(error).__name__)
        return len(claimed)

    async def sweep(self) -> None:
        """Give up on what was lost, is too late, or cannot be sent by anybody here."""
        kit = self._kit
        async with kit.database.transaction() as tx:
            given_up = await queue.sweep(tx, list(kit.providers), kit.clock.now())
        for result, messages in given_up.items():
            for channel, template in messages:
                _count(channel or "none", template, result)
            if messages:
                log.warning("messages_given_up", result=result, count=len(messages))

    async def _send(self, row: RowMapping) -> None:
        result = await self._attempt(row)
        kit = self._kit
        async with kit.database.transaction() as tx:
            await queue.record(tx, row["id"], kit.clock.now(), **result)
        outcome = result.get("error_code") or result["state"]
        _count(row["channel"], row["template"], outcome)
        if result["state"] != "sent":
            log.warning(
                "message_not_sent",
                message_id=row["id"],
                channel=row["channel"],
                template=row["template"] if row["template"] in TEMPLATES else "unknown",
                state=result["state"],
                code=outcome,
                attempts=row["attempts"],
            )

    async def _attempt(self, row: RowMapping) -> dict[str, Any]:
        """Hand one message over; what to write down about it."""
        try:
            message = self._message(row)
        except TemplateError as error:
            return {"state": "failed", "error_code": error.code}
        except (SealError, ValueError):
            return {"state": "failed", "error_code": delivery.UNSEALABLE}
        provider = self._kit.providers[message.channel]
        result: dict[str, Any] = {"provider": provider.name}
        if message.channel == "sms":
            result["parts"] = sms_parts(message.text)
        try:
            async with asyncio.timeout(delivery.SEND_SECONDS):
                reference = await provider.send(message)
        except NotSent as answer:
            return result | self._not_sent(row, answer)
        except Exception as error:
            log.warning(
                "message_outcome_unknown", message_id=message.id, error=type(error).__name__
            )
            return result | {"state": "failed", "error_code": delivery.OUTCOME_UNKNOWN}
        return result | {"state": "sent", "reference": reference}

    def _not_sent(self, row: RowMapping, answer: NotSent) -> dict[str, Any]:
        due = (
            delivery.next_attempt(row["attempts"], self._kit.clock.now(), row["expires_at"])
            if answer.retry
            else None
        )
        state = "queued" if due else "failed"
        return {"state": state, "error_code": answer.code, "next": due}

    def _message(self, row: RowMapping) -> Message:
        parameters: Mapping[str, Any] = self._kit.open_parameters(row["sealed_parameters"])
        channel, language = row["channel"], row["language"]
        subject, text = render_for(channel, row["template"], parameters, language)
        return Message(
            id=row["id"],
            channel=channel,
            address=self._kit.open_address(channel, row["sealed_address"]),
            subject=subject,
            text=text,
            template=row["template"],
            parameters=parameters,
            language=language,
        )


def _count(channel: str, template: str, result: str) -> None:
    MESSAGES.labels(channel, template if template in TEMPLATES else "unknown", result).inc()
