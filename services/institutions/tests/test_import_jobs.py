"""Imports in the background: taken in, cancelled, gone on with after a crash, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from services.institutions.tests import importing as use
from sqlalchemy import text

from zhiye_chassis.clock import FixedClock
from zhiye_chassis.ids import new_id
from zhiye_chassis.imports.jobs import TAKEN_OVER_AFTER
from zhiye_institutions.adapters.import_jobs import JOBS
from zhiye_institutions.application import start_import
from zhiye_institutions.application.import_institutions import importer
from zhiye_institutions.service import build

if TYPE_CHECKING:
    from conftest import World


def files_of(world: World) -> list[Path]:
    """What lies in the object store."""
    return [one for one in Path(world.kit.settings.data_dir).rglob("*") if one.is_file()]


async def refused(world: World, content: Any, kind: str = "text/csv", **more: Any) -> Any:
    """Status and codes; nothing of a refused file is kept."""
    answer = await use.upload(more.pop("client", None) or use.officer(world), content, kind, **more)
    assert not files_of(world)
    assert not await use.importer(world.kit).work()
    return answer.status_code, [(r["code"], r["field"]) for r in answer.json()["reasons"]]


@pytest.mark.parametrize(
    ("content", "status", "reasons"),
    [
        (b"", 422, [("sheet_empty", None)]),
        ("机构名称,名称,颜色\n".encode(), 422, [
            ("column_repeated", "name"), ("column_unknown", "column 3"),
            ("column_missing", "registration_number"), ("column_missing", "region"),
        ]),
        ("机构名称,登记号,行政区划\n".encode("utf-16"), 422, [("sheet_encoding", None)]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 422, [("sheet_old_format", None)]),
        (use.workbook(), 415, [("import_media_type", "Content-Type")]),
    ],
    ids=["empty", "columns", "utf-16", "xls", "a workbook that is said to be CSV"],
)  # fmt: skip
async def test_a_file_that_cannot_be_imported_is_refused_at_once(
    world: World, content: bytes, status: int, reasons: Any
) -> None:
    assert await refused(world, content) == (status, reasons)


async def test_a_workbook_that_is_none_is_refused(world: World) -> None:
    assert await refused(world, use.table(), use.XLSX) == (
        415,
        [("import_media_type", "Content-Type")],
    )
    broken = use.workbook()[:900]
    assert await refused(world, broken, use.XLSX) == (422, [("sheet_unreadable", None)])


@pytest.mark.parametrize("kind", ["application/json", "text/html", "", "multipart/form-data"])
async def test_other_kinds_of_files_are_refused(world: World, kind: str) -> None:
    assert await refused(world, use.table(), kind) == (
        415,
        [("import_media_type", "Content-Type")],
    )


async def test_a_file_that_is_too_big_is_refused_on_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_import, "MOST_BYTES", 50_000)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000

    assert await refused(world, endless()) == (413, [("import_file_too_big", None)])


async def test_a_body_that_breaks_off_is_refused(world: World) -> None:
    client = use.officer(world)
    answer = await client.post(
        use.PATH,
        content=use.table(*use.rows(2))[:-5],
        headers={"Content-Type": "text/csv", "Content-Length": "9999"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "import_truncated")
    assert not files_of(world)


async def test_an_authority_without_a_region_imports_nothing(world: World) -> None:
    client = world.client("authority")
    assert await refused(world, use.table(), client=client) == (
        403,
        [("region_not_yours", "region")],
    )


async def test_a_header_without_lines_is_done_at_once(world: World) -> None:
    told = await use.imported(world, use.table())
    assert (told["state"], told["percent"], *use.counts(told)) == ("done", 100, 0, 0, 0)


async def test_imports_are_seen_by_who_made_them_and_the_operator(world: World) -> None:
    own, other = use.officer(world), world.client("operator")
    ids = [(await use.upload(own, use.table())).json()["id"] for _ in range(3)]
    stranger = world.client("authority", region="110000")
    # The client of the tests has one account a role: make the first one somebody else's.
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text("UPDATE institution_import SET created_by = 'x' WHERE id = :id"), {"id": ids[0]}
        )
    page = (await own.get(use.PATH, params={"limit": 1})).json()
    rest = (await own.get(use.PATH, params={"cursor": page["next_cursor"]})).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [ids[2], ids[1]]
    assert len((await other.get(use.PATH)).json()["items"]) == 3
    for path in (ids[0], f"{ids[0]}/rejects", new_id()):
        assert (await stranger.get(f"{use.PATH}/{path}")).status_code == 404
    assert (await stranger.post(f"{use.PATH}/{ids[0]}/cancellation")).status_code == 404
    assert (await other.get(f"{use.PATH}/{ids[0]}")).status_code == 200


async def test_progress_is_told_while_it_runs(world: World) -> None:
    client = use.officer(world)
    location = (await use.upload(client, use.table(*use.rows(40)))).headers["location"]
    running = asyncio.create_task(importer(world.kit, 2).work())
    await use.until_lines(world, 9)
    told = (await client.get(location)).json()
    assert 0 < told["percent"] < 100
    assert told["recorded"] == told["lines"] - 1
    await running
    assert use.counts((await client.get(location)).json()) == (40, 0, 0)


async def test_an_import_is_cancelled_half_way_and_what_it_recorded_stays(world: World) -> None:
    client = use.officer(world)
    location = (await use.upload(client, use.table(*use.rows(400)))).headers["location"]
    running = asyncio.create_task(importer(world.kit, 2).work())
    await use.until_lines(world, 5)
    told = (await client.post(f"{location}/cancellation")).json()
    assert (told["state"], told["percent"] < 100) == ("cancelled", True)
    await running
    after = (await client.get(location)).json()
    assert after["recorded"] == len(await use.on_record(world)) == told["recorded"] < 400
    assert len(await world.published("institution-changed")) == after["recorded"]
    assert not files_of(world)
    again = await client.post(f"{location}/cancellation")
    assert (again.status_code, again.json()["code"]) == (409, "import_over")


async def test_an_import_that_was_cancelled_before_it_began_never_runs(world: World) -> None:
    client = use.officer(world)
    location = (await use.upload(client, use.table(*use.rows(2)))).headers["location"]
    await client.post(f"{location}/cancellation")
    assert not await importer(world.kit).work()
    assert await use.on_record(world) == []
    assert not files_of(world)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
async def test_after_a_crash_another_process_goes_on_without_doubling(
    world: World, clock: FixedClock, file_format: str
) -> None:
    client = use.officer(world)
    lines = [*use.rows(60), ("坏", "x", "y"), *use.rows(1, 1)]
    content, kind = (
        (use.workbook(*lines), use.XLSX)
        if file_format == "xlsx"
        else (use.table(*lines), "text/csv")
    )
    location = (await use.upload(client, content, kind)).headers["location"]
    killed = asyncio.create_task(importer(world.kit, 2).work())
    await use.until_lines(world, 9)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    half = (await client.get(location)).json()
    assert half["state"] == "running"
    assert 0 < half["recorded"] < 60

    other = build(world.kit.settings, clock)
    assert not await importer(other.kit, 7).work()  # it may be alive still
    clock.instant += TAKEN_OVER_AFTER + timedelta(seconds=1)
    assert await importer(other.kit, 7).work()
    told = (await client.get(location)).json()
    assert (told["state"], *use.counts(told)) == ("done", 60, 1, 1)
    assert len(await use.on_record(world)) == 60
    assert len(await world.published("institution-changed")) == 60
    await other.database.close()


async def test_who_was_taken_for_dead_does_nothing_more(world: World, clock: FixedClock) -> None:
    client = use.officer(world)
    location = (await use.upload(client, use.table(*use.rows(10)))).headers["location"]
    async with world.kit.database.transaction() as tx:
        stale = await JOBS.claim(tx, clock.now())
    assert stale is not None
    clock.instant += TAKEN_OVER_AFTER + timedelta(seconds=1)
    assert await importer(world.kit, 3).work()
    async with world.kit.database.transaction() as tx:
        await tx.execute(text("UPDATE institution_import SET object = :o"), {"o": stale["object"]})
    await world.kit.objects.put(stale["object"], use.table(*use.rows(10)))
    await importer(world.kit, 3).finish(stale)
    told = (await client.get(location)).json()
    assert (told["state"], *use.counts(told)) == ("done", 10, 0, 0)


async def test_two_processes_share_the_imports_that_wait(world: World, clock: FixedClock) -> None:
    client = use.officer(world)
    other = build(world.kit.settings, clock)
    locations = [
        (await use.upload(client, use.table(*use.rows(20, first)))).headers["location"]
        for first in (1, 101)
    ]
    assert await asyncio.gather(importer(world.kit, 2).work(), importer(other.kit, 2).work()) == [
        True,
        True,
    ]
    for location in locations:
        assert use.counts((await client.get(location)).json()) == (20, 0, 0)
    await other.database.close()


async def test_overlapping_files_at_the_same_moment_record_each_institution_once(
    world: World, clock: FixedClock
) -> None:
    client = use.officer(world)
    other = build(world.kit.settings, clock)
    stations = [(f"第{n}中心血库", "", "110102", "F130", "11") for n in range(20)]
    common = [(*row, "", "") for row in use.rows(60)] + stations
    header = (*use.HEADER, "类别", "经济类型")
    files = [use.table(*common, header=header), use.table(*reversed(common), header=header)]
    locations = [(await use.upload(client, one)).headers["location"] for one in files]
    await asyncio.gather(importer(world.kit, 7).work(), importer(other.kit, 7).work())
    told = [use.counts((await client.get(location)).json()) for location in locations]
    assert [sum(one) for one in zip(*told, strict=True)] == [80, 80, 0]
    assert len(await use.on_record(world)) == 80
    assert len(await world.published("institution-changed")) == 80
    await other.database.close()


@pytest.mark.parametrize(("name", "expected"), [("第1示例医院", (1, 1, 0)), ("别的", (1, 0, 1))])
async def test_one_that_is_registered_at_this_moment_is_not_doubled(
    world: World, name: str, expected: tuple[int, int, int]
) -> None:
    """The import finds nothing, then waits for the other transaction, then looks again."""
    client = use.officer(world)
    location = (await use.upload(client, use.table(*use.rows(2)))).headers["location"]
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO institution (id, registration_number, name, region, category, level,"
                " ownership, status, version, created_at, updated_at) VALUES ('other', :number,"
                " :name, '110102', 'A100', 'ungraded', '11', 'in_force', 1, now(), now())"
            ),
            {"number": use.number(1), "name": name},
        )
        running = asyncio.create_task(importer(world.kit).work())
        async with world.kit.database.reading() as connection:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not await connection.scalar(waiting):  # noqa: ASYNC110 - the database knows
                await asyncio.sleep(0.01)
    await running
    assert use.counts((await client.get(location)).json()) == expected


async def test_what_makes_an_import_fail_is_told(world: World) -> None:
    client = use.officer(world)
    lost = (await use.upload(client, use.table(*use.rows(2)))).headers["location"]
    for path in files_of(world):
        path.unlink()
    assert await importer(world.kit).work()
    told = (await client.get(lost)).json()
    assert (told["state"], told["error"]["code"]) == ("failed", "import_failed")
    assert told["error"]["next_step"]
    assert not await importer(world.kit).work()


async def test_a_fault_of_the_database_leaves_the_import_to_be_gone_on_with(
    world: World, clock: FixedClock
) -> None:
    client = use.officer(world)
    location = (await use.upload(client, use.table(*use.rows(40)))).headers["location"]
    running = asyncio.create_task(importer(world.kit, 2).work())
    await use.until_lines(world, 5)
    async with world.kit.database.reading() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await asyncio.gather(running, return_exceptions=True)
    clock.instant += TAKEN_OVER_AFTER + timedelta(seconds=1)
    while (told := (await client.get(location)).json())["state"] == "running":
        await asyncio.gather(importer(world.kit, 2).work(), return_exceptions=True)
    assert (told["state"], *use.counts(told)) == ("done", 40, 0, 0)
    assert len(await use.on_record(world)) == 40


@pytest.mark.parametrize("role", ["practitioner", "institution", "exam_centre"])
async def test_no_other_role_imports_or_looks(world: World, role: str) -> None:
    client = world.client(role)
    assert (await use.upload(client, use.table())).status_code == 403
    assert (await client.get(use.PATH)).status_code == 403
