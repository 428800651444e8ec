"""A schema-driven fuzz of every operation in every role: no 5xx, and every "no" is a problem.

The cases come from the merged OpenAPI of the running system: the boundary cases of the schema,
and random ones, valid and invalid. Ids in paths are real ones half of the time. They are derived
from the schema alone, so that a run can be repeated. ``make fuzz`` runs more of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig
from schemathesis.core.result import Ok
from tests.journeys.caller import Caller
from tests.journeys.conftest import Connect
from tests.journeys.people import People
from tests.journeys.system import System

from zhiye_launcher.demo_data import CHANGAN_HOSPITAL, HEAN, HEBEI, PASSWORD

pytestmark = pytest.mark.timeout(240)
STREAMS = {"/api/v1/events"}
ENDS_THE_SESSION = {
    "/api/v1/oauth/revocation",
    "/api/v1/accounts/me/sessions",  # those of other journeys, which share the staff accounts
    "/api/v1/accounts/me/password",  # a few wrong ones lock the log-in
}
STAFF = {
    "institution": "changanyy",
    "authority": "changan1",
    "exam_centre": "examcentre",
    "operator": "operator1",
}


@schemathesis.serializer(
    "application/x-ndjson",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/jpeg",
    "image/png",
    "application/pdf",
)
def as_it_is(_context: Any, value: Any) -> bytes:
    """Bodies that are no JSON: bytes and texts as they are, anything else as JSON would be."""
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text.encode("utf-8", "surrogatepass")


@dataclass
class Fuzzed:
    """A running system, its document, callers by role, real ids by the names of path parameters;
    an ``id`` by how its path begins, where it is not an application's."""

    system: System
    document: dict[str, Any]
    callers: dict[str, Caller]
    ids: dict[str, str]

    def headers(self, role: str) -> dict[str, str]:
        """Of one request: an address of its own each time, as accounts limits by address."""
        sent = {"X-Forwarded-For": next(_ADDRESSES)}
        if role:
            sent["Authorization"] = f"Bearer {self.callers[role].token}"
        return sent


_ADDRESSES = (
    f"198.18.{a}.{b}" for _ in itertools.count() for a in range(256) for b in range(1, 255)
)


@pytest.fixture(scope="module")
async def fuzzed(embedded: System, connect: Connect, people: People) -> Fuzzed:
    """The hospital and the authority of Shijiazhuang: the other journeys are in Beijing."""
    callers = {role: connect() for role in STAFF}
    for role, user_name in STAFF.items():
        await callers[role].log_in(user_name, PASSWORD)
    nurse = await people.active()
    callers["practitioner"] = nurse.caller
    elsewhere = connect()
    await elsewhere.log_in(nurse.user_name, nurse.password)
    application = await nurse.submitted(CHANGAN_HOSPITAL)
    batches = await callers["exam_centre"].get("/api/v1/qualification-batches")
    async with asyncio.timeout(15):
        while True:
            if messages := (await nurse.caller.get("/api/v1/my/messages"))["items"]:
                break
            await asyncio.sleep(0.05)
    hospital = callers["institution"]
    main = (await hospital.get("/api/v1/staff-accounts"))["items"][0]["account_id"]
    clone = await hospital.post(
        f"/api/v1/staff-accounts/{main}/clones",
        {"staff_name": "张伟", "user_name": "fuzzed001", "phone": "13900000099"},
    )
    delegation = await hospital.post("/api/v1/delegations", {"institution_id": HEAN})
    filing = await hospital.post("/api/v1/institution-filings", {"kind": "change"})
    zone = await callers["operator"].get("/api/v1/zones/reports?limit=1")
    imported = await callers["authority"].ask(
        "POST",
        "/api/v1/institution-imports?dry_run=true",
        content="机构名称,登记号,行政区划\n石家庄示例诊所,,130102\n".encode(),
        headers={"Content-Type": "text/csv"},
    )
    other_name = await callers["authority"].post(
        f"/api/v1/institutions/{CHANGAN_HOSPITAL}/other-names", {"name": "长安和安医院"}
    )
    nurses = await _nurses_of_its_own(callers["authority"], hospital)
    ids = {
        "id": application["id"],
        **nurses,
        "/api/v1/institution-filings": filing["id"],
        "/api/v1/application-evidence": "01JD0000000000000000EVI001",
        "/api/v1/qualifications": (await nurse.caller.get("/api/v1/my/qualifications"))["items"][0][
            "id"
        ],
        "import_id": imported.json()["id"],
        "name_id": other_name["id"],
        "zone_id": zone["items"][0]["id"] if zone["items"] else "01JD0000000000000000ZON001",
        "merge_id": "01JD0000000000000000MRG001",
        "source_id": CHANGAN_HOSPITAL,
        "account_id": clone["account_id"],
        "delegation_id": delegation["delegation_id"],
        "authority_id": HEBEI,
        "institution_id": CHANGAN_HOSPITAL,
        "batch_id": batches["items"][0]["id"],
        "business_type": "nurse-first",
        "slug": "nurse-first",
        "table": "education",
        "code": "110102",
        "province": "13",
        "year": "2026",
        "certificate_number": "202613000001",
        "evidence_id": "01JD0000000000000000EVI001",
        "message_id": str(messages[0]["id"]),
        "session_id": elsewhere.refresh_token.partition(".")[0],
        "recovery_id": await nurse.recovery(),
    }
    return Fuzzed(embedded, await connect().get("/openapi.json"), callers, ids)


async def _nurses_of_its_own(authority: Caller, hospital: Caller) -> dict[str, str]:
    """A nurse brought in, interrupted, compared with a list; ids by how paths begin."""
    csv = {"Content-Type": "text/csv"}
    taken = await authority.ask(
        "POST",
        f"/api/v1/registration-imports?institution_id={CHANGAN_HOSPITAL}",
        content="姓名,身份证号,护士证号,有效期截止日期\n"
        "冯静,110105199012319988,201713009901,2031-01-01\n".encode(),
        headers=csv,
    )
    async with asyncio.timeout(15):
        while True:
            page = await hospital.get("/api/v1/roster?list=all&limit=200")
            found = [one["registration_id"] for one in page["items"] if one["name"] == "冯静"]
            if found:
                break
            await asyncio.sleep(0.05)
    nurse = found[0]
    interrupted = await hospital.ask(
        "POST",
        "/api/v1/practice-interruptions",
        {"registration_id": nurse, "began_on": "2026-02-01", "ground": "study"},
    )
    compared = await hospital.ask(
        "POST",
        "/api/v1/reconciliations",
        content="姓名,身份证号\n冯静,110105199012319988\n".encode(),
        headers=csv,
    )
    return {
        "/api/v1/roster": nurse,
        "/api/v1/registration-records": nurse,
        "/api/v1/practice-interruptions": interrupted.json()["id"],
        "/api/v1/registration-imports": taken.json()["id"],
        "/api/v1/reconciliations": compared.json()["id"],
        "line": "2",
    }


def fault_of(answer: Any) -> str:
    """What is wrong with an answer: a fault of the server, or a "no" that does not say code,
    title and next step; empty when nothing is."""
    status = answer.status_code
    if status >= 500:
        return f"{status} {answer.text[:300]}"
    if status >= 400:
        if "application/problem+json" not in str(answer.headers["content-type"]):
            return f"{status} {answer.headers['content-type']} {answer.text[:100]}"
        problem = json.loads(answer.content)
        for name in ("code", "title", "detail", "next_step", "reasons"):
            if not problem[name]:
                return f"{status} without {name}"
    return ""


def explore(strategy: Any, examples: int, visit: Callable[[Any], None]) -> None:
    """Visit so many random cases; the same ones each time."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def run(case: Any) -> None:
        visit(case)

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong about an empty request
        run()


class Fuzz:
    """Sends cases; counts answers by status, keeps the first fault of each operation."""

    def __init__(self, fuzzed: Fuzzed) -> None:
        self._fuzzed = fuzzed
        self._http = requests.Session()
        self._renewed = time.monotonic()
        self.counts: Counter[int] = Counter()
        self.faults: dict[str, str] = {}

    def send(self, case: Any, role: str) -> None:
        if case.path in ENDS_THE_SESSION:
            role = ""
        answer = case.call(
            base_url=self._fuzzed.system.address,
            session=self._http,
            headers=self._fuzzed.headers(role),
        )
        self._note(answer, f"{case.method} {case.path} as {role}", case.as_curl_command)

    def send_plain(self, operation: Any, role: str) -> None:
        """The operation's address as it is in the document, with nothing filled in."""
        url = self._fuzzed.system.address + operation.path.replace("{", "").replace("}", "")
        answer = self._http.request(
            operation.method.upper(), url, headers=self._fuzzed.headers(role)
        )
        self._note(answer, f"{operation.label} as {role}", lambda: url)

    def _note(self, answer: Any, asked: str, how: Callable[[], str]) -> None:
        self.counts[answer.status_code] += 1
        if fault := fault_of(answer):
            self.faults.setdefault(asked, f"{fault}\n    {how()[:1500]}")

    def run(self, *, examples: int, boundary_cases: int) -> None:
        """Every operation in every role that may use it, and once in each other."""
        schema = schemathesis.openapi.from_dict(self._fuzzed.document, config=schemathesis.Config())
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()
            self._renew_tokens()
            if operation.path not in STREAMS:
                self._run_one(schema, operation, examples, boundary_cases)
        self._http.close()

    def _renew_tokens(self) -> None:
        """In good time: they live ten minutes."""
        if time.monotonic() - self._renewed < 240:
            return
        for caller in self._fuzzed.callers.values():
            answer = self._http.post(
                f"{self._fuzzed.system.address}/api/v1/oauth/token",
                data={"grant_type": "refresh_token", "refresh_token": caller.refresh_token},
            ).json()
            caller.token, caller.refresh_token = answer["access_token"], answer["refresh_token"]
        self._renewed = time.monotonic()

    def _run_one(self, schema: Any, operation: Any, examples: int, boundary_cases: int) -> None:
        known, callers = self._fuzzed.ids, self._fuzzed.callers
        roles = sorted(operation.definition.raw["x-access"]["roles"]) or ["", "operator"]
        names = [parameter.name for parameter in operation.path_parameters]
        owner = "/".join(operation.path.split("/")[:4])
        real = {
            name: known.get(owner, known[name]) if name in ("id", "import_id") else known[name]
            for name in names
        }
        cases = schema.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=GenerationConfig()
        )
        for number, case in enumerate(itertools.islice(cases, boundary_cases)):
            self.send(case, roles[number % len(roles)])
        for role, mode in itertools.product(roles, GenerationMode):
            for fixed in ({"path_parameters": real}, {}) if real else ({},):
                strategy = operation.as_strategy(generation_mode=mode, **fixed)
                explore(strategy, examples, partial(self.send, role=role))
        for role in sorted({"", *callers} - set(roles)):
            self.send_plain(operation, role)


async def fuzz(fuzzed: Fuzzed, *, examples: int, boundary_cases: int) -> Counter[int]:
    """Counts of answers by status; the test fails with every fault found."""
    run = Fuzz(fuzzed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        await asyncio.to_thread(run.run, examples=examples, boundary_cases=boundary_cases)
    assert not run.faults, "\n".join(f"{asked}: {fault}" for asked, fault in run.faults.items())
    print(dict(sorted(run.counts.items())))
    return run.counts


async def test_no_request_that_the_schema_can_think_of_is_a_fault_of_the_server(
    fuzzed: Fuzzed,
) -> None:
    counts = await fuzz(fuzzed, examples=2, boundary_cases=20)
    assert counts[200] > 40
    assert counts[422] > 200


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_nor_is_one_of_many_more(fuzzed: Fuzzed) -> None:
    await fuzz(fuzzed, examples=40, boundary_cases=1000)
