"""``python -m tests.bench``: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from tests.bench import latency, report, start, surroundings
from tests.bench.bus import compare as bus
from tests.bench.feed import compare as feed
from tests.bench.institutions import compare as institutions
from tests.bench.lookup import compare as lookup
from tests.bench.nurses import compare as nurses
from tests.bench.people import compare as people

TITLES = {
    "bus": "Events from one service to another",
    "latency": "From a commit to its effect in another service",
    "lookup": "Look-up by certificate number",
    "feed": "The exam centre's feed at national scale",
    "institutions": "The institutions of the whole country",
    "people": "Look-ups with ten million people",
    "nurses": "Nurses of the whole country",
    "start": "Start and memory",
}
NEEDS_BROKER = {"bus", "feed", "nurses"}


def _measure(part: str, rounds: int, quick: bool, around: surroundings.Surroundings) -> str:
    if part == "bus":
        return bus.measure(rounds, quick)
    if part == "latency":
        return latency.measure(rounds, quick, bool(around.rabbitmq))
    if part == "lookup":
        return lookup.measure(rounds, quick, bool(around.rabbitmq))
    if part == "feed":
        return feed.measure(rounds, quick)
    if part == "institutions":
        return institutions.measure(rounds, quick)
    if part == "people":
        return people.measure(rounds, quick)
    if part == "nurses":
        return nurses.measure(rounds, quick)
    return start.measure(rounds, quick)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--only", default=",".join(TITLES), help="parts, separated by commas")
    parser.add_argument("--quick", action="store_true", help="short runs: a look, not a result")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    if unknown := [part for part in parts if part not in TITLES]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(TITLES)}")
    try:
        around = asyncio.run(surroundings.look())
    except surroundings.NotThere as error:
        print(error, file=sys.stderr)
        return 2
    sections = {}
    missed = []
    for part in parts:
        if part in NEEDS_BROKER and not around.rabbitmq:
            print(f"{part}: no RabbitMQ answers; set ZHIYE_BENCH_AMQP", file=sys.stderr)
            missed.append(part)
            continue
        print(f"{TITLES[part]} …", file=sys.stderr)
        begun = time.monotonic()
        body = _measure(part, arguments.rounds, arguments.quick, around)
        took = time.monotonic() - begun
        sections[part] = f"{body}\n\n*{around.line()}; took {took:.0f} s.*"
        print(sections[part])
    report.write(sections, TITLES)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
