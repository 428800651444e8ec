"""Two producers sending overlapping batches at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Make = Callable[..., dict[str, Any]]


async def test_overlapping_batches_in_opposite_order_neither_deadlock_nor_double(
    world: Any, record: Make
) -> None:
    records = [record(number) for number in range(1, 1201)]
    batches = await asyncio.gather(
        world.feed(*records, account="one"),
        world.feed(*reversed(records), account="two"),
        world.feed(*(r | {"version": 2, "school": "更正学校"} for r in records[::3])),
    )
    totals = {
        name: sum(batch["counts"][name] for batch in batches) for name in batches[0]["counts"]
    }
    assert totals["rejected"] == 0
    assert totals["received"] == 1200 + 1200 + 400
    assert totals["recorded"] == 1200
    state = await world.rows(
        "SELECT count(*) AS people, count(*) FILTER (WHERE school = '更正学校') AS corrected"
        " FROM qualification"
    )
    assert state == [{"people": 1200, "corrected": 400}]
    events = await world.published()
    assert len(events) == totals["recorded"] + totals["updated"]
    assert len({(event["aggregate_id"], event["version"]) for event in events}) == len(events)
    history = await world.rows("SELECT count(*) AS n FROM qualification_history")
    assert history == [{"n": totals["updated"]}]


async def test_of_two_people_claiming_one_certificate_at_once_one_gets_it(
    world: Any, record: Make
) -> None:
    claims = [
        record(number, certificate_number=f"20261119{shared:07d}")
        for shared in range(50)
        for number in (2 * shared + 1, 2 * shared + 2)
    ]
    first, second = await asyncio.gather(
        world.feed(*claims[::2]), world.feed(*reversed(claims[1::2]))
    )
    counts = [first["counts"], second["counts"]]
    assert sum(c["recorded"] for c in counts) == 50
    assert sum(c["rejected"] for c in counts) == 50


async def test_of_two_certificates_for_one_person_and_year_at_once_one_is_recorded(
    world: Any, record: Make
) -> None:
    one = [record(n) for n in range(1, 101)]
    other = [record(n, certificate_number=f"20261119{n:07d}") for n in range(100, 0, -1)]
    first, second = await asyncio.gather(world.feed(*one), world.feed(*other))
    counts = [first["counts"], second["counts"]]
    assert sum(c["recorded"] for c in counts) == 100
    assert sum(c["rejected"] for c in counts) == 100
