"""The providers of messages, from the environment (``ZHIYE_NOTIFICATIONS_…``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotificationsSettings(BaseSettings):
    """A channel without a host or URL has no provider: its messages fail visibly, and are sent
    once there is one. In development everything goes to the sink instead."""

    model_config = SettingsConfigDict(env_prefix="ZHIYE_NOTIFICATIONS_", extra="ignore")

    sms_url: SecretStr = Field(SecretStr(""), description="HTTP endpoint of the SMS provider")
    sms_method: Literal["POST", "PUT"] = "POST"
    sms_headers: dict[str, SecretStr] = Field({}, description="JSON; such as Authorization")
    sms_body: dict[str, JsonValue] = Field(
        {"phone": "{address}", "text": "{text}", "id": "{message_id}"},
        description="JSON body; {address}, {text}, {template}, {language}, {message_id} and "
        "{parameters} (a JSON object) are filled in wherever they stand in a text",
    )
    sms_success: list[int] = Field([200, 201, 202], description="Statuses that mean: taken")
    sms_reference_path: str = Field(
        "",
        description="Dotted path of the provider's reference in its JSON answer, such as "
        "data.id; an answer without it means: not taken",
    )

    smtp_host: str = ""
    smtp_port: int | None = Field(None, description="Default: 465, 587 or 25, by smtp_security")
    smtp_security: Literal["tls", "starttls", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = Field("", description="Sender, such as 执业注册 <no-reply@example.cn>")
