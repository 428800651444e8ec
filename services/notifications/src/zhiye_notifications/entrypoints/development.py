"""The development sink's routes, as an API and as a page. They exist in development only."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.pagination import Limit
from zhiye_chassis.security import PUBLIC
from zhiye_chassis.web import Routes
from zhiye_notifications.adapters.development import KEPT, find_development_messages
from zhiye_notifications.kit import Kit

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width"><title>开发消息</title>
<style>
body{{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1a2b3c;background:#f6f8fa}}
article{{background:#fff;border:1px solid #d8dee4;border-radius:8px;padding:.8rem 1rem;
margin:.8rem 0}}
header{{color:#57606a;font-size:.9rem}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.4rem 0 0}}
</style></head><body>
<h1>开发消息</h1>
<p>开发模式下短信和邮件不会真正发出，而是显示在这里（最多 {kept} 条，每 3 秒自动刷新）。</p>
{messages}
</body></html>
"""
_MESSAGE = """<article><header>{channel} · {address} · {sent_at}</header>{subject}
<pre>{text}</pre></article>"""


class DevelopmentMessageOut(BaseModel):
    id: int = Field(examples=[17])
    channel: Literal["sms", "email"] = Field(examples=["sms"])
    address: str = Field(examples=["13800138000"])
    subject: str = Field(description="Empty for SMS", examples=[""])
    text: str = Field(examples=["【执业注册】验证码 482913，10 分钟内有效，请勿告诉他人。"])
    template: str = Field(examples=["verification_code"])
    parameters: dict[str, Any] = Field(examples=[{"code": "482913", "minutes": "10"}])
    sent_at: datetime = Field(examples=["2026-11-23T02:00:00Z"])


class DevelopmentMessagesOut(BaseModel):
    items: list[DevelopmentMessageOut]


def _article(row: RowMapping) -> str:
    subject = f"<strong>{escape(row['subject'])}</strong>" if row["subject"] else ""
    return _MESSAGE.format(
        channel={"sms": "短信", "email": "邮件"}[row["channel"]],
        address=escape(row["address"]),
        sent_at=f"{row['sent_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        subject=subject,
        text=escape(row["text"]),
    )


def routes(kit: Kit) -> Routes:
    api = Routes("development")

    @api.expose("GET", "/api/v1/development/messages", PUBLIC)
    async def list_development_messages(
        address: Annotated[str | None, Query(max_length=254, examples=["13800138000"])] = None,
        channel: Literal["sms", "email"] | None = None,
        limit: Limit = 20,
    ) -> DevelopmentMessagesOut:
        """What would have been sent by SMS and email, newest first, codes and all."""
        async with kit.database.reading() as connection:
            rows = await find_development_messages(connection, address, channel, limit)
        return DevelopmentMessagesOut(
            items=[DevelopmentMessageOut.model_validate(dict(row)) for row in rows]
        )

    @api.expose(
        "GET", "/development/messages", PUBLIC, response_class=HTMLResponse, response_model=None
    )
    async def show_development_messages() -> HTMLResponse:
        """The same as a page that keeps itself up to date."""
        async with kit.database.reading() as connection:
            rows = await find_development_messages(connection, None, None, 100)
        messages = "\n".join(_article(row) for row in rows) or "<p>还没有消息。</p>"
        return HTMLResponse(_PAGE.format(kept=KEPT, messages=messages), headers=_HEADERS)

    return api
