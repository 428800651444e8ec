"""Sealed fields and blind indexes."""

from __future__ import annotations

import os
from typing import Any

import pytest

from zhiye_chassis.crypto import BlindIndex, FieldCipher, SealError
from zhiye_contracts import purposes

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher({"k1": os.urandom(32)})


@pytest.mark.parametrize("value", [ID_NUMBER, "", "王芳", "𠮷\u0301\0", "x" * 10_000])
def test_what_was_sealed_can_be_opened(cipher: FieldCipher, value: str) -> None:
    sealed = cipher.seal(value, purposes.ID_NUMBER)
    assert value == "" or value not in sealed
    assert cipher.open(sealed, purposes.ID_NUMBER) == value


def test_the_same_value_is_sealed_differently_each_time(cipher: FieldCipher) -> None:
    assert len({cipher.seal(ID_NUMBER, purposes.ID_NUMBER) for _ in range(50)}) == 50


def test_a_value_sealed_for_one_purpose_does_not_open_for_another(cipher: FieldCipher) -> None:
    sealed = cipher.seal("13800138000", purposes.PHONE)
    with pytest.raises(SealError):
        cipher.open(sealed, purposes.ID_NUMBER)


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    old, new = os.urandom(32), os.urandom(32)
    before = FieldCipher({"k1": old}).seal(ID_NUMBER, purposes.ID_NUMBER)
    rotated = FieldCipher({"k2": new, "k1": old})
    after = rotated.seal(ID_NUMBER, purposes.ID_NUMBER)
    assert after.startswith("k2.")
    for sealed in (before, after):
        assert rotated.open(sealed, purposes.ID_NUMBER) == ID_NUMBER
    with pytest.raises(SealError):
        FieldCipher({"k2": new}).open(before, purposes.ID_NUMBER)


def test_another_key_under_the_same_name_opens_nothing(cipher: FieldCipher) -> None:
    sealed = cipher.seal(ID_NUMBER, purposes.ID_NUMBER)
    with pytest.raises(SealError):
        FieldCipher({"k1": os.urandom(32)}).open(sealed, purposes.ID_NUMBER)


def test_a_sealed_value_that_was_changed_anywhere_does_not_open(cipher: FieldCipher) -> None:
    sealed = cipher.seal(ID_NUMBER, purposes.ID_NUMBER)
    for at, letter in enumerate(sealed[:-1]):  # the last one carries padding bits
        changed = sealed[:at] + ("A" if letter != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(SealError):
            cipher.open(changed, purposes.ID_NUMBER)


@pytest.mark.parametrize(
    "sealed", ["", "k1", "k1..", "k1.AAAA.AAAA", "a.b.c.d", "k9.x.y", "k1.ü.ü"]
)
def test_what_is_no_sealed_value_does_not_open(cipher: FieldCipher, sealed: str) -> None:
    with pytest.raises(SealError):
        cipher.open(sealed, purposes.ID_NUMBER)


def test_a_seal_error_tells_nothing_of_the_value(cipher: FieldCipher) -> None:
    with pytest.raises(SealError) as raised:
        cipher.open(f"k1.{ID_NUMBER}.{ID_NUMBER}", purposes.ID_NUMBER)
    assert ID_NUMBER not in str(raised.value)


def test_a_cipher_needs_keys_of_the_right_length() -> None:
    with pytest.raises(ValueError, match="key"):
        FieldCipher({})
    with pytest.raises(ValueError, match=r"128|bit|length"):
        FieldCipher({"k1": b"short"})


def test_a_blind_index_finds_equal_values_and_tells_them_apart_by_purpose_and_key() -> None:
    index = BlindIndex(b"a" * 32)
    one = index.of(ID_NUMBER, purposes.ID_NUMBER)
    assert one == index.of(ID_NUMBER, purposes.ID_NUMBER)
    assert len(one) == 32
    assert int(one, 16) >= 0
    others = {
        index.of(ID_NUMBER, purposes.PHONE),
        index.of(ID_NUMBER[:-1] + "1", purposes.ID_NUMBER),
        BlindIndex(b"b" * 32).of(ID_NUMBER, purposes.ID_NUMBER),
        one,
    }
    assert len(others) == 4


def test_a_purpose_cannot_be_shifted_into_the_value() -> None:
    index = BlindIndex(b"a" * 32)
    assert index.of("b", "a") != index.of("", "ab") != index.of("ab", "")


def test_a_blind_index_needs_a_long_key() -> None:
    with pytest.raises(ValueError, match="32"):
        BlindIndex(b"short")


def test_the_settings_hide_their_secrets(settings_for: Any, keys: dict[str, str]) -> None:
    told = repr(settings_for()) + str(settings_for())
    for name in ("FIELD_KEYS", "BLIND_INDEX_KEY", "JWT_PRIVATE_KEY"):
        secret = keys[name].split('"')[3] if name == "FIELD_KEYS" else keys[name]
        assert secret not in told


def test_development_is_refused_for_a_system_that_real_people_use(
    settings_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIYE_PRODUCTION", "1")
    with pytest.raises(ValueError, match="development"):
        settings_for()
    assert settings_for(development=False).development is False
