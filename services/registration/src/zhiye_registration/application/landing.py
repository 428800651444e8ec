"""Where something that is meant for an institution goes: to what it was merged into, if it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters import merges


@dataclass(frozen=True, slots=True)
class Hop:
    """One merge on the way."""

    merge_id: str
    from_id: str
    from_name: str
    into_id: str
    into_name: str
    into_region: str


@dataclass(frozen=True, slots=True)
class Landing:
    """Where it goes, and by which merges; without any, name and region are as they were given."""

    id: str
    name: str
    region: str
    hops: tuple[Hop, ...]
    given_region: str

    async def note(
        self,
        tx: Transaction,
        item_id: str,
        kind: Literal["registration", "practice_filing"] = "registration",
    ) -> None:
        """Keep that a registration or a filing landed here, so that an undo takes it back."""
        region = self.given_region
        moves = []
        for hop in self.hops:
            moves.append(
                {
                    "merge_id": hop.merge_id,
                    "kind": kind,
                    "item_id": item_id,
                    "from_id": hop.from_id,
                    "from_name": hop.from_name,
                    "from_region": region,
                    "into_id": hop.into_id,
                }
            )
            region = hop.into_region
        await merges.note_moves(tx, moves)


async def land(
    tx: Transaction, institution_id: str, name: str = "", region: str = "", *, hold: bool = True
) -> Landing:
    """Follow the merges of an institution, which is not merged until the transaction ends; to look
    only, without ``hold``.

    A registration or an application that is made without this could be left at an institution
    that is gone.
    """
    hops: list[Hop] = []
    seen: set[str] = set()
    current = institution_id
    while current not in seen:
        seen.add(current)
        if hold:
            await merges.hold_shared(tx, current)
        merge = await merges.in_force(tx, current)
        if merge is None or merge["into_id"] in seen:
            break
        current = merge["into_id"]
        hops.append(
            Hop(
                merge["merge_id"],
                merge["source_id"],
                merge["source_name"],
                merge["into_id"],
                merge["into_name"],
                merge["into_region"],
            )
        )
    if hops:
        last = hops[-1]
        return Landing(last.into_id, last.into_name, last.into_region, tuple(hops), region)
    return Landing(institution_id, name, region, (), region)
