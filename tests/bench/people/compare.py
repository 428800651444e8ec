"""Part "people": the same look-ups with ten million people on record and with few."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
import orjson
from tests.bench.feed import compare as feed
from tests.bench.figures import ratios, spread, table
from tests.bench.lookup import data as registered
from tests.bench.lookup.client import Answered, Load, client
from tests.bench.lookup.compare import LIMITS, OPERATOR
from tests.bench.people import data
from tests.bench.processes import Child, child
from tests.journeys.system import System, zhiye

from zhiye_launcher.demo_data import PASSWORD
from zhiye_launcher.generator import Record, generate_nurse_exam_results, write

MANY = int(os.environ.get("ZHIYE_BENCH_PEOPLE", "10_000_000"))
FEW = 100_000
CONNECTIONS = 4
TURNS = 5
"""Of each system in a round: short ones, so that what else the machine does hits both."""
SECONDS = 1.5
WARM_UP_SECONDS = 15.0
"""In which most of those asked for are asked for once, before anything is measured."""
MOST_TIMES = 1.5
_LOOK_UP = "/api/v1/qualifications/lookup"
QUESTIONS: dict[str, tuple[str, ...]] = {
    "qualifications by certificate number": ("certificate_number",),
    "qualifications by name and ID number": ("name", "id_number"),
    "qualifications by admission number": ("admission_number",),
}
REGISTRATION = "registration by certificate number"

Answers = dict[str, list[Answered]]


def measure(rounds: int, quick: bool) -> str:
    """The section of the report."""
    many = MANY // 10 if quick else MANY
    turns = (1 if quick else TURNS) * rounds
    asked = list(generate_nurse_exam_results(registered.COUNT, 5, 2026, dirty=0))
    measured: dict[int, Answers] = {FEW: {}, many: {}}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhiye-")))
        folder.chmod(0o711)  # the database may run under an account of its own
        file = folder / "asked.ndjson"
        with file.open("w", encoding="utf-8", newline="") as stream:
            write(asked, stream, "ndjson")
        systems: dict[int, System] = {}
        for people in measured:
            system = stack.enter_context(zhiye("run", var=folder / f"{people}", **LIMITS))
            asyncio.run(_fill(system, file, people))
            systems[people] = system
            print(f"  {people:,} people on record", file=sys.stderr)
        loading = stack.enter_context(child(client, None))
        loading.hear()
        for question in (*QUESTIONS, REGISTRATION):
            for system in systems.values():
                _ask(system, question, asked, WARM_UP_SECONDS, loading)
        for number in range(turns):
            for question in (*QUESTIONS, REGISTRATION):
                for people, system in systems.items():
                    answered = _ask(system, question, asked, SECONDS, loading)
                    measured[people].setdefault(question, []).append(answered)
                    print(
                        f"  turn {number + 1}: {question}, {people:,}: {answered.p95:.1f} ms",
                        file=sys.stderr,
                    )
    return _report(many, turns, measured)


async def _fill(system: System, file: Path, people: int) -> None:
    await feed.send(system, file, registered.COUNT)
    await registered.take_over(system.database("registration"), system.var)
    await data.fill(system, people)


def _ask(
    system: System, question: str, asked: Sequence[Record], seconds: float, loading: Child
) -> Answered:
    fields = QUESTIONS.get(question)
    bodies = None
    if fields is None:
        first = registered.FIRST
        paths = [f"/api/v1/registrations/{first + n}" for n in range(registered.COUNT)]
        user = OPERATOR
    else:
        bodies = [orjson.dumps({name: record[name] for name in fields}) for record in asked]
        paths = [_LOOK_UP] * len(bodies)
        user = "examcentre"
    address = urlsplit(system.address)
    loading.tell(
        Load(
            address.hostname or "",
            address.port or 80,
            paths,
            _log_in(system, user),
            CONNECTIONS,
            seconds,
            bodies=bodies,
        )
    )
    answered: Answered = loading.hear()
    return answered


def _log_in(system: System, user: str) -> dict[str, str]:
    form = {"grant_type": "password", "username": user, "password": PASSWORD}
    answer = httpx.post(f"{system.address}/api/v1/oauth/token", data=form)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _report(many: int, turns: int, measured: dict[int, Answers]) -> str:
    rows = []
    times: dict[str, list[float]] = {}
    for question, answers in measured[many].items():
        few = measured[FEW][question]
        times[question] = ratios([a.p95 for a in answers], [a.p95 for a in few])
        rows.append(
            [
                question,
                spread([a.median for a in few], 1),
                spread([a.median for a in answers], 1),
                spread([a.p95 for a in few], 1),
                spread([a.p95 for a in answers], 1),
                spread(times[question], 2),
            ]
        )
    worst = max(times, key=lambda question: median(times[question]))
    headline = (
        f"**p95 with {many:,} people at most {median(times[worst]):.2f}× that with {FEW:,}**"
        f" (aim: at most {MOST_TIMES}×): {worst}."
    )
    explanation = (
        f"Two systems started by `zhiye run`, one with {FEW:,} people on record and one with"
        f" {many:,}: as many qualifications in the register, as many in the registration service,"
        " and as many registrations. Asked for are"
        f" {registered.COUNT:,} of them, fed and taken over in the usual way and scattered among"
        f" the others, which are written by SQL. {CONNECTIONS} keep-alive connections through the"
        " gateway, every answer has to be a 200; look-ups of qualifications record who looked."
        f" After {WARM_UP_SECONDS:g} s of each question the systems take {turns} turns of"
        f" {SECONDS:g} s, question by question; milliseconds, median and extremes of the turns,"
        " ratios formed turn by turn."
    )
    head = ["", f"median, {FEW:,}", f"median, {many:,}", f"p95, {FEW:,}", f"p95, {many:,}"]
    return "\n\n".join([headline, explanation, table([*head, "p95 ratio"], rows)])
