"""Part "nurses": rosters and lists, bulk renewals and first registrations, with six million nurses
on record and with few."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import asyncpg
from tests.bench.figures import ratios, spread, table
from tests.bench.lookup.client import Answered, Load, client
from tests.bench.nurses import data, first, renewals
from tests.bench.nurses.questions import ROSTER, Question, questions
from tests.bench.nurses.serving import Job, authorization, serve, settings
from tests.bench.nurses.system import started
from tests.bench.processes import Child, child
from tests.bench.surroundings import database_url, drop_databases, fresh_databases

from zhiye_chassis import migrate
from zhiye_chassis.settings import generate_secrets

FEW = 100_000
MANY = int(os.environ.get("ZHIYE_BENCH_NURSES", "6_000_000"))
PHYSICIANS = int(os.environ.get("ZHIYE_BENCH_PHYSICIANS", "0"))
"""Beside the nurses, in the database with many; 5,100,000 are in the nation."""
MOST_TIMES = 1.5
CONNECTIONS = 4
TURNS = 3
"""Of each database in a round: short ones, so that what else the machine does hits both."""
SECONDS = 1.5
WARM_UP_SECONDS = 3.0
FIRST = 200
"""First registrations in a round."""


@dataclass
class Measured:
    """Of one database."""

    nurses: int
    gigabytes: float = 0.0
    minutes: float = 0.0
    answers: dict[str, list[Answered]] = field(default_factory=dict)
    registered: list[first.Registered] = field(default_factory=list)
    renewed: list[renewals.Renewed] = field(default_factory=list)

    @property
    def database(self) -> str:
        return f"zhiye_bench_nurses_{self.nurses}"


def measure(rounds: int, quick: bool) -> str:
    """The section of the report."""
    few, many = Measured(FEW), Measured(MANY // 10 if quick else MANY)
    secrets = generate_secrets()
    with tempfile.TemporaryDirectory(prefix="zhiye-") as folder:
        for one in (few, many):
            asyncio.run(_load(one, secrets))
            _say(f"{one.nurses:,} nurses in {one.minutes:.1f} min, {one.gigabytes:.1f} GB")
        _ask_all((few, many), 1 if quick else TURNS * rounds, secrets, folder)
        for number in range(rounds):
            for one in (few, many):
                var = Path(folder) / f"{one.nurses}-{number}"
                asyncio.run(_work(one, number, quick, secrets, var))
    asyncio.run(drop_databases(few.database, many.database))
    return _report(few, many, rounds, quick)


async def _load(one: Measured, secrets: dict[str, str]) -> None:
    begun = perf_counter()
    await fresh_databases(one.database)
    url = database_url(one.database, "+asyncpg")
    await migrate.upgrade(url, "zhiye_registration.migrations")
    others = PHYSICIANS if one.nurses > FEW else 0
    await data.fill(database_url(one.database), settings(secrets), one.nurses, others)
    one.minutes = (perf_counter() - begun) / 60
    connection = await asyncpg.connect(database_url(one.database))
    size = await connection.fetchval("SELECT pg_database_size(current_database())")
    one.gigabytes = size / 1e9
    await connection.close()


def _ask_all(both: Sequence[Measured], turns: int, secrets: dict[str, str], folder: str) -> None:
    asked = questions(settings(secrets))
    with contextlib.ExitStack() as stack:
        ports = {
            one.nurses: stack.enter_context(
                child(serve, Job(database_url(one.database, "+asyncpg"), secrets, folder))
            ).hear()
            for one in both
        }
        loading = stack.enter_context(child(client, None))
        loading.hear()
        for name, question in asked.items():
            for number in range(turns):
                for one in both:
                    warm_up = 0.2 if number else WARM_UP_SECONDS
                    answered = _ask(loading, ports[one.nurses], question, secrets, warm_up)
                    one.answers.setdefault(name, []).append(answered)
            p95 = ", ".join(f"{median([a.p95 for a in one.answers[name]]):.1f}" for one in both)
            _say(f"{name}: {p95} ms")


def _ask(
    loading: Child, port: int, question: Question, secrets: dict[str, str], warm_up: float
) -> Answered:
    headers = authorization(secrets, question.who)
    paths, bodies = list(question.paths), question.bodies
    loading.tell(
        Load(
            "127.0.0.1",
            port,
            paths,
            headers,
            CONNECTIONS,
            SECONDS,
            warm_up,
            list(bodies) if bodies is not None else None,
        )
    )
    answered: Answered = loading.hear()
    return answered


async def _work(
    one: Measured, number: int, quick: bool, secrets: dict[str, str], var: Path
) -> None:
    count = FIRST // 4 if quick else FIRST
    async with started(one.database, secrets, var) as system:
        # A few that count for nothing: processes that have just started are slow.
        await first.register(system, count // 5, 1_000 + number)
        registered = await first.register(system, count, number)
        renewed = await renewals.renew(system, settings(secrets))
    one.registered.append(registered)
    one.renewed.append(renewed)
    _say(
        f"round {number + 1}, {one.nurses:,}: {registered.complete:.1f} first registrations/s,"
        f" {registered.without_accounts:.1f} without accounts; {renewed.items} renewals reviewed in"
        f" {renewed.reviewed:.1f} s, decided in {renewed.decided:.1f} s"
    )


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr)


def _report(few: Measured, many: Measured, rounds: int, quick: bool) -> str:
    rows, times = [], {}
    for name, answers in many.answers.items():
        before = few.answers[name]
        times[name] = ratios([a.p95 for a in answers], [a.p95 for a in before])
        rows.append(
            [
                name,
                *(spread([a.median for a in of], 1) for of in (before, answers)),
                *(spread([a.p95 for a in of], 1) for of in (before, answers)),
                spread(times[name], 2),
            ]
        )
    worst = max(times, key=lambda name: median(times[name]))
    rates, slower = _rates(few), {}
    for name, values in _rates(many).items():
        slower[name] = ratios(rates[name], values)
    work = [
        [name, spread(rates[name], 1), spread(values, 1), spread(slower[name], 2)]
        for name, values in _rates(many).items()
    ]
    complete, renewed = (_rates(many)[name] for name in (_COMPLETE, _RENEWED))
    headline = (
        f"With {many.nurses:,} nurses on record: **{median(complete):.1f} complete first"
        f" registrations a second**, {median(slower[_COMPLETE]):.2f}× slower than with"
        f" {few.nurses:,}; **{median(renewed):.0f} renewals a second in bulk**,"
        f" {median(slower[_RENEWED]):.2f}×; **first page of a roster of {data.AT_HOSPITAL:,}"
        f" {median([a.p95 for a in many.answers[ROSTER]]):.0f} ms at p95**,"
        f" {median(times[ROSTER]):.2f}×; of all questions at most {median(times[worst]):.2f}×"
        f" ({worst.strip('… ')}; aim: at most {MOST_TIMES}×)."
    )
    return "\n\n".join(
        [
            headline,
            _loaded(few, many),
            table(["a second", f"{few.nurses:,}", f"{many.nurses:,}", "times slower"], work),
            _work_text(rounds, quick),
            table(_head(few, many), rows),
            _asked_text(len(few.answers[ROSTER])),
        ]
    )


_COMPLETE = "first registrations, from no account to the number"
_RENEWED = "renewals in bulk, review and decision"


def _rates(one: Measured) -> Mapping[str, list[float]]:
    return {
        _COMPLETE: [r.complete for r in one.registered],
        "of that, accounts": [r.nurses / r.accounts for r in one.registered],
        "of that, from the account to the number": [r.without_accounts for r in one.registered],
        _RENEWED: [r.items / (r.reviewed + r.decided) for r in one.renewed],
        "of that, the institution's review": [r.items / r.reviewed for r in one.renewed],
        "of that, the authority's decision": [r.items / r.decided for r in one.renewed],
    }


def _head(few: Measured, many: Measured) -> list[str]:
    sizes = [f"{one.nurses:,}" for one in (few, many)]
    return ["", *(f"{what}, {n}" for what in ("median", "p95") for n in sizes), "× p95"]


def _loaded(few: Measured, many: Measured) -> str:
    return (
        f"Two databases of the registration service are written by SQL, with {few.nurses:,} and"
        f" {many.nurses:,} nurses ({many.gigabytes:.1f} GB, in {many.minutes:.0f} minutes): one"
        f" hospital with {data.AT_HOSPITAL:,}, all others at institutions of 50 to 2,000 in every"
        " county, their rows mixed as those of people who came over the years; each with her"
        f" history, a third with an account, one in {data.APPLICATIONS} with an application, of"
        " which 30 % are open."
    )


def _work_text(rounds: int, quick: bool) -> str:
    count = FIRST // 4 if quick else FIRST
    return (
        "`zhiye up` (a process for the gateway and for each service) on RabbitMQ and PostgreSQL,"
        " the registration service on one of these databases. First registrations:"
        f" {count} nurses whose exam results were fed, {first.AT_ONCE} at a time; all HTTP calls go"
        " through the gateway: captcha, account, log-in, code by SMS, verification, activation,"
        " then “May I?”, application, submission, search and review by the hospital, decision by"
        " the authority, until she reads her number; the clock stops when all"
        f" {first.MESSAGES} messages of each are in her inbox. Passwords are hashed by Argon2 when"
        " an account is made and at log-in."
        f" Renewals: {data.RENEWALS:,} applications of one hospital and one expiry date, written"
        " beforehand, are approved with one order by the hospital and one by the authority"
        " (`/api/v1/bulk-reviews`); from the order until it says `done`, while the events go out."
        f" In turns, {rounds} rounds, each with processes just started; median and extremes, ratios"
        " formed round by round."
    )


def _asked_text(turns: int) -> str:
    return (
        "Milliseconds. The registration service in a process of its own over either database is"
        f" asked over HTTP without gateway, {CONNECTIONS} keep-alive connections, every answer a"
        f" 200; pages of 50, the first page with its counts; {turns} turns of {SECONDS:g} s each;"
        " median and extremes of the turns, ratios formed turn by turn."
    )
