"""Settings of the gateway, from ``ZHIYE_GATEWAY_…``."""

from __future__ import annotations

from typing import Annotated, Literal

import limits
from pydantic import AfterValidator, AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LimitClass = Literal["default", "authentication", "search", "feed"]
LIMIT_CLASSES: tuple[LimitClass, ...] = ("default", "authentication", "search", "feed")


def _rate(value: str) -> str:
    if value:
        limits.parse(value)
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""Such as ``600/minute``; empty switches the limit off."""


class GatewaySettings(BaseSettings):
    """Limits are tight for one account and loose for one address: a whole hospital may share it."""

    model_config = SettingsConfigDict(
        env_prefix="ZHIYE_GATEWAY_", extra="ignore", validate_by_name=True
    )

    default_per_account: Rate = "600/minute"
    default_per_address: Rate = "12000/minute"
    authentication_per_account: Rate = "60/minute"
    authentication_per_address: Rate = "600/minute"
    search_per_account: Rate = "240/minute"
    search_per_address: Rate = "6000/minute"
    feed_per_account: Rate = "120/minute"
    feed_per_address: Rate = "600/minute"
    limit_counters: int = Field(
        100_000, ge=1_000, description="Counters kept in memory, for addresses and for accounts"
    )

    trusted_proxy_hops: int = Field(
        0, ge=0, le=10, description="Proxies of ours in front, each adding to X-Forwarded-For"
    )
    cors_origins: list[str] = Field([], description="Origins that browsers may call from")
    metrics: bool = Field(True, description="Whether /metrics is answered on this address")
    development: bool = Field(
        False,
        description="Whether the development message sink is reachable",
        validation_alias=AliasChoices("ZHIYE_GATEWAY_DEVELOPMENT", "ZHIYE_DEVELOPMENT"),
    )

    upstream_connections: int = Field(100, ge=1, description="Kept to each service")
    upstream_connect_seconds: float = Field(5.0, gt=0)

    heartbeat_seconds: float = Field(15.0, gt=0)
    streams_per_account: int = Field(5, ge=1, description="Live connections of one account")
    streams_in_all: int = Field(2_000, ge=1)
    stream_queue: int = Field(200, ge=1, description="Events that wait for one slow connection")
    stream_send_seconds: float = Field(
        30.0, gt=0, description="How long a connection may refuse to take anything"
    )
    remembered_events: int = Field(10_000, ge=1, description="Kept in memory for resuming")
