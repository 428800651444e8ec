"""Batches that are continued after they broke off, cancelled half-way, and watched meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from zhiye_qualifications.application import feed
from zhiye_qualifications.application.batches import close_abandoned

Make = Callable[..., dict[str, Any]]
FEED = "/api/v1/qualification-batches"
NDJSON = {"Content-Type": "application/x-ndjson"}
CSV = {"Content-Type": "text/csv"}


class Upload:
    """A body that is sent a piece at a time, and may stop short of its announced length."""

    def __init__(self, client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        request = client.post(path, content=self._body(), headers=headers)
        self.answer = asyncio.create_task(request)

    async def _body(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            yield piece

    def send(self, piece: bytes) -> None:
        self._pieces.put_nowait(piece)

    async def end(self) -> httpx.Response:
        self._pieces.put_nowait(None)
        return await self.answer


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BEAT", 0.05)
    monkeypatch.setattr(feed, "CHUNK", 10)


@pytest.fixture
def centre(world: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = world.client("exam_centre", account_id="exam-centre")
    return client


async def interrupted(
    centre: httpx.AsyncClient, content: bytes, headers: dict[str, str]
) -> dict[str, Any]:
    """A batch of which this much came, as it stands."""
    promised = headers | {"Content-Length": str(len(content) + 1000)}
    response = await centre.post(FEED, content=content, headers=promised)
    assert (response.status_code, response.json()["code"]) == (400, "body_truncated")
    newest: dict[str, Any] = (await centre.get(FEED)).json()["items"][0]
    assert newest["state"] == "interrupted"
    return newest


async def until(condition: Callable[[], Any]) -> Any:
    async with asyncio.timeout(10):
        while not (found := await condition()):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize("table", [False, True], ids=["ndjson", "csv"])
async def test_a_batch_is_continued_where_it_broke_off_and_its_line_numbers_go_on(
    world: Any,
    centre: httpx.AsyncClient,
    record: Make,
    ndjson: Callable[..., bytes],
    csv_of: Callable[..., bytes],
    table: bool,
) -> None:
    records = [record(n, gender="1" if n % 10 == 0 else "2") for n in range(1, 41)]
    body, headers = (csv_of(records), CSV) if table else (ndjson(records), NDJSON)
    lines = body.splitlines(keepends=True)
    batch = await interrupted(centre, b"".join(lines[:25]) + lines[25][:40], headers)
    assert batch["continue_at"] == 26
    assert batch["lines"] == 25
    rest = b"".join(lines[batch["continue_at"] - 1 :])
    path = f"{FEED}/{batch['id']}/continuation"
    done = await centre.post(path, content=lines[0] + rest if table else rest, headers=headers)
    assert done.status_code == 200, done.text
    report = done.json()
    assert report["id"] == batch["id"]
    assert (report["state"], report["lines"]) == ("distributing", len(lines))
    assert (report["counts"]["recorded"], report["counts"]["rejected"]) == (36, 4)
    first = 11 if table else 10
    assert [reject["line"] for reject in report["rejects"]] == [first + n for n in (0, 10, 20, 30)]
    await world.keep()
    (told,) = await world.published("batch-completed")
    assert (told["received"], told["recorded"], told["rejected"]) == (40, 36, 4)


async def test_a_continuation_may_break_off_and_be_continued_itself(
    centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    lines = ndjson([record(n) for n in range(1, 31)]).splitlines(keepends=True)
    batch = await interrupted(centre, b"".join(lines[:5]), NDJSON)
    path = f"{FEED}/{batch['id']}/continuation"
    promised = NDJSON | {"Content-Length": "100000"}
    again = await centre.post(path, content=b"".join(lines[5:12]), headers=promised)
    assert again.status_code == 400
    batch = (await centre.get(f"{FEED}/{batch['id']}")).json()
    assert (batch["state"], batch["continue_at"]) == ("interrupted", 13)
    done = (await centre.post(path, content=b"".join(lines[12:]), headers=NDJSON)).json()
    assert (done["state"], done["counts"]["recorded"]) == ("distributing", 30)


@pytest.mark.parametrize("table", [False, True], ids=["ndjson", "csv"])
async def test_without_any_further_line_an_interrupted_batch_is_complete_as_it_is(
    centre: httpx.AsyncClient,
    record: Make,
    ndjson: Callable[..., bytes],
    csv_of: Callable[..., bytes],
    table: bool,
) -> None:
    body, headers = (csv_of([record()]), CSV) if table else (ndjson([record()]), NDJSON)
    batch = await interrupted(centre, body, headers)
    nothing = body.splitlines(keepends=True)[0] if table else b""
    path = f"{FEED}/{batch['id']}/continuation"
    done = (await centre.post(path, content=nothing, headers=headers)).json()
    assert (done["state"], done["counts"]["received"]) == ("distributing", 1)


async def test_a_faulty_header_leaves_the_batch_to_be_continued(
    centre: httpx.AsyncClient, record: Make, csv_of: Callable[..., bytes]
) -> None:
    body = csv_of([record(1), record(2)])
    batch = await interrupted(centre, body, CSV)
    path = f"{FEED}/{batch['id']}/continuation"
    refused = await centre.post(path, content=body.replace(b"gender", b"sex"), headers=CSV)
    assert refused.status_code == 422
    assert (await centre.get(f"{FEED}/{batch['id']}")).json()["state"] == "interrupted"
    header = body.splitlines(keepends=True)[0]
    done = await centre.post(path, content=header, headers=CSV)
    assert done.status_code == 200


async def test_what_cannot_be_continued_says_why(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    async def code(batch_id: str, headers: dict[str, str] = NDJSON, **scope: str) -> Any:
        client = world.client("exam_centre", **({"account_id": "exam-centre"} | scope))
        path = f"{FEED}/{batch_id}/continuation"
        answer = await client.post(path, content=ndjson([record()]), headers=headers)
        return answer.status_code, answer.json()["code"]

    ended = (await centre.post(FEED, content=ndjson([record()]), headers=NDJSON)).json()["id"]
    assert await code(ended) == (409, "batch_ended")
    broken = (await interrupted(centre, ndjson([record(2)]), NDJSON))["id"]
    assert await code(broken, CSV) == (409, "batch_format_differs")
    assert await code(broken, account_id="another") == (404, "not_found")
    assert await code("nowhere") == (404, "not_found")
    await centre.post(f"{FEED}/{broken}/cancellation")
    assert await code(broken) == (409, "batch_cancelled")


async def test_of_two_continuations_at_once_one_is_told_to_wait(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    lines = ndjson([record(n) for n in range(1, 21)]).splitlines(keepends=True)
    batch = await interrupted(centre, b"".join(lines[:5]), NDJSON)
    path = f"{FEED}/{batch['id']}/continuation"
    both = [Upload(centre, path, NDJSON) for _ in range(2)]
    for one in both:
        for line in lines[5:]:
            one.send(line)
    answers = [await one.end() for one in both]
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = max(answers, key=lambda answer: answer.status_code)
    assert refused.json()["code"] in ("batch_being_read", "batch_ended")
    assert await world.rows("SELECT received, recorded FROM batch") == [
        {"received": 20, "recorded": 20}
    ]


async def test_a_reader_that_was_given_up_on_and_wakes_up_does_not_write_any_more(
    world: Any,
    centre: httpx.AsyncClient,
    record: Make,
    ndjson: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "BEAT", 1000)
    lines = ndjson([record(n) for n in range(1, 41)]).splitlines(keepends=True)
    sleeping = Upload(centre, FEED, NDJSON)
    sleeping.send(b"".join(lines[:20]))

    async def written() -> Any:
        return await world.rows("SELECT id FROM batch WHERE lines = 20")

    ((batch),) = await until(written)
    async with world.kit.database.transaction() as tx:
        # As if its process had stood still: another one closed the batch.
        await tx.connection.exec_driver_sql("UPDATE batch SET state = 'interrupted'")
    found = (await centre.get(f"{FEED}/{batch['id']}")).json()
    path = f"{FEED}/{batch['id']}/continuation"
    rest = b"".join(lines[found["continue_at"] - 1 :])
    assert (await centre.post(path, content=rest, headers=NDJSON)).status_code == 200
    sleeping.send(b"".join(lines[20:]))
    woken = await sleeping.end()
    assert (woken.status_code, woken.json()["code"]) == (409, "batch_continued_elsewhere")
    assert await world.rows("SELECT received, recorded, rejected FROM batch") == [
        {"received": 40, "recorded": 40, "rejected": 0}
    ]


async def test_a_reader_that_was_taken_for_dead_but_lives_goes_on(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    lines = ndjson([record(n) for n in range(1, 16)]).splitlines(keepends=True)
    upload = Upload(centre, FEED, NDJSON)
    upload.send(b"".join(lines[:12]))

    async def reading() -> Any:
        return await world.rows("SELECT id FROM batch WHERE lines = 10 AND state = 'reading'")

    await until(reading)
    async with world.kit.database.transaction() as tx:
        await tx.connection.exec_driver_sql("UPDATE batch SET state = 'interrupted'")
    await until(reading)
    upload.send(b"".join(lines[12:]))
    assert (await upload.end()).json()["counts"]["recorded"] == 15


async def test_progress_is_told_while_a_batch_is_being_read(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes], clock: Any
) -> None:
    body = ndjson([record(n) for n in range(1, 41)])
    upload = Upload(centre, FEED, NDJSON | {"Content-Length": str(len(body))})
    upload.send(body[: len(body) // 2])

    async def told() -> Any:
        (batch,) = (await centre.get(FEED)).json()["items"] or [{"percent": 0}]
        return batch if batch["percent"] else None

    batch = await until(told)
    assert (batch["state"], batch["bytes_expected"]) == ("reading", len(body))
    assert batch["bytes_read"] == len(body) // 2
    assert batch["percent"] in (49, 50)
    assert batch["continue_at"] is None

    async def committed() -> Any:
        (batch,) = (await centre.get(FEED)).json()["items"]
        return batch["lines"] >= 10 and batch["counts"]["recorded"] == batch["lines"]

    await until(committed)
    # A batch that is read is alive, however slowly its lines come.
    clock.instant += timedelta(minutes=30)
    await asyncio.sleep(0.2)
    await close_abandoned(world.kit)
    upload.send(body[len(body) // 2 :])
    done = (await upload.end()).json()
    assert (done["percent"], done["counts"]["recorded"], done["state"]) == (100, 40, "distributing")


async def test_a_batch_cancelled_half_way_keeps_what_was_accepted_and_takes_nothing_more(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    lines = ndjson([record(n) for n in range(1, 101)]).splitlines(keepends=True)
    upload = Upload(centre, FEED, NDJSON)
    upload.send(b"".join(lines[:35]))

    async def written() -> Any:
        return await world.rows("SELECT id FROM batch WHERE lines >= 10")

    ((batch),) = await until(written)
    path = f"{FEED}/{batch['id']}/cancellation"
    english = world.client("exam_centre", "en", account_id="exam-centre")
    cancelled = (await english.post(path)).json()
    accepted = cancelled["counts"]["recorded"]
    assert cancelled["state"] == "cancelled"
    assert cancelled["note"] == (
        f"The batch is cancelled: {accepted} records that were accepted stay, the rest is not read."
    )
    upload.send(b"".join(lines[35:]))
    answer = await upload.end()
    assert (answer.status_code, answer.json()["code"]) == (409, "batch_cancelled")
    now = (await centre.get(f"{FEED}/{batch['id']}")).json()
    assert (now["state"], now["counts"]["recorded"]) == ("cancelled", accepted)
    assert await world.rows("SELECT count(*) AS n FROM qualification") == [{"n": accepted}]
    assert await world.published("batch-completed") == []
    again = (await centre.post(path)).json()
    assert again["note"].startswith(f"批次已取消：已接收的 {accepted} 条")
    rest = await centre.post(FEED, content=b"".join(lines), headers=NDJSON)
    counts = rest.json()["counts"]
    assert (counts["unchanged"], counts["recorded"]) == (accepted, 100 - accepted)


async def test_a_cancelled_batch_whose_producer_is_silent_ends_with_its_next_line(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    upload = Upload(centre, FEED, NDJSON)
    upload.send(ndjson([record(1), record(2)]))

    async def begun() -> Any:
        return await world.rows("SELECT id FROM batch")

    ((batch),) = await until(begun)
    assert (await centre.post(f"{FEED}/{batch['id']}/cancellation")).status_code == 200
    await asyncio.sleep(0.2)  # until the reader has heard of it
    upload.send(ndjson([record(3)]))
    answer = await upload.end()
    assert (answer.status_code, answer.json()["code"]) == (409, "batch_cancelled")
    assert await world.rows("SELECT 1 FROM qualification") == []


async def test_a_batch_that_was_read_cannot_be_cancelled_nor_somebody_elses(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    batch = (await centre.post(FEED, content=ndjson([record()]), headers=NDJSON)).json()
    path = f"{FEED}/{batch['id']}/cancellation"
    refused = await centre.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "batch_ended")
    other = world.client("exam_centre", account_id="another")
    assert (await other.post(path)).status_code == 404
    assert (await world.client("operator").post(path)).status_code == 403


async def test_a_reader_that_is_stopped_leaves_the_batch_to_be_continued(
    world: Any, centre: httpx.AsyncClient, record: Make, ndjson: Callable[..., bytes]
) -> None:
    upload = Upload(centre, FEED, NDJSON)
    upload.send(ndjson([record(n) for n in range(1, 26)]))

    async def written() -> Any:
        return await world.rows("SELECT id FROM batch WHERE lines >= 20")

    await until(written)
    upload.answer.cancel()
    await asyncio.gather(upload.answer, return_exceptions=True)

    async def closed() -> Any:
        return await world.rows("SELECT recorded FROM batch WHERE state = 'interrupted'")

    assert await until(closed) == [{"recorded": 20}]
