"""Settings, from the environment only (``ZHIYE_…``); secrets never appear in a repr."""

from __future__ import annotations

import base64
import json
import os
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from zhiye_chassis.crypto import BlindIndex, FieldCipher


class ProcessSettings(BaseSettings):
    """What every process reads, the gateway included: nothing here opens a sealed field."""

    model_config = SettingsConfigDict(env_prefix="ZHIYE_", extra="ignore")

    amqp_url: str = Field("", description="amqp://…; empty in the embedded profile")
    jwks: dict[str, Any] = Field(description="Public keys that tokens are checked with")
    log_level: str = "INFO"
    development: bool = Field(
        False, description="Development sink for messages, captcha answers told. Never in public."
    )

    @field_validator("development")
    @classmethod
    def _refuse_development_in_production(cls, value: bool) -> bool:
        if value and os.environ.get("ZHIYE_PRODUCTION"):
            raise ValueError("development mode is not for a system that real people use")
        return value


class Settings(ProcessSettings):
    """What every service reads as well. Each has a default or must be given."""

    database_url: str = Field("", description="postgresql+asyncpg://… of this service's database")
    database_pool: int = Field(
        10, ge=1, description="Connections for requests; opened when needed, then kept"
    )
    field_keys: dict[str, SecretStr] = Field(
        description="Key id → base64 of 32 bytes; the first seals, all open"
    )
    blind_index_key: SecretStr = Field(description="base64 of at least 32 bytes")
    jwt_private_key: SecretStr | None = Field(None, description="PEM, Ed25519; accounts only")
    data_dir: str = Field("var", description="Folder for files when no object store is configured")
    object_store_url: str = Field("", description="s3://bucket/prefix …; empty: data_dir/objects")

    @cached_property
    def cipher(self) -> FieldCipher:
        return FieldCipher(
            {
                key_id: base64.b64decode(key.get_secret_value())
                for key_id, key in self.field_keys.items()
            }
        )

    @cached_property
    def blind_index(self) -> BlindIndex:
        return BlindIndex(base64.b64decode(self.blind_index_key.get_secret_value()))


def generate_secrets() -> dict[str, str]:
    """Fresh values for the secret settings, as environment variables without the prefix."""
    private = Ed25519PrivateKey.generate()
    key_id = os.urandom(4).hex()
    public: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(private.public_key()))
    public |= {"kid": key_id, "use": "sig", "alg": "EdDSA"}
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return {
        "FIELD_KEYS": json.dumps({"k1": base64.b64encode(os.urandom(32)).decode()}),
        "BLIND_INDEX_KEY": base64.b64encode(os.urandom(32)).decode(),
        "JWKS": json.dumps({"keys": [public]}),
        "JWT_PRIVATE_KEY": pem.replace("\n", "\\n"),
    }
