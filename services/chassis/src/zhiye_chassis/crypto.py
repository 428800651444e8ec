"""Sealing of sensitive fields and blind indexes over them."""

from __future__ import annotations

import base64
import hmac
import os
from binascii import b2a_base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class SealError(Exception):
    """A sealed value cannot be opened: unknown key, wrong purpose, or tampered with."""


_NONCE = 12
"""Bytes; 16 characters of base64, so that it may be encoded together with what follows."""
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class FieldCipher:
    """AES-256-GCM over single fields: ``<key id>.<nonce>.<ciphertext>``.

    ``keys`` maps key ids to 32-byte keys; the first one seals, all of them open, so that a key
    is rotated by putting a new one in front. The purpose (``id_number``, ``phone``, …) is bound
    as associated data: a sealed phone cannot be passed off as a sealed ID number.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("at least one field key is needed")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    def seal(self, value: str, purpose: str) -> str:
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, value.encode(), purpose.encode())
        encoded = b2a_base64(nonce + sealed, newline=False).translate(_URL_SAFE, b"=").decode()
        return f"{self._current}.{encoded[:16]}.{encoded[16:]}"

    def open(self, sealed: str, purpose: str) -> str:
        try:
            key_id, nonce, ciphertext = sealed.split(".")
            cipher = self._ciphers[key_id]
            return cipher.decrypt(_decode(nonce), _decode(ciphertext), purpose.encode()).decode()
        except (ValueError, KeyError, InvalidTag) as error:
            raise SealError(purpose) from error


class BlindIndex:
    """Keyed HMAC-SHA-256 over a field, cut to 128 bits and told as 32 hexadecimal digits.

    Equal values have equal indexes, so they can be found and be unique without being readable.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the blind index key needs at least 32 bytes")
        self._begun = hmac.new(key, digestmod="sha256")

    def of(self, value: str, purpose: str) -> str:
        mac = self._begun.copy()
        mac.update(f"{purpose}\0{value}".encode())
        return mac.hexdigest()[:32]
