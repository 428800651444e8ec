"""A running service: ids through HTTP, outbox, bus and handler; metrics; housekeeping."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import httpx
import orjson
import pytest
from services.chassis.tests.bus.world import Counted, World, eventually, happening, raw
from services.chassis.tests.bus.world import metadata as bus_metadata
from services.chassis.tests.http import notes
from sqlalchemy import text

from zhiye_chassis import service as chassis
from zhiye_chassis import telemetry
from zhiye_chassis.bus.cloudevents import NotACloudEvent, envelope, parse, to_cloudevent
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.relay import MAX_BYTES, group
from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service, running

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
async def service(make_database: Any, settings_for: Any) -> Service:
    return notes.build(await make_database(notes.metadata, "notes"), settings_for().jwks)


@pytest.fixture
def nurse(service: Service, client_for: Any, token_for: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = client_for(service, token_for(Principal("n", "practitioner")))
    return client


async def test_the_ids_of_a_request_reach_the_handler_of_its_event_and_what_that_publishes(
    service: Service, nurse: httpx.AsyncClient, make_database: Any
) -> None:
    world = World(service.database, await make_database(bus_metadata, "reader"))
    seen: list[tuple[str, str]] = []

    async def handle(tx: Transaction, event: Counted) -> None:
        seen.append((telemetry.request_id_var.get(), telemetry.traceparent_var.get()))
        tx.emit(Counted(**happening()))

    carrier = InProcessCarrier()
    other = Service(
        name="reader",
        title="Reader",
        database=world.reader,
        verifier=service.verifier,
        routes=[],
        subscriptions=Subscriptions("reader", [Subscription(Counted, handle)]),
        metadata=bus_metadata,
        migrations="",
    )
    await carrier.declare(other.subscriptions)
    headers = {"X-Request-Id": "abcdef-123456", "traceparent": PARENT}
    async with running(service, carrier):
        response = await nurse.post("/notes", json={"text": "a"}, headers=headers)
        assert response.headers["x-request-id"] == "abcdef-123456"
        async with running(other, carrier):

            async def handled() -> bool:
                return len(seen) >= 2  # the event, and the one that its handler published

            await eventually(handled)
    for request_id, traceparent in seen[:2]:
        assert request_id == "abcdef-123456"
        assert traceparent[3:35] == PARENT[3:35], "the same trace"
        assert traceparent != PARENT, "a span of our own"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space", 'a"b,c:d{}', "<script>", "13800138000"]
)
async def test_a_request_id_that_is_not_harmless_is_replaced(
    nurse: httpx.AsyncClient, given: str
) -> None:
    response = await nurse.get("/me", headers={"X-Request-Id": given, "traceparent": given})
    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 24


def test_a_trace_goes_on_with_a_span_of_its_own_or_begins_anew() -> None:
    child = telemetry.new_traceparent(PARENT)
    assert child[3:35] == PARENT[3:35]
    assert child[36:52] != PARENT[36:52]
    for broken in ("", PARENT + "\n", PARENT.upper(), "00-" + "z" * 32, PARENT[:-1]):
        assert telemetry.new_traceparent(broken)[3:35] != PARENT[3:35]
        assert telemetry.harmless_ids("12345678\n", broken) == ("", "")


async def test_the_metrics_are_there(
    service: Service, nurse: httpx.AsyncClient, make_database: Any
) -> None:
    world = World(await make_database(bus_metadata), await make_database(bus_metadata))
    consumer = world.consumer(tiers=())
    good, bad = raw(Counted(**happening())), raw(Counted(**happening(), poison="raises"))
    await consumer.consume([good, good, bad, b"broken"])
    await nurse.post("/notes", json={"text": "a"})
    await nurse.get("/nowhere")
    await service.housekeep()
    told = (await nurse.get("/metrics")).text
    route = 'method="POST",route="/notes",service="notes",status="201"'
    for metric in (
        f"http_requests_total{{{route}}}",
        'http_requests_total{method="GET",route="other",service="notes",status="404"}',
        'http_request_duration_seconds_count{route="/notes",service="notes"}',
        'outbox_pending{service="notes"} 1.0',
        'outbox_oldest_age_seconds{service="notes"}',
        'dead_letters{service="notes"} 0.0',
        'retries_waiting{service="notes"} 0.0',
        f'events_consumed_total{{result="done",service="{world.service}",type="{Counted.type}"}}',
        f'events_consumed_total{{result="dead",service="{world.service}",type="{Counted.type}"}}',
        f'events_consumed_total{{result="duplicate",service="{world.service}",type="any"}} 1.0',
        f'result="dead",service="{world.service}",type="unreadable"',
        f'event_lag_seconds_count{{service="{world.service}"}} 1.0',
    ):
        assert metric in told, metric
    assert "events_published_total" in told
    assert "queue_messages" in told


async def test_housekeeping_forgets_what_is_old_and_keeps_what_is_not(service: Service) -> None:
    async with service.database.transaction() as tx:
        for days in (0, 29, 31):
            await tx.execute(
                text("INSERT INTO inbox VALUES ('/x', :id, now() - make_interval(days => :days))"),
                {"id": str(days), "days": days},
            )
        for hours in (0, 23, 25):
            await tx.execute(
                text(
                    "INSERT INTO idempotency_key (scope, key, fingerprint, created_at)"
                    " VALUES ('x', :id, '', now() - make_interval(hours => :hours))"
                ),
                {"id": str(hours), "hours": hours},
            )
    await service.housekeep()
    async with service.database.reading() as connection:
        inbox = (await connection.execute(text("SELECT event_id FROM inbox"))).scalars().all()
        keys = (await connection.execute(text("SELECT key FROM idempotency_key"))).scalars().all()
    assert sorted(inbox) == ["0", "29"]
    assert sorted(keys) == ["0", "23"]


async def test_a_service_is_live_and_ready(nurse: httpx.AsyncClient) -> None:
    assert (await nurse.get("/livez")).text == "ok"
    assert (await nurse.get("/readyz")).text == "ok"


async def test_background_loops_and_jobs_that_fail_are_started_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chassis, "HOUSEKEEPING_SECONDS", 0.01)
    runs: list[str] = []
    closed: list[bool] = []

    async def job() -> None:
        runs.append("job")
        raise RuntimeError

    async def loop() -> None:
        runs.append("loop")
        raise RuntimeError

    async def close() -> None:
        closed.append(True)

    service.periodic, service.background, service.on_close = [job], [loop], [close]

    async def twice() -> bool:
        return runs.count("job") >= 2 and runs.count("loop") >= 2

    async with running(service, InProcessCarrier()):
        await eventually(twice)
    assert closed == [True]


async def test_a_service_stops_although_a_loop_swallows_its_cancellation(service: Service) -> None:
    started = asyncio.Event()
    swallowed: list[int] = []

    async def stubborn() -> None:
        while True:
            try:
                started.set()
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(1)

    service.background = [stubborn]
    async with running(service, InProcessCarrier()):
        await started.wait()
    assert swallowed == [1]


async def test_nothing_is_published_when_a_command_is_rolled_back(service: Service) -> None:
    with contextlib.suppress(RuntimeError):
        async with service.database.transaction() as tx:
            tx.emit(Counted(**happening()))
            raise RuntimeError
    async with service.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM outbox")) == 0


async def test_reads_outside_a_transaction_leave_no_transaction_open(service: Service) -> None:
    for _ in range(3):
        async with service.database.reading() as connection:
            await connection.execute(text("SELECT 1"))
        async with service.database.transaction() as tx:
            state = text(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                " AND datname = current_database()"
            )
            assert (await tx.execute(state)).scalar_one() == 0
            await tx.execute(text("INSERT INTO attempt DEFAULT VALUES"))
            await tx.connection.rollback()
            await tx.connection.begin()
    async with service.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM attempt")) == 0


def test_an_event_is_a_cloudevent_whatever_it_holds() -> None:
    event = Counted(**happening('a"b\\c\n王'), poison='"}]\0')
    attributes = orjson.loads(to_cloudevent(event, "/notes"))
    assert attributes["specversion"] == "1.0"
    assert attributes["subject"] == 'a"b\\c\n王'
    assert attributes["data"]["poison"] == '"}]\0'
    assert attributes["source"] == "/notes"
    assert attributes["sequence"] == "1"
    (read,) = parse(to_cloudevent(event, "/notes"))
    assert not isinstance(read, tuple)
    assert Counted.model_validate(read.data) == event


def test_what_is_no_cloudevent_says_what_is_missing() -> None:
    with pytest.raises(NotACloudEvent, match="no_id"):
        envelope({"specversion": "1.0"}, b"")
    with pytest.raises(NotACloudEvent, match="not_an_object"):
        envelope([], b"")


def test_messages_are_bounded_in_count_and_bytes_and_keep_the_order() -> None:
    rows = [(n, "a" if n % 2 else "b", f"{n}") for n in range(2500)]
    messages = group(rows)
    assert [len(batch) for batch in messages["a"]] == [500, 500, 250]
    assert [int(e) for batch in messages["b"] for e in batch] == list(range(0, 2500, 2))
    part = MAX_BYTES * 4 // 9
    big = [(n, "a", "x" * part) for n in range(5)] + [(9, "a", "x" * MAX_BYTES * 2)]
    assert [len(batch) for batch in group(big)["a"]] == [2, 2, 1, 1]


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert all(len(id_) == 26 for id_ in ids)
    assert [id_[:10] for id_ in ids] == sorted(id_[:10] for id_ in ids)


def test_libraries_that_log_with_odd_levels_do_no_harm() -> None:
    handler = telemetry._ForwardToStructlog()
    for level in (5, 25, 55):
        handler.emit(logging.LogRecord("x", level, "", 0, "told %s", ("a",), None))
