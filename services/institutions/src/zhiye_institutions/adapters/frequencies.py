"""How frequent what is searched for is, as the database's statistics have it."""

from __future__ import annotations

import time
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SECONDS = 60.0
"""For which what was read is used."""
_ROWS = text("SELECT reltuples FROM pg_class WHERE oid = 'institution'::regclass")
_KEYS = text(
    "SELECT unnest(most_common_elems::text::text[]) AS key, unnest(most_common_elem_freqs) AS share"
    " FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'institution'"
    " AND attname = 'search_keys'"
)


class Frequencies:
    """The most frequent search keys, and what share of all institutions has each."""

    def __init__(self) -> None:
        self._read_at = -SECONDS
        self._shares: dict[str, float] = {}
        self.rows = 0.0
        """Institutions in all, about; 0 as long as the database has not counted."""

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read them anew, if they were read some time ago."""
        if time.monotonic() - self._read_at < SECONDS:
            return
        rows = (await connection.execute(_ROWS)).scalar_one()
        found = await connection.execute(_KEYS)
        # The shares are followed by three figures about themselves, which have no key.
        self._shares = {row.key: row.share for row in found if row.key is not None}
        self.rows = max(0.0, rows) if self._shares else 0.0
        self._read_at = time.monotonic()

    def rarest(self, keys: Iterable[str], most: int) -> list[str]:
        """Some of these keys, the rarest first."""
        return sorted(keys, key=lambda key: self._shares.get(key, 0.0))[:most]

    def of_all(self, keys: Iterable[str]) -> float:
        """The share of institutions that have all these keys: at most that of the rarest."""
        return min((self._shares.get(key, 0.0) for key in keys), default=1.0)
