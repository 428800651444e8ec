"""Routes of the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import refused
from zhiye_chassis.security import ANYONE
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts.reasons import Language
from zhiye_notifications.application import inbox
from zhiye_notifications.domain.rendering import render
from zhiye_notifications.kit import Kit

_MOST = 2**63 - 1
"""The largest number of a message."""


class DeliveryOut(BaseModel):
    """What became of the SMS or email that told the same."""

    channel: Literal["sms", "email"] | None = Field(
        None, description="Absent while no verified phone or email is known", examples=["sms"]
    )
    state: Literal["queued", "sending", "sent", "failed", "expired"] = Field(examples=["failed"])
    error_code: str | None = Field(None, examples=["no_provider"])
    finished_at: datetime | None = Field(None, examples=["2026-11-23T02:00:01Z"])


class MessageOut(BaseModel):
    """One message, in the reader's language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 17,
                    "template": "application_approved",
                    "title": "申请已批准",
                    "text": "西城区卫生健康委员会已批准您的首次注册申请（N202611230000017）。",
                    "next_step": "请登录查看执业注册信息。",
                    "occurred_at": "2026-11-23T02:00:00Z",
                    "read_at": None,
                    "delivery": {
                        "channel": "sms",
                        "state": "sent",
                        "finished_at": "2026-11-23T02:00:01Z",
                    },
                }
            ]
        }
    )

    id: int
    template: str
    title: str
    text: str
    next_step: str
    occurred_at: datetime
    read_at: datetime | None = None
    delivery: DeliveryOut | None = Field(None, description="Absent for what only the inbox tells")


class MessagesOut(Page[MessageOut]):
    unread: int = Field(description="Unread messages in the whole inbox", examples=[1])


class ReadOut(BaseModel):
    read_at: datetime = Field(
        description="When it was first read", examples=["2026-11-23T02:05:00Z"]
    )


def shown(kit: Kit, row: RowMapping, language: Language) -> MessageOut:
    rendered = render(row["template"], kit.open_parameters(row["sealed_parameters"]), language)
    return MessageOut(
        id=row["id"],
        template=row["template"],
        title=rendered.title,
        text=rendered.text,
        next_step=rendered.next_step,
        occurred_at=row["occurred_at"],
        read_at=row["read_at"],
        delivery=DeliveryOut(
            channel=row["channel"],
            state=row["state"],
            error_code=row["error_code"],
            finished_at=row["finished_at"],
        )
        if row["state"]
        else None,
    )


def routes(kit: Kit) -> Routes:
    api = Routes("messages")

    @api.expose("GET", "/api/v1/my/messages", ANYONE)
    async def list_my_messages(
        caller: Caller, language: Reader, cursor: Cursor = None, limit: Limit = 20
    ) -> MessagesOut:
        """One's own messages, newest first, in the reader's language."""
        before = int(decode_cursor(cursor, int)[0]) if cursor else None
        if before is not None:
            before = max(min(before, _MOST), 0)
        async with kit.database.reading() as connection:
            rows = await inbox.find_messages(connection, caller.account_id, before, limit + 1)
            unread = await inbox.count_unread(connection, caller.account_id)
        more = len(rows) > limit
        rows = rows[:limit]
        return MessagesOut(
            items=[shown(kit, row, language) for row in rows],
            next_cursor=encode_cursor(rows[-1]["id"]) if more else None,
            unread=unread,
        )

    @api.expose("POST", "/api/v1/my/messages/{message_id}/read", ANYONE)
    async def mark_my_message_read(
        tx: Tx, caller: Caller, message_id: Annotated[int, Path(ge=1, le=_MOST)]
    ) -> ReadOut:
        """Mark one's own message as read; doing so again changes nothing."""
        read_at = await inbox.mark_read(tx, kit, caller.account_id, message_id)
        if read_at is None:
            raise refused(
                "message_not_found",
                ("您没有这条消息。", "You have no such message."),
                ("请刷新消息列表。", "Read the list of messages again."),
                status=404,
            )
        return ReadOut(read_at=read_at)

    return api
