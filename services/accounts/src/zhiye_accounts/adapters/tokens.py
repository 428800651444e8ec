"""Issuing access tokens: EdDSA, ten minutes."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from zhiye_chassis.security import ACCESS_TOKEN_SECONDS, Principal, claims_of
from zhiye_chassis.settings import Settings


class TokenIssuer:
    """Signs with the private key whose public half is the JWKS entry of the same ``x``.

    To rotate: put a new key pair in, keep the old public key in the JWKS until the last token
    signed with it has expired.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.jwt_private_key is None:
            raise ValueError("ZHIYE_JWT_PRIVATE_KEY is needed by the accounts service")
        pem = settings.jwt_private_key.get_secret_value().replace("\\n", "\n").encode()
        key = load_pem_private_key(pem, None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("ZHIYE_JWT_PRIVATE_KEY must be an Ed25519 key")
        self._key = key
        self._key_id = self._find_key_id(settings.jwks)
        self.jwks = settings.jwks

    def _find_key_id(self, jwks: dict[str, Any]) -> str:
        public: Any = jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        for entry in jwks.get("keys", []):
            if entry.get("x") == public["x"]:
                return str(entry["kid"])
        raise ValueError("ZHIYE_JWKS does not hold the public half of ZHIYE_JWT_PRIVATE_KEY")

    def issue(self, principal: Principal, seconds: int = ACCESS_TOKEN_SECONDS) -> str:
        """A token that lives so long."""
        now = int(time.time())
        return jwt.encode(
            claims_of(principal, now) | {"exp": now + seconds},
            self._key,
            algorithm="EdDSA",
            headers={"kid": self._key_id},
        )
