"""Part "institutions": the national tree imported, and searched beside a tree of 10,000."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import ratios, spread, table
from tests.bench.institutions import loading, questions, tree
from tests.bench.institutions.serving import Job, serve
from tests.bench.lookup.client import Answered, Load, client
from tests.bench.processes import Child, child
from tests.bench.surroundings import database_url, drop_databases

from zhiye_chassis.settings import generate_secrets
from zhiye_institutions.adapters.tables import institution
from zhiye_institutions.application.import_institutions import CHUNK

TARGET = 1.5
CONNECTIONS = 4
_BIG, _SMALL, _MIDDLE = "zhiye_bench_nation", "zhiye_bench_10000", "zhiye_bench_100000"


@dataclass
class Measured:
    nation: list[loading.Imported] = field(default_factory=list)
    hundred_thousand: list[loading.Imported] = field(default_factory=list)
    copies: list[float] = field(default_factory=list)
    """Rows a second."""
    searches: dict[str, list[Answered]] = field(default_factory=lambda: {_SMALL: [], _BIG: []})
    kinds: dict[str, dict[str, Answered]] = field(default_factory=dict)


def measure(rounds: int, quick: bool) -> str:
    """The section of the report."""
    nation, middle = (60_000, 20_000) if quick else (tree.NATION, 100_000)
    measured = Measured()
    secrets = generate_secrets()
    with tempfile.TemporaryDirectory(prefix="zhiye-") as folder:
        files = {size: Path(folder) / f"{size}.csv" for size in (nation, middle, questions.SMALL)}
        for size, file in files.items():
            tree.write(size, file)
        rows = Path(folder) / "rows"
        for number in range(rounds):
            measured.hundred_thousand.append(
                loading.through_the_import(_MIDDLE, files[middle], secrets)
            )
            done = loading.through_the_import(_BIG, files[nation], secrets)
            measured.nation.append(done)
            measured.copies.append(done.records / loading.by_bare_copy(_BIG, rows))
            _say(f"round {number + 1}: {done.rate:,.0f}/s, COPY {measured.copies[-1]:,.0f}/s")
        loading.through_the_import(_SMALL, files[questions.SMALL], secrets)
        for database in (_SMALL, _BIG):
            asyncio.run(loading.vacuum(database))
        _search(measured, rounds, quick, secrets, folder)
    asyncio.run(drop_databases(_BIG, _SMALL, _MIDDLE))
    return _report(measured, rounds, quick)


def _search(
    measured: Measured, rounds: int, quick: bool, secrets: dict[str, str], folder: str
) -> None:
    seconds = 2.0 if quick else 10.0
    with contextlib.ExitStack() as stack:
        ports = {
            database: stack.enter_context(
                child(
                    serve,
                    Job(database_url(database, "+asyncpg"), secrets, folder, importing=False),
                )
            ).hear()
            for database in (_SMALL, _BIG)
        }
        loading_ = stack.enter_context(child(client, None))
        loading_.hear()
        mix = questions.mix()
        for port in ports.values():
            _ask(loading_, port, mix, seconds, warm_up=seconds)
        for number in range(rounds):
            for database, port in ports.items():
                answered = _ask(loading_, port, mix, seconds)
                measured.searches[database].append(answered)
            small, big = (measured.searches[one][-1].p95 for one in (_SMALL, _BIG))
            _say(f"round {number + 1}: p95 {small:.1f} and {big:.1f} ms, {big / small:.2f}×")
        for kind in questions.QUESTIONS:
            paths = questions.paths(kind, 400)
            measured.kinds[kind] = {
                database: _ask(loading_, port, paths, seconds / 4)
                for database, port in ports.items()
            }


def _ask(
    loading_: Child, port: int, paths: list[str], seconds: float, warm_up: float = 0.5
) -> Answered:
    loading_.tell(Load("127.0.0.1", port, paths, {}, CONNECTIONS, seconds, warm_up))
    answered: Answered = loading_.hear()
    return answered


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr)


def _report(measured: Measured, rounds: int, quick: bool) -> str:
    small, big = measured.searches[_SMALL], measured.searches[_BIG]
    p95 = ratios([one.p95 for one in big], [one.p95 for one in small])
    records = measured.nation[0].records
    rates = [one.rate for one in measured.nation]
    share = ratios(rates, measured.copies)
    peaks = [max(one.peak for one in runs) for runs in (measured.hundred_thousand, measured.nation)]
    headline = (
        f"**Search p95 at {records:,} institutions: {statistics.median(p95):.2f}× that at"
        f" {questions.SMALL:,}** (target {TARGET}×). **{statistics.median(rates):,.0f} institutions"
        f" a second imported, {statistics.median(share):.2f}× a bare COPY**; at most"
        f" {peaks[1]:.0f} MB of memory ({peaks[0]:.0f} MB for"
        f" {measured.hundred_thousand[0].records:,})."
    )
    size = ", in short runs (`--quick`)" if quick else ""
    importing = (
        f"A CSV file of {records:,} invented institutions in all counties is sent to"
        " `POST /api/v1/institution-imports` of the institutions service, and the clock runs until"
        " the import says that it is done. Every line is checked (number, region, labels, phone),"
        " compared with what is on record, and recorded with its search keys, its default"
        f" authority, its history and its event in the outbox, {CHUNK:,} in a transaction; at the"
        " end PostgreSQL counts anew (`VACUUM (ANALYZE)`). The table has its primary key,"
        f" {len(institution.indexes)} more indexes (one of them GIN over the search keys) and"
        f" {len(institution.foreign_keys)} foreign keys. Beside it,"
        " the very rows that came of it (all its columns) go by one `COPY` from a file into a table"
        " with the same columns and the primary key, and no other index, key or check. Events wait"
        " in the outbox: no relay runs beside it. Memory is the high-water mark of the service's"
        f" process. In turns, {rounds} rounds{size}; median and extremes."
    )
    searching = (
        "Then the service is asked over HTTP,"
        f" {CONNECTIONS} keep-alive connections, without gateway, with the same"
        f" {len(questions.mix()):,} searches over either tree, in turns; the smaller tree"
        " is part of the bigger one. By kind, one run each; in brackets the share of the mix."
    )
    loaded = table(
        ["", "institutions/s", "× COPY", "memory at most, MB"],
        [
            [
                f"import of {runs[0].records:,}",
                spread([one.rate for one in runs]),
                spread(share, 2) if runs is measured.nation else "",
                spread([one.peak for one in runs]),
            ]
            for runs in (measured.nation, measured.hundred_thousand)
        ]
        + [["bare `COPY`", spread(measured.copies), "1", ""]],
    )
    mixed = [
        "**all of them**",
        spread([one.median for one in small], 1),
        spread([one.median for one in big], 1),
        spread([one.p95 for one in small], 1),
        spread([one.p95 for one in big], 1),
        spread(p95, 2),
    ]
    kinds = [
        [
            f"{kind} ({questions.QUESTIONS[kind][0]} %)",
            *(f"{found[one].median:.1f}" for one in (_SMALL, _BIG)),
            *(f"{found[one].p95:.1f}" for one in (_SMALL, _BIG)),
            f"{found[_BIG].p95 / found[_SMALL].p95:.2f}",
        ]
        for kind, found in measured.kinds.items()
    ]
    head = ["searches", *(f"{what}, {n}" for what in ("median, ms", "p95, ms") for n in _SIZES)]
    searched = table([*head, "× p95"], [mixed, *kinds])
    return "\n\n".join([headline, importing, loaded, searching, searched])


_SIZES = ("10,000", "nation")
