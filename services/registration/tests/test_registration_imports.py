"""An institution's present nurses are brought in from a file: dry run, rejects, going on."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import date, timedelta

import openpyxl
import pytest
from services.registration.tests import merging
from services.registration.tests.businesses import TODAY, Businesses
from services.registration.tests.nurse_imports import (
    HEAD,
    PATH,
    counts,
    imported,
    line,
    registrations,
    rejects,
    sheet,
    until_recorded,
    upload,
)
from sqlalchemy import text

from zhiye_chassis.imports.jobs import TAKEN_OVER_AFTER
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.application.import_registrations import importer


@pytest.fixture
async def b(world):
    return await Businesses(world).open()


async def test_the_nurses_of_a_hospital_are_on_its_roster_after_the_import(world, b):
    gone = {"执业状态": "注销", "注销日期": "2025-03-01", "注销理由": "死亡"}
    one = await imported(world, sheet([line(1), line(2), line(3, **gone)]))
    assert counts(one) == ("done", 3, 0, 0)
    page = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster?list=all")).json()
    assert page["total"] == 3
    found = {item["certificate_number"]: item for item in page["items"]}
    nurse = found["201911000001"]
    assert (nurse["name"], nurse["department_label"], nurse["title_label"]) == (
        "李红",
        "病房",
        "主管护师",
    )
    assert (nurse["valid_until"], nurse["status"]) == ("2029-05-01", "registered")
    assert found["201911000003"]["status"] == "cancelled"
    by_pinyin = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster?q=lihong")).json()
    assert len(by_pinyin["items"]) == 2
    events = await world.events("registration-changed")
    assert len(events) == 3
    assert not any(event["business_completed"] for event in events)


async def test_a_dry_run_checks_everything_and_records_nothing(world, b):
    content = sheet([line(1), line(1), line(2, 科室="厨房")])
    one = await imported(world, content, dry_run="true")
    assert counts(one) == ("done", 1, 0, 2)
    assert await rejects(world, one) == [
        ("id_number", "import_repeated"),
        ("department", "import_code_unknown"),
    ]
    page = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster?list=all")).json()
    assert page["total"] == 0


async def test_sending_a_file_again_changes_nothing(world, b):
    content = sheet([line(n) for n in range(5)])
    assert counts(await imported(world, content)) == ("done", 5, 0, 0)
    assert counts(await imported(world, content)) == ("done", 0, 5, 0)
    differing = sheet([line(0, 技术职称="护师", 有效期截止日期="2030-01-01")])
    one = await imported(world, differing)
    assert await rejects(world, one) == [
        ("valid_until", "import_differs"),
        ("title", "import_differs"),
    ]


async def test_a_certificate_of_somebody_else_and_a_name_that_is_not_the_exam_s(world, b):
    other = await b.registration(await b.nurse())
    await world.nurse(700)
    content = sheet(
        [line(1, 护士证号=b.number(other)), line(2, 身份证号=world.id_number(700), 姓名="张三")]
    )
    one = await imported(world, content)
    assert await rejects(world, one) == [
        ("certificate_number", "import_certificate_taken"),
        ("name", "import_name_differs"),
    ]


async def test_certificates_given_out_later_have_higher_serials(world, b):
    year = TODAY.year
    await imported(world, sheet([line(1, 护士证号=f"{year}11004711")]))
    done = await world.registered(await world.nurse())
    assert done["state"] == "approved"
    page = (await world.call(world.HOSPITAL, "GET", "/api/v1/roster")).json()
    numbers = {item["certificate_number"] for item in page["items"]}
    assert f"{year}11004712" in numbers


async def test_a_workbook_does_as_well_as_a_csv_file(world, b):
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append([line(1)[name] for name in HEAD])
    file = io.BytesIO()
    book.save(file)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    taken = await upload(world, world.XICHENG, file.getvalue(), kind=kind)
    assert taken.status_code == 202, taken.text
    assert await importer(world.kit).work()
    found = (await world.call(world.XICHENG, "GET", taken.headers["Location"])).json()
    assert counts(found) == ("done", 1, 0, 0)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "sheet_empty"),
        ("姓名,身份证号\n".encode(), 422, "column_missing"),
        ("姓名,身份证号,护士证号,有效期截止日期,体重\n".encode(), 422, "column_unknown"),
    ],
)
async def test_a_file_that_is_none_is_refused_at_once(world, b, content, status, code):
    answer = await upload(world, world.XICHENG, content)
    assert answer.status_code == status, answer.text
    assert code in world.codes(answer)


async def test_only_the_authority_over_the_institution_brings_its_nurses_in(world, b):
    content = sheet([line(1)])
    assert (await upload(world, world.HEBEI, content)).status_code == 404
    assert (await upload(world, world.BEIJING, content)).status_code == 202
    assert (await upload(world, world.OPERATOR, content)).status_code == 202
    assert (await upload(world, world.XICHENG, content, "NOWHERE")).status_code == 404
    refused = await upload(world, world.HOSPITAL, content)
    assert (refused.status_code, world.codes(refused)) == (403, ["role_forbidden"])


async def test_an_institution_reads_what_was_brought_in_about_it_and_no_more(world, b):
    one = await imported(world, sheet([line(1)]))
    path = f"{PATH}/{one['id']}"
    assert (await world.call(world.HOSPITAL, "GET", path)).status_code == 200
    assert (await world.call(world.HOSPITAL, "GET", f"{path}/rejects")).status_code == 200
    for who in (world.OTHER_HOSPITAL, world.HEBEI):
        for rest in ("", "/rejects"):
            assert (await world.call(who, "GET", path + rest)).status_code == 404
    assert (await world.call(world.OTHER_HOSPITAL, "GET", PATH)).json()["items"] == []
    answer = await world.call(world.HEBEI, "POST", f"{path}/cancellation")
    assert answer.status_code == 404


async def test_what_is_over_is_not_cancelled(world, b):
    one = await imported(world, sheet([line(1)]))
    answer = await world.call(world.XICHENG, "POST", f"{PATH}/{one['id']}/cancellation")
    assert (answer.status_code, world.codes(answer)) == (409, ["import_over"])


@pytest.mark.parametrize("dry_run", ["false", "true"])
async def test_an_import_goes_on_where_a_crash_ended_it(world, b, dry_run):
    """A line that repeats one from before the crash is rejected as without a crash."""
    content = sheet([*(line(n) for n in range(25)), line(0), line(30, 学历="博士后")])
    taken = await upload(world, world.XICHENG, content, dry_run=dry_run)
    killed = asyncio.create_task(importer(world.kit, 4).work())
    path = taken.headers["Location"]
    await until_recorded(world, path, 4)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert (await world.call(world.XICHENG, "GET", path)).json()["state"] == "running"
    assert not await importer(world.kit, 7).work()  # it may be alive still
    world.clock.instant += TAKEN_OVER_AFTER + timedelta(seconds=1)
    assert await importer(world.kit, 7).work()
    found = (await world.call(world.XICHENG, "GET", path)).json()
    assert counts(found) == ("done", 25, 0, 2)
    assert await rejects(world, found) == [
        ("id_number", "import_repeated"),
        ("education", "import_code_unknown"),
    ]
    expected = 0 if dry_run == "true" else 25
    assert len(await registrations(world)) == expected
    assert len(await world.events("registration-changed")) == expected
    async with world.kit.database.reading() as connection:
        history = await connection.scalar(text("SELECT count(*) FROM registration_history"))
    assert history == expected


async def test_overlapping_files_at_the_same_moment_record_everybody_once(world, b):
    """One in the order of the other backwards: neither waits for the other for ever, and who was
    recorded by the other just now is unchanged."""
    lines = [line(n) for n in range(40)]
    for given in (lines, lines[::-1]):
        assert (await upload(world, world.XICHENG, sheet(given))).status_code == 202
    assert await asyncio.gather(importer(world.kit, 20).work(), importer(world.kit, 20).work()) == [
        True,
        True,
    ]
    items = (await world.call(world.XICHENG, "GET", PATH)).json()["items"]
    told = [counts(item) for item in items]
    assert [sum(one[at] for one in told) for at in (1, 2, 3)] == [40, 40, 0]
    assert len(await registrations(world)) == 40
    assert len(await world.events("registration-changed")) == 40


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"certificate_number": "201911000001"}, None),
        ({"institution_id": "HOSPITAL2"}, ("id_number", "import_registered_elsewhere")),
    ],
)
async def test_who_is_registered_at_this_moment_is_not_doubled(world, b, changes, reason):
    """The import finds nobody, waits for the other transaction, then looks again."""
    one = line(1)
    given = {
        **{"id_number": one["身份证号"], "name": "李红", "certificate_number": "202011000007"},
        **{"institution_id": "HOSPITAL", "institution_name": "北京示例医院", "region": "110102"},
        **{"registered_on": date(2019, 5, 2), "valid_until": date(2029, 5, 1)},
    }
    path = (await upload(world, world.XICHENG, sheet([one], HEAD))).headers["Location"]
    async with world.kit.database.transaction() as tx:
        await import_registration(tx, world.kit, ExistingRegistration(**given | changes))
        running = asyncio.create_task(importer(world.kit).work())
        async with world.kit.database.reading() as connection:
            waiting = text(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN"
                " (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            while not await connection.scalar(waiting):  # noqa: ASYNC110 - the database knows
                await asyncio.sleep(0.01)
    await running
    found = (await world.call(world.XICHENG, "GET", path)).json()
    assert counts(found) == ("done", 0, 0, 1) if reason else ("done", 0, 1, 0)
    assert await rejects(world, found) == ([reason] if reason else [])
    assert len(await registrations(world)) == 1


async def test_progress_is_told_and_what_is_cancelled_half_way_stays(world, b):
    taken = await upload(world, world.XICHENG, sheet([line(n) for n in range(200)]))
    path = taken.headers["Location"]
    assert taken.json()["percent"] == 0
    running = asyncio.create_task(importer(world.kit, 2).work())
    await until_recorded(world, path, 4)
    told = (await world.call(world.XICHENG, "POST", f"{path}/cancellation")).json()
    assert (told["state"], 0 < told["percent"] < 100) == ("cancelled", True)
    await running
    after = (await world.call(world.XICHENG, "GET", path)).json()
    assert after["recorded"] == len(await registrations(world)) == told["recorded"] < 200
    assert after["lines"] == after["recorded"] + 1
    again = await world.call(world.XICHENG, "POST", f"{path}/cancellation")
    assert (again.status_code, world.codes(again)) == (409, ["import_over"])


async def test_what_came_to_a_merged_institution_follows_it_and_goes_back(world, b):
    await merging.tell_the_old_name(world)
    path = (await upload(world, world.BEIJING, sheet([line(1)]), "OLD")).headers["Location"]
    await world.tell(merging.merged(world))
    assert await importer(world.kit).work()
    assert counts((await world.call(world.BEIJING, "GET", path)).json()) == ("done", 1, 0, 0)
    (row,) = await registrations(world)
    assert (row.institution_id, row.region) == ("HOSPITAL", "110102")
    await world.tell(merging.undone(world))
    assert set((await merging.places(world)).values()) == {"OLD"}


async def test_nurses_are_not_brought_to_another_region_through_a_merged_name(world, b):
    await merging.tell_the_old_name(world)
    await world.tell(merging.merged(world))
    chaoyang = type(world.XICHENG)(
        "ACC-D", "authority", "郑科长", authority_id="CHAOYANG", region="110105"
    )
    answer = await upload(world, chaoyang, sheet([line(1)]), "OLD")
    assert (answer.status_code, world.codes(answer)) == (409, ["institution_merged"])
    assert await registrations(world) == []


async def test_an_office_of_no_region_brings_nobody_in_and_sees_nothing(world, b):
    await upload(world, world.XICHENG, sheet([line(1)]))
    nowhere = type(world.XICHENG)("ACC-D", "authority", "郑科长", authority_id="NOWHERE")
    assert (await upload(world, nowhere, sheet([line(1)]))).status_code == 404
    assert (await world.call(nowhere, "GET", PATH)).json()["items"] == []


async def test_lists_are_read_page_by_page_each_sees_its_own(world, b):
    for institution in ("HOSPITAL", "HOSPITAL2", "HOSPITAL"):
        await upload(world, world.XICHENG, sheet([line(1)]), institution)
    for who, count in (
        *((world.XICHENG, 3), (world.BEIJING, 3), (world.OPERATOR, 3), (world.HEBEI, 0)),
        *((world.HOSPITAL, 2), (world.OTHER_HOSPITAL, 1)),
    ):
        items, cursor = [], ""
        while cursor is not None:
            query = f"?limit=1&cursor={cursor}" if cursor else "?limit=1"
            page = (await world.call(who, "GET", PATH + query)).json()
            items += page["items"]
            cursor = page["next_cursor"]
        assert len(items) == count
        assert items == sorted(items, key=lambda one: one["id"], reverse=True)
        assert not any("created_by" in name for one in items for name in one)


@pytest.mark.parametrize("dry_run", ["false", "true"])
async def test_a_file_that_cannot_be_read_any_more_fails_the_import(world, b, dry_run):
    taken = await upload(world, world.XICHENG, sheet([line(1)]), dry_run=dry_run)
    await world.kit.objects.delete(f"imports/{taken.json()['id']}")
    assert await importer(world.kit).work()
    told = (await world.call(world.XICHENG, "GET", taken.headers["Location"])).json()
    assert (told["state"], told["error"]["code"]) == ("failed", "import_failed")
    assert not await importer(world.kit).work()


async def test_a_file_is_gone_once_its_import_is_over(world, b):
    one = await imported(world, sheet([line(1)]))
    assert await world.kit.objects.get(f"imports/{one['id']}") is None


async def test_two_thousand_nurses_come_in_within_seconds(world, b):
    content = sheet([line(n) for n in range(2_000)])
    began = time.monotonic()
    assert counts(await imported(world, content)) == ("done", 2_000, 0, 0)
    assert time.monotonic() - began < 30
