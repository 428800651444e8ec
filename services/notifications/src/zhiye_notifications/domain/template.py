"""What a template is. ``{…}`` are the words that ``rendering.words`` makes of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhiye_contracts.reasons import Text

SIGNATURE = Text("【执业注册】", "[Zhiye] ")
"""SMS in China begin with the sender's registered signature in these brackets."""
EMAIL_FRAME = Text(
    "您好：\n\n{text}\n\n{next_step}\n\n此邮件由系统自动发送，请勿直接回复。",
    "Hello,\n\n{text}\n\n{next_step}\n\nThis email was sent automatically; please do not reply.",
)


@dataclass(frozen=True, slots=True)
class Template:
    """``title`` is the subject of the email and the title in the inbox; text and next step are
    the body of both. ``sms`` is empty for what only the inbox tells."""

    title: Text
    text: Text
    next_step: Text
    sms: Text | None
    example: Mapping[str, Any]
    source: str = ""
