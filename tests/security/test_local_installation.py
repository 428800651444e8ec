"""A local installation keeps to itself what is not for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhiye_chassis.objects import Objects
from zhiye_contracts.reasons import Refused
from zhiye_launcher import demo_data


async def test_the_folder_of_files_is_closed_to_other_accounts(tmp_path: Path) -> None:
    """Photos, and tables that people upload, with phones in them."""
    await Objects("", tmp_path / "objects").put("photos/43ab", b"photo")
    assert (tmp_path / "objects").stat().st_mode & 0o077 == 0
    stored = await Objects("", tmp_path / "objects").get("photos/43ab")
    assert stored is not None
    assert stored.content == b"photo"


async def test_accounts_with_the_known_password_are_not_made_in_production(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZHIYE_PRODUCTION", "1")
    with pytest.raises(Refused) as refused:
        await demo_data.seed({})
    assert refused.value.reasons[0].code == "demo_in_production"
