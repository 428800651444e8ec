"""An institution's present physicians are brought in: from a file, and one by one."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from services.registration.tests import nurse_imports as use
from services.registration.tests.physician_imports import (
    certificates,
    existing,
    id_number,
    imported,
    line,
    rejected,
    sheet,
    take_over,
)
from services.registration.tests.physicians import FIRST, Physicians
from sqlalchemy import text

from zhiye_chassis.imports.jobs import TAKEN_OVER_AFTER
from zhiye_contracts.identifiers import (
    physician_practice_certificate,
    physician_qualification_certificate,
)
from zhiye_registration.adapters.registrations import set_serial
from zhiye_registration.application.import_registration import (
    import_registration,
)
from zhiye_registration.application.import_registrations import importer
from zhiye_registration.domain.physician_list import read_line
from zhiye_registration.domain.physician_words import read_scopes


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def test_the_physicians_of_a_hospital_are_on_record_after_the_import(world, p):
    gone = {"状态": "注销", "注销日期": "2025-03-01", "注销理由": "死亡或者被宣告失踪"}
    off = {"状态": "备案", "备案日期": "2026-03-01", "备案理由": "退休"}
    one = await imported(
        world,
        line(1, 主要执业机构="北京示例医院", 执业地点="北京"),
        line(2, **gone),
        line(3, **off),
    )
    assert use.counts(one) == ("done", 3, 0, 0)
    assert one["profession"] == "physician"
    rows = {row.status: row for row in await use.registrations(world)}
    held = rows["registered"]
    assert (held.profession, held.level, held.category, held.scopes) == (
        "physician",
        "1",
        "1",
        ["11"],
    )
    assert (held.location, held.valid_until, held.registered_on) == ("11", None, date(2015, 7, 1))
    assert (held.department, held.title, held.education) == ("03", "233", "20")
    assert (rows["filed"].filed_on, rows["filed"].filing_ground) == (date(2026, 3, 1), "retired")
    assert rows["cancelled"].cancellation_ground == "death"
    assert await certificates(world) == 3
    events = await world.events("registration-changed")
    assert {event["profession"] for event in events} == {"physician"}
    assert len(events) == 3


async def test_a_dry_run_records_nothing_and_gives_no_number(world, p):
    one = await imported(world, line(1), line(1), line(2, 执业范围="厨艺"), dry_run="true")
    assert use.counts(one) == ("done", 1, 0, 2)
    assert await use.rejects(world, one) == [
        ("id_number", "import_repeated"),
        ("scopes", "import_code_unknown"),
    ]
    assert (await use.registrations(world), await certificates(world)) == ([], 0)


async def test_sending_a_file_again_changes_nothing(world, p):
    lines = [line(n) for n in range(5)]
    assert use.counts(await imported(world, *lines)) == ("done", 5, 0, 0)
    assert use.counts(await imported(world, *lines)) == ("done", 0, 5, 0)
    assert await rejected(world, line(0, 执业范围="外科", 职称="医师")) == [
        ("scopes", "import_differs"),
        ("title", "import_differs"),
    ]
    assert await rejected(world, line(0), institution="HOSPITAL2") == [
        ("id_number", "import_registered_elsewhere")
    ]


async def test_the_number_of_a_person_is_for_life_and_nobody_elses(world, p):
    await imported(world, line(1))
    another = line(9)["医师执业证书编码"]
    assert await rejected(
        world,
        line(1, 医师执业证书编码=another),
        line(2, 医师执业证书编码=line(1)["医师执业证书编码"]),
    ) == [
        ("certificate_number", "import_certificate_other"),
        ("certificate_number", "import_certificate_taken"),
    ]
    assert await certificates(world) == 1


async def test_numbers_given_out_later_pass_over_the_imported_ones(world, p):
    taken = physician_practice_certificate("1", "1", "110102", 2)
    await imported(world, line(1, 医师执业证书编码=taken))
    first, second = await p.qualified(), await p.qualified()
    for who in (first, second):
        assert (await p.done(who, "registration", FIRST))["state"] == "approved"
    numbers = {p.number(await p.registration(who)) for who in (first, second)}
    assert numbers == {
        physician_practice_certificate("1", "1", "110102", 1),
        physician_practice_certificate("1", "1", "110102", 3),
    }


async def test_a_further_location_is_identical_to_the_one_in_force(world, p):
    """Q11.3: another province, with the same qualification, category and scopes."""
    await imported(world, line(1), line(2))
    hebei = {"institution_id": "HEBEI-HOSPITAL", "institution_name": "石家庄医院"}
    assert await take_over(world, **hebei, region="130102") is not None
    assert (
        await take_over(
            world,
            **hebei,
            region="130102",
            id_number=id_number(2),
            certificate_number=line(2)["医师执业证书编码"],
            scopes=("12",),
        )
        is None
    )
    rows = [row for row in await use.registrations(world) if row.region == "130102"]
    assert [row.location for row in rows] == ["13"]


async def test_a_file_adds_a_location_or_says_what_differs(world, p):
    async def told(*lines):
        taken = await use.upload(
            world, world.HEBEI, sheet(*lines), "HEBEI-HOSPITAL", profession="physician"
        )
        assert await importer(world.kit).work()
        path = taken.headers["Location"]
        return use.counts((await world.call(world.HEBEI, "GET", path)).json())

    await imported(world, line(1), line(2), line(3, 级别="助理医师"))
    assert await told(line(1)) == ("done", 1, 0, 0)
    assert await told(line(2, 执业范围="外科")) == ("done", 0, 0, 1)
    assert await told(line(2, 类别="口腔", 执业范围="口腔专业")) == ("done", 0, 0, 1)
    assert await told(line(3, 级别="助理医师")) == ("done", 0, 0, 1)
    async with world.kit.database.reading() as connection:
        codes = await connection.execute(
            text("SELECT reasons FROM registration_import_reject ORDER BY import_id, line")
        )
        said = [(one["field"], one["code"]) for row in codes for one in row.reasons]
    assert said == [
        ("scopes", "import_locations_differ"),
        ("category", "import_locations_differ"),
        ("scopes", "import_locations_differ"),
        ("level", "import_assistant_elsewhere"),
    ]


async def test_an_assistant_has_a_county_and_does_not_become_a_physician_by_a_file(world, p):
    one = await imported(world, line(1, 级别="执业助理医师", 执业地点="北京市西城区"))
    assert use.counts(one) == ("done", 1, 0, 0)
    (row,) = await use.registrations(world)
    assert (row.level, row.location) == ("2", "110102")
    assert await rejected(world, line(1)) == [("level", "import_differs")]


async def test_a_qualification_on_record_is_the_one_registered_by(world, p):
    number = world.id_number(501)
    of = physician_qualification_certificate(2025, "11", "1", "10", number)
    who = await p.qualified(certificate_key=world.kit.certificate_key(of))
    given = line(1, 身份证号=number)
    other = physician_qualification_certificate(2024, "11", "1", "10", number)
    assert await rejected(
        world,
        line(1, 身份证号=number, 医师资格证书编码=other),
        line(2, 身份证号=number, 类别="口腔", 执业范围="口腔"),
        line(3, 身份证号=number, 姓名="张三"),
        line(4, 医师资格证书编码=of),
    ) == [
        ("qualification_number", "import_qualification_unknown"),
        ("id_number", "import_repeated"),
        ("id_number", "import_repeated"),
        ("qualification_number", "import_qualification_of_another"),
    ]
    assert await rejected(world, given | {"类别": "口腔", "执业范围": "口腔"}) == [
        ("level", "import_qualification_differs")
    ]
    assert await rejected(world, given | {"姓名": "张三"}) == [("name", "import_name_differs")]
    assert use.counts(await imported(world, given | {"医师资格证书编码": of}))[1] == 1
    assert (await p.registration(who)).qualification_id == "PQ501-11"


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"级别": ""}, [("level", "import_cell_missing")]),
        ({"级别": "护士"}, [("level", "import_code_unknown")]),
        ({"级别": "无"}, [("level", "import_code_unknown")]),
        ({"类别": "临床医学系"}, [("category", "import_code_unknown")]),
        ({"执业范围": "口腔专业"}, [("scopes", "import_scope_of_other_category")]),
        ({"执业范围": "内科、厨艺"}, [("scopes", "import_code_unknown")]),
        ({"医师执业证书编码": "12345"}, [("certificate_number", "physician_practice_format")]),
        ({"首次注册日期": ""}, [("registered_on", "import_cell_missing")]),
        ({"首次注册日期": "2030-01-01"}, [("registered_on", "import_date_order")]),
        ({"首次注册日期": "1970-01-01"}, [("registered_on", "import_date_order")]),
        ({"主要执业机构": "别的医院"}, [("institution_name", "import_institution_other")]),
        ({"执业地点": "河北省"}, [("location", "import_location_other")]),
        ({"状态": "休假"}, [("status", "import_code_unknown")]),
        (
            {"状态": "备案"},
            [("filed_on", "import_filed_how"), ("filing_ground", "import_filed_how")],
        ),
        ({"备案理由": "退休"}, [("filing_ground", "import_filed_how")]),
        (
            {"状态": "备案", "备案日期": "2015-06-30", "备案理由": "退休"},
            [("filed_on", "import_filed_how")],
        ),
        (
            {"状态": "注销"},
            [
                ("cancelled_on", "import_cancelled_how"),
                ("cancellation_ground", "import_cancelled_how"),
            ],
        ),
        (
            {"医师资格证书编码": "2015"},
            [("qualification_number", "physician_qualification_length")],
        ),
        ({"执业科室": "厨房"}, [("department", "import_code_unknown")]),
    ],
)
async def test_a_line_is_rejected_with_every_reason(world, p, changes, reasons):
    assert await rejected(world, line(1, **changes)) == reasons
    assert await certificates(world) == 0


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("内科专业", ["11"]),
        ("内科、外科", ["11", "12"]),
        ("外科，内科;儿科专业", ["11", "12", "14"]),
        ("医学检验、病理专业", ["20"]),
        ("检验、病理；内科", ["11", "20"]),
        ("11/12", ["11", "12"]),
        ("internal medicine", ["11"]),
        ("中西医结合", ["52"]),
        ("公卫", ["41"]),
        ("厨艺", None),
    ],
)
def test_scopes_are_read_as_people_write_them(said, codes):
    assert read_scopes(said) == codes


@pytest.mark.parametrize(
    ("level", "code"),
    [("医师", "1"), ("执业医师", "1"), ("1", "1"), ("助理医师", "2"), ("执业助理医师", "2")],
)
def test_levels_are_read_as_people_write_them(level, code):
    given = {
        **{"name": "李明", "id_number": id_number(1), "level": level, "category": "临床类别"},
        **{"scopes": "内科", "registered_on": "2015年7月1日"},
        "certificate_number": line(1)["医师执业证书编码"],
    }
    record, reasons = read_line(given, date(2026, 11, 23))
    assert reasons == []
    assert (record.practice.level, record.practice.category) == (code, "1")


async def test_english_headers_and_codes_do_as_well(world, p):
    row = {
        **{"name": "李明", "ID number": id_number(1), "level": "physician", "category": "1"},
        **{"scopes": "11,12", "certificate number": line(1)["医师执业证书编码"]},
        **{"registered on": "2015-07-01", "title": "233", "status": "moving_out"},
    }
    one = await use.imported(world, use.sheet([row], row), profession="physician")
    assert use.counts(one) == ("done", 1, 0, 0)
    (found,) = await use.registrations(world)
    assert (found.scopes, found.status, found.title) == (["11", "12"], "moving_out", "233")


async def test_a_list_of_nurses_is_no_list_of_physicians(world, p):
    content = use.sheet([use.line(1)])
    refused = await use.upload(world, world.XICHENG, content, profession="physician")
    assert refused.status_code == 422
    assert "column_missing" in world.codes(refused)
    unknown = await use.upload(world, world.XICHENG, content, profession="midwife")
    assert unknown.status_code == 422
    by_itself = await use.upload(world, world.HOSPITAL, sheet(line(1)), profession="physician")
    assert by_itself.status_code == 403


@pytest.mark.parametrize("dry_run", ["false", "true"])
async def test_an_import_goes_on_where_a_crash_ended_it(world, p, dry_run):
    content = sheet(*(line(n) for n in range(25)), line(0), line(30, 学历="博士后"))
    taken = await use.upload(world, world.XICHENG, content, dry_run=dry_run, profession="physician")
    path = taken.headers["Location"]
    killed = asyncio.create_task(importer(world.kit, 4).work())
    await use.until_recorded(world, path, 4)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    world.clock.instant += TAKEN_OVER_AFTER + timedelta(seconds=1)
    assert await importer(world.kit, 7).work()
    found = (await world.call(world.XICHENG, "GET", path)).json()
    assert use.counts(found) == ("done", 25, 0, 2)
    assert await use.rejects(world, found) == [
        ("id_number", "import_repeated"),
        ("education", "import_code_unknown"),
    ]
    expected = 0 if dry_run == "true" else 25
    assert len(await use.registrations(world)) == await certificates(world) == expected


async def test_overlapping_files_at_the_same_moment_record_everybody_once(world, p):
    """One in the order of the other backwards: neither waits for the other for ever."""
    lines = [line(n) for n in range(40)]
    for given in (lines, lines[::-1]):
        answer = await use.upload(world, world.XICHENG, sheet(*given), profession="physician")
        assert answer.status_code == 202
    await asyncio.gather(importer(world.kit, 20).work(), importer(world.kit, 20).work())
    items = (await world.call(world.XICHENG, "GET", use.PATH)).json()["items"]
    told = [use.counts(item) for item in items]
    assert [sum(one[at] for one in told) for at in (1, 2, 3)] == [40, 40, 0]
    assert len(await use.registrations(world)) == await certificates(world) == 40


@pytest.mark.parametrize("changes", [{}, {"scopes": ("12",)}, {"certificate_number": "1" * 15}])
async def test_who_is_registered_elsewhere_at_this_moment_is_looked_at_again(world, p, changes):
    """The import finds nobody, waits for the number of the other transaction, then looks again:
    a further location is identical, under the one number."""
    hebei = {"institution_id": "HEBEI-HOSPITAL", "region": "130102"}
    taken = await use.upload(world, world.XICHENG, sheet(line(1)), profession="physician")
    async with world.kit.database.transaction() as tx:
        await import_registration(tx, world.kit, existing(**hebei | changes))
        running = asyncio.create_task(importer(world.kit).work())
        async with world.kit.database.reading() as connection:
            waiting = text(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN"
                " (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            while not await connection.scalar(waiting):  # noqa: ASYNC110 - the database knows
                await asyncio.sleep(0.01)
    await running
    found = (await world.call(world.XICHENG, "GET", taken.headers["Location"])).json()
    assert (found["state"], found["recorded"] + found["rejected"]) == ("done", 1)
    assert found["recorded"] == (0 if changes else 1)
    assert len(await use.registrations(world)) == (1 if changes else 2)
    assert await certificates(world) == 1


async def test_a_registration_taken_over_one_by_one_is_as_an_approval_makes_it(world, p):
    one = await take_over(world, department="03", qualification_id="Q1")
    assert one is not None
    assert (one.location, one.valid_until, one.qualification_id) == ("11", None, "Q1")
    assert await take_over(world) is None
    assert await take_over(world, institution_id="HOSPITAL2") is None
    off = {"status": "filed", "filed_on": date(2026, 3, 1), "filing_ground": "retired"}
    other = {"id_number": id_number(2), "certificate_number": line(2)["医师执业证书编码"]}
    assert (await take_over(world, **off, **other)).status == "filed"


async def test_a_mistyped_number_does_not_use_up_a_countys_serials(world, p):
    async with world.kit.database.transaction() as tx:
        await set_serial(tx, 0, "110102", 1)
    await imported(
        world, line(1, 医师执业证书编码=physician_practice_certificate("1", "1", "110102", 999_999))
    )
    who = await p.qualified()
    assert (await p.done(who, "registration", FIRST))["state"] == "approved"
    assert p.number(await p.registration(who)).endswith("000001")
