"""Bodies that are wrong as a whole, or break off."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from zhiye_chassis.service import create_app
from zhiye_qualifications.application.batches import close_abandoned
from zhiye_qualifications.application.feed import CHUNK
from zhiye_qualifications.domain.columns import FIELDS

Make = Callable[..., dict[str, Any]]

NDJSON = "application/x-ndjson"


def reasons(response: Any) -> list[tuple[str, str | None]]:
    return [(reason["code"], reason["field"]) for reason in response.json()["reasons"]]


async def batches(world: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await world.rows("SELECT * FROM batch")
    return found


@pytest.mark.parametrize("body", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/csv"])
async def test_an_empty_body_is_refused_and_leaves_no_batch(
    world: Any, body: bytes, content_type: str
) -> None:
    response = await world.send(body, content_type)
    assert response.status_code == 422
    assert reasons(response) == [("body_empty", None)]
    assert await batches(world) == []


async def test_a_csv_file_with_a_header_only_is_empty(world: Any) -> None:
    response = await world.send(",".join(FIELDS).encode() + b"\r\n", "text/csv")
    assert (response.status_code, reasons(response)) == (422, [("body_empty", None)])


@pytest.mark.parametrize(
    ("headers", "code", "field"),
    [
        ({"Content-Type": "application/json"}, "media_type_unsupported", "Content-Type"),
        ({"Content-Type": "text/csv; charset=big5"}, "media_type_unsupported", "Content-Type"),
        ({"Content-Type": f"{NDJSON}; charset=gbk"}, "media_type_unsupported", "Content-Type"),
        ({}, "media_type_unsupported", "Content-Type"),
        (
            {"Content-Type": NDJSON, "Content-Encoding": "br"},
            "content_encoding_unsupported",
            "Content-Encoding",
        ),
        (
            {"Content-Type": NDJSON, "Content-Encoding": "gzip, gzip"},
            "content_encoding_unsupported",
            "Content-Encoding",
        ),
    ],
)
async def test_another_media_type_or_compression_is_refused(
    world: Any, headers: dict[str, str], code: str, field: str
) -> None:
    client = world.client("exam_centre")
    response = await client.post("/api/v1/qualification-batches", content=b"{}", headers=headers)
    assert response.status_code == 415
    assert reasons(response) == [(code, field)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("gender,", "", ("csv_column_missing", "gender")),
        ("version", "version,colour", ("csv_column_unknown", "colour")),
        ("version", "version,name", ("csv_column_repeated", "name")),
    ],
)
async def test_a_csv_header_with_a_fault_is_refused_before_any_record(
    world: Any,
    record: Make,
    csv_of: Callable[..., bytes],
    old: str,
    new: str,
    expected: tuple[str, str],
) -> None:
    header, _, rest = csv_of([record()]).decode().partition("\r\n")
    response = await world.send(f"{header.replace(old, new)}\r\n{rest}".encode(), "text/csv")
    assert response.status_code == 422
    assert reasons(response) == [expected]
    assert response.json()["next_step"]
    assert await batches(world) == []


async def test_broken_utf8_is_rejected_with_its_line_number(
    world: Any, record: Make, ndjson: Callable[..., bytes]
) -> None:
    body = ndjson([record(1)]) + ndjson([record(2)]).replace("王".encode(), b"\xcd\xf5")
    response = await world.send(body + b"\n" + ndjson([record(3)]))
    batch = response.json()
    assert (batch["counts"]["recorded"], batch["counts"]["rejected"]) == (2, 1)
    (reject,) = batch["rejects"]
    assert (reject["line"], reject["reasons"][0]["code"]) == (2, "utf8_invalid")


async def test_broken_json_is_rejected_with_its_line_number(
    world: Any, record: Make, ndjson: Callable[..., bytes]
) -> None:
    response = await world.send(b'{"name": \n[]\n' + ndjson([record()]))
    rejects = response.json()["rejects"]
    assert [(r["line"], r["reasons"][0]["code"]) for r in rejects] == [
        (1, "json_invalid"),
        (2, "record_not_object"),
    ]
    assert response.json()["counts"]["recorded"] == 1


async def test_a_csv_line_with_a_broken_quote_does_not_swallow_the_rest(
    world: Any, record: Make, csv_of: Callable[..., bytes]
) -> None:
    lines = csv_of([record(1), record(2), record(3)]).split(b"\r\n")
    lines[2] = lines[2].replace("护理".encode(), '"护理'.encode())
    lines[2] = lines[2].replace(b"202611100000002", b'"202611100000002')
    response = await world.send(b"\r\n".join(lines), "text/csv")
    batch = response.json()
    assert batch["counts"]["recorded"] == 2
    assert [(r["line"], r["reasons"][0]["code"]) for r in batch["rejects"]] == [(3, "csv_quotes")]


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/csv"])
async def test_a_line_of_70_mb_is_rejected_in_bounded_memory(
    world: Any,
    record: Make,
    ndjson: Callable[..., bytes],
    csv_of: Callable[..., bytes],
    content_type: str,
) -> None:
    if content_type == "text/csv":
        body = csv_of([record(1), record(2)])
        cut = body.index(b"\n", body.index(b"\n") + 1) + 1
        first, second = body[:cut], body[cut:]
    else:
        first, second = ndjson([record(1)]), ndjson([record(2)])
    piece = b"x" * 1_000_000

    async def stream() -> AsyncIterator[bytes]:
        yield first
        for _ in range(70):
            yield piece
        yield b"\n"
        yield second

    await world.send(first, content_type)  # what is loaded on first use is not of interest
    tracemalloc.start()
    response = await world.send(stream(), content_type)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    batch = response.json()
    counts = batch["counts"]
    assert (counts["unchanged"], counts["recorded"], counts["rejected"]) == (1, 1, 1)
    assert batch["rejects"][0]["reasons"][0]["code"] == "line_too_long"
    assert peak < 5_000_000


async def test_a_csv_header_of_70_mb_is_refused(world: Any) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"name," * 200_000

    response = await world.send(stream(), "text/csv")
    assert (response.status_code, reasons(response)) == (422, [("line_too_long", "header")])


async def disconnecting(world: Any, pieces: list[bytes], length: int | None) -> dict[str, Any]:
    """Send pieces as a server would hand them on, then break the connection."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    messages.append(
        {"type": "http.disconnect"}
        if length is None
        else {"type": "http.request", "body": b"", "more_body": False}
    )
    token = world.client("exam_centre").headers["Authorization"]
    headers = [(b"authorization", token.encode()), (b"content-type", b"application/x-ndjson")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    answer: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: dict[str, Any]) -> None:
        answer.update({k: v for k, v in message.items() if k in ("status", "body") and v})

    path = "/api/v1/qualification-batches"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "http_version": "1.1",
        "scheme": "http",
    }
    await create_app(world.service)(scope, receive, send)  # type: ignore[arg-type]
    return answer


@pytest.mark.parametrize("declared", [None, 1_000_000], ids=["disconnect", "short body"])
async def test_a_truncated_body_keeps_its_whole_records_and_is_completed_by_sending_it_again(
    world: Any, record: Make, ndjson: Callable[..., bytes], declared: int | None
) -> None:
    records = [record(number) for number in range(1, 701)]
    body = ndjson(records)
    answer = await disconnecting(world, [body[:60_000], body[60_000:-20]], declared)
    assert answer["status"] == 400
    assert b"body_truncated" in answer["body"]
    (batch,) = await batches(world)
    assert (batch["state"], batch["received"], batch["recorded"]) == ("interrupted", 699, 699)
    assert await world.published("batch-completed") == []
    again = await world.feed(*records)
    assert (again["counts"]["unchanged"], again["counts"]["recorded"]) == (699, 1)


async def test_a_body_that_breaks_off_at_once_leaves_no_batch(world: Any) -> None:
    answer = await disconnecting(world, [b'{"name": '], None)
    assert answer["status"] == 400
    assert await batches(world) == []


async def test_a_batch_without_progress_is_closed(world: Any, record: Make, clock: Any) -> None:
    batch = await world.feed(record())
    async with world.kit.database.transaction() as tx:
        await tx.connection.exec_driver_sql("UPDATE batch SET state = 'reading'")
    await close_abandoned(world.kit)
    assert (await batches(world))[0]["state"] == "reading"
    clock.instant += timedelta(minutes=16)
    await close_abandoned(world.kit)
    (row,) = await batches(world)
    assert (row["id"], row["state"]) == (batch["id"], "interrupted")


async def test_a_failing_database_loses_nothing_that_was_accepted(world: Any, record: Make) -> None:
    async with world.kit.database.transaction() as tx:
        await tx.connection.exec_driver_sql(
            "ALTER TABLE qualification ADD CONSTRAINT broken CHECK (school <> '坏学校')"
        )
    try:
        records = [record(n) for n in range(CHUNK)] + [record(CHUNK, school="坏学校")]
        with pytest.raises(AssertionError, match="internal_error"):
            await world.feed(*records)
    finally:
        async with world.kit.database.transaction() as tx:
            await tx.connection.exec_driver_sql("ALTER TABLE qualification DROP CONSTRAINT broken")
    (batch,) = await batches(world)
    assert (batch["recorded"], len(await world.published())) == (CHUNK, CHUNK)
    assert (await world.feed(*records))["counts"]["recorded"] == 1
