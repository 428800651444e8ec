"""Captchas: a picture to read, good for one answer."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from captcha.image import ImageCaptcha
from sqlalchemy import delete, insert

from zhiye_accounts.adapters.tables import captcha
from zhiye_accounts.domain.policy import CAPTCHA_LIFE
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_contracts.identifiers.errors import compact

_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"  # none that look alike
_PICTURES = ImageCaptcha(width=160, height=60)


@dataclass(frozen=True, slots=True)
class Captcha:
    id: str
    picture: str
    """PNG as a data URL."""
    expires_at: datetime
    answer: str


def _draw(answer: str) -> str:
    return (
        "data:image/png;base64," + base64.b64encode(_PICTURES.generate(answer).getvalue()).decode()
    )


async def make_captcha(tx: Transaction, kit: Kit) -> Captcha:
    answer = "".join(secrets.choice(_LETTERS) for _ in range(5))
    made = Captcha(
        id=new_id(),
        picture=await asyncio.to_thread(_draw, answer),
        expires_at=kit.clock.now() + CAPTCHA_LIFE,
        answer=answer,
    )
    await tx.execute(
        insert(captcha).values(
            id=made.id,
            answer_hash=kit.blind_index.of(f"{made.id}{answer}", "captcha"),
            expires_at=made.expires_at,
        )
    )
    return made


async def check_captcha(
    tx: Transaction, kit: Kit, captcha_id: str | None, answer: str | None
) -> None:
    """Use up a captcha; ``Refused`` when it is missing, wrong, used or expired."""
    if not captcha_id or not answer:
        raise refused(
            "captcha_required",
            ("请输入图片验证码。", "A captcha is needed."),
            ("请获取新的图片验证码并填写。", "Get a captcha and answer it."),
            field="captcha_answer",
            keep_effects=True,
        )
    row = (
        await tx.execute(
            delete(captcha)
            .where(captcha.c.id == captcha_id)
            .returning(captcha.c.answer_hash, captcha.c.expires_at)
        )
    ).first()
    expected = kit.blind_index.of(f"{captcha_id}{compact(answer)}", "captcha")
    if (
        row is None
        or row.expires_at <= kit.clock.now()
        or not secrets.compare_digest(row.answer_hash, expected)
    ):
        raise refused(
            "captcha_wrong",
            ("图片验证码错误或已过期。", "The captcha answer is wrong or too late."),
            ("请获取新的图片验证码后重试。", "Get a new captcha and try again."),
            field="captcha_answer",
            keep_effects=True,
        )
