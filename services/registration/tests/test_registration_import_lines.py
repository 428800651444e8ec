"""What a line of an import says of a nurse: recorded whole, or rejected with every reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from services.registration.tests import nurse_imports as use
from services.registration.tests.businesses import TODAY, Businesses
from services.registration.tests.nurse_imports import line
from sqlalchemy import text

from zhiye_contracts import purposes
from zhiye_contracts.identifiers import make_id_number

FULL = {
    "姓名": "李红",
    "性别": "女",
    "身份证号": make_id_number("110101", date(1985, 1, 1), 22),
    "出生日期": "1985年1月1日",
    "年龄": "41",
    "执业状态": "在册",
    "业务类型": "延续注册",
    "护士证号": "2008 1100 0022",
    "有效期截止日期": "2029/5/1",
    "首次注册日期": "2008.07.01",
    "技术职称": "主管护师",
    "所在科室": "急诊室",
    "账户状态": "尚未注册账户",
    "工作类别": "临床护理",
    "学历": "中专",
    "学位": "无学位",
    "毕业学校": "北京护士学校",
    "所学专业": "护理学",
    "学制": "四年制",
    "毕业时间": "20080601",
    "职务": "无",
    "参加工作时间": "2008-08-01",
    "民族": "汉",
    "国籍": "中国",
    "专业学习经历": "2004.9——2008.6 护理专业",
    "工作经历": "2008.8——至今 呼吸科",
}


@pytest.fixture
async def b(world):
    return await Businesses(world).open()


async def test_everything_a_line_says_is_recorded_told_and_kept_in_the_history(world):
    one = await use.imported(world, use.sheet([FULL], FULL))
    assert use.counts(one) == ("done", 1, 0, 0)
    (row,) = await use.registrations(world)
    assert (row.name, row.gender, row.birth_date) == ("李红", "2", date(1985, 1, 1))
    assert (row.name_pinyin, row.name_initials) == ("lihong", "lh")
    assert (row.department, row.work_category) == ("emergency", "clinical-nursing")
    assert (row.title, row.education, row.last_change) == ("253", "40", "nurse-renewal")
    assert (row.registered_on, row.valid_from, row.valid_until) == (
        date(2008, 7, 1),
        date(2024, 5, 2),
        date(2029, 5, 1),
    )
    assert row.details == {
        "degree": "0",
        "school": "北京护士学校",
        "major": "护理学",
        "study_length": "四年制",
        "graduated_on": "2008-06-01",
        "position": "无",
        "work_began_on": "2008-08-01",
        "ethnic_group": "01",
        "nationality": "中国",
        "study_experience": "2004.9——2008.6 护理专业",
        "work_experience": "2008.8——至今 呼吸科",
    }
    cipher = world.kit.settings.cipher
    assert cipher.open(row.sealed_id_number, purposes.ID_NUMBER) == FULL["身份证号"]
    assert cipher.open(row.sealed_certificate_number, purposes.CERTIFICATE_NUMBER) == "200811000022"
    assert (row.authority_name, row.region) == ("西城区卫生健康委员会", "110102")
    (event,) = await world.events("registration-changed")
    assert (event["aggregate_id"], event["region_online"]) == (row.id, True)
    async with world.kit.database.reading() as connection:
        (entry,) = await connection.execute(text("SELECT * FROM registration_history"))
    assert (entry.registration_id, entry.change, entry.institution_name) == (
        row.id,
        "imported",
        "北京示例医院",
    )


async def test_english_heads_and_codes_do_as_well(world):
    row = {
        "name": "李红",
        "ID number": FULL["身份证号"],
        "certificate_number": "200811000022",
        "valid until": "2029-05-01",
        "department": "ward",
        "title": "nurse in charge",
        "education": "30",
        "status": "cancelled",
        "cancelled on": "2026-01-05",
        "cancellation ground": "expired",
    }
    assert use.counts(await use.imported(world, use.sheet([row], row))) == ("done", 1, 0, 0)
    (found,) = await use.registrations(world)
    assert (found.department, found.title, found.education) == ("ward", "253", "30")
    assert (found.status, found.cancelled_on, found.cancellation_ground) == (
        "cancelled",
        date(2026, 1, 5),
        "expired",
    )


@pytest.mark.parametrize(
    ("column", "said", "field", "code"),
    [
        ("学历", "大专", "education", "30"),
        ("学历", "本科", "education", "20"),
        ("学历", "硕士研究生", "education", "10"),
        ("科室", "急诊(科)室", "department", "emergency"),
        ("科室", "ICU", "department", "intensive-care"),
        ("科室", "消毒供应中心", "department", "sterile-supply"),
        ("科室", "—", "department", None),
        ("技术职称", "无", "title", None),
    ],
)
async def test_codes_are_read_as_people_write_them(world, column, said, field, code):
    one = await use.imported(world, use.sheet([line(1, **{column: said})]))
    assert use.counts(one) == ("done", 1, 0, 0)
    (row,) = await use.registrations(world)
    assert getattr(row, field) == code


@pytest.mark.parametrize(
    ("until", "registered_on", "began"),
    [
        ("2031-11-22", "2010-01-05", date(2026, 11, 23)),
        ("2031-11-22", "", date(2026, 11, 23)),
        ("2029-05-01", "2025-02-01", date(2025, 2, 1)),  # registered later than five years before
        ("2032-01-04", "2010-01-05", TODAY),  # renewed before the old period ended
        ("2029-02-28", "2010-01-05", date(2024, 3, 1)),
    ],
)
async def test_the_present_period_is_the_five_years_that_end_on_the_day_given(
    world, until, registered_on, began
):
    given = line(1, 有效期截止日期=until, 首次注册日期=registered_on)
    await use.imported(world, use.sheet([given]))
    (row,) = await use.registrations(world)
    assert (row.valid_from, row.valid_until.isoformat()) == (began, until)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"姓名": ""}, [("name", "import_cell_missing")]),
        ({"姓名": "李"}, [("name", "name_length")]),
        ({"身份证号": "—"}, [("id_number", "import_cell_missing")]),
        ({"身份证号": "110101198501010000"}, [("id_number", "id_number_check_digit")]),
        ({"身份证号": "110***********0022"}, [("id_number", "id_number_masked")]),
        ({"身份证号": "110101850101997"}, [("id_number", "id_number_fifteen_centenarian")]),
        ({"护士证号": "2019110000O1"}, [("certificate_number", "certificate_letter_o")]),
        ({"护士证号": "203011000001"}, [("certificate_number", "certificate_year")]),
        ({"护士证号": "12"}, [("certificate_number", "nurse_practice_format")]),
        ({"有效期截止日期": "2029-13-01"}, [("valid_until", "import_date")]),
        ({"有效期截止日期": "45678"}, [("valid_until", "import_date")]),
        ({"有效期截止日期": "2029111"}, [("valid_until", "import_date")]),
        ({"有效期截止日期": "1970-01-01"}, [("valid_until", "import_expiry")]),
        ({"有效期截止日期": "2032-11-25"}, [("valid_until", "import_expiry")]),
        ({"首次注册日期": "2026-11-24"}, [("registered_on", "import_date_order")]),
        ({"首次注册日期": "1984-12-31"}, [("registered_on", "import_date_order")]),
        (
            {"有效期截止日期": "2020-01-01", "首次注册日期": "2020-01-02"},
            [("registered_on", "import_date_order")],
        ),
        ({"毕业时间": "1984-07-01"}, [("graduated_on", "import_date_order")]),
        ({"参加工作时间": "2027-01-01"}, [("work_began_on", "import_date_order")]),
        (
            {"执业状态": "注销"},
            [
                ("cancelled_on", "import_cancelled_how"),
                ("cancellation_ground", "import_cancelled_how"),
            ],
        ),
        (
            {"执业状态": "注销", "注销日期": "2026-11-24", "注销理由": "死亡"},
            [("cancelled_on", "import_cancelled_how")],
        ),
        (
            {
                **{"执业状态": "注销", "注销日期": "2020-01-01", "注销理由": "死亡"},
                "首次注册日期": "2020-01-02",
            },
            [("cancelled_on", "import_cancelled_how")],
        ),
        ({"注销理由": "死亡"}, [("cancellation_ground", "import_cancelled_how")]),
        ({"执业状态": "休假"}, [("status", "import_code_unknown")]),
        ({"学历": "博士后"}, [("education", "import_code_unknown")]),
        ({"业务类型": "换证"}, [("last_change", "import_code_unknown")]),
        ({"毕业学校": "=1+1"}, [("school", "import_formula")]),
        ({"毕业学校": "长" * 101}, [("school", "import_too_long")]),
        ({"学制": "长" * 21}, [("study_length", "import_too_long")]),
        ({"性别": "男"}, [("gender", "import_id_number_says_otherwise")]),
        ({"出生日期": "1985-01-02"}, [("birth_date", "import_id_number_says_otherwise")]),
        (
            {"姓名": "", "有效期截止日期": "明年", "学历": "高"},
            [
                ("name", "import_cell_missing"),
                ("valid_until", "import_date"),
                ("education", "import_code_unknown"),
            ],
        ),
    ],
)
async def test_every_reject_names_column_and_reason(world, changes, reasons):
    bad = line(2, **changes)
    one = await use.imported(world, use.sheet([bad, line(4)], bad))
    assert use.counts(one) == ("done", 1, 0, 1)
    assert await use.rejects(world, one) == reasons


async def test_fields_that_are_in_the_id_number_may_be_there_and_agree(world):
    good = line(2, 性别="女", 出生日期="1985.01", 序号="1", 年龄="41", 账户状态="已激活")
    assert use.counts(await use.imported(world, use.sheet([good], good))) == ("done", 1, 0, 0)


async def test_a_fifteen_digit_id_number_is_upgraded_and_that_is_told(world):
    whole = make_id_number("110101", date(1985, 1, 1), 22)
    old = line(1, 身份证号=whole[:6] + whole[8:17])
    one = await use.imported(world, use.sheet([old]))
    assert use.counts(one) == ("done", 1, 0, 0)
    assert await use.rejects(world, one) == [("id_number", "import_id_number_upgraded")]
    again = await use.imported(world, use.sheet([line(1, 身份证号=whole)]))
    assert use.counts(again) == ("done", 0, 1, 0)
    assert await use.rejects(world, again) == []


async def test_a_certificate_number_of_another_length_is_kept_whole(world):
    one = await use.imported(world, use.sheet([line(1, 护士证号="京护-98-00123")]))
    assert await use.rejects(world, one) == [("certificate_number", "nurse_practice_format")]
    one = await use.imported(world, use.sheet([line(1, 护士证号="98-1100123a")]))
    assert use.counts(one) == ("done", 1, 0, 0)
    (row,) = await use.registrations(world)
    cipher = world.kit.settings.cipher
    assert cipher.open(row.sealed_certificate_number, purposes.CERTIFICATE_NUMBER) == "98-1100123A"


async def test_a_mistyped_serial_does_not_use_up_the_numbers_of_the_year(world, b):
    await use.imported(world, use.sheet([line(1, 护士证号=f"{TODAY.year}11999999")]))
    done = await world.registered(await world.nurse())
    assert done["state"] == "approved"


async def test_a_name_with_pinyin_for_a_rare_character_agrees_with_the_exam_s(world):
    await world.nurse(700, name="王(suo)")
    rare, other = (line(n, 身份证号=world.id_number(700), 姓名=n_) for n, n_ in _NAMES)
    assert await use.rejected(world, other) == [("name", "import_name_differs")]
    assert use.counts(await use.imported(world, use.sheet([rare]))) == ("done", 1, 0, 0)


_NAMES = ((1, "王莏"), (2, "张莏"))


async def test_who_is_on_record_elsewhere_is_not_brought_in_and_nobody_learns_where(world, b):
    await b.nurse(TODAY + timedelta(days=100), institution_id="HOSPITAL2")
    await b.nurse(
        institution_id="HOSPITAL2",
        status="cancelled",
        cancelled_on=date(2026, 3, 1),
        cancellation_ground="other",
    )
    gone = {"执业状态": "注销", "注销日期": "2026-03-01", "注销理由": "其他"}
    one = await use.imported(
        world,
        use.sheet(
            [
                line(1, 身份证号=world.id_number(101)),
                line(2, 身份证号=world.id_number(101), **gone),
                line(3, 身份证号=world.id_number(102)),
            ]
        ),
    )
    assert await use.rejects(world, one) == [
        ("id_number", "import_registered_elsewhere"),
        ("id_number", "import_repeated"),
        ("id_number", "import_cancelled_on_record"),
    ]
    assert await use.rejected(world, line(3, 身份证号=world.id_number(102), **gone)) == [
        ("id_number", "import_registered_elsewhere")
    ]
    answer = await world.call(world.XICHENG, "GET", f"{use.PATH}/{one['id']}/rejects")
    assert "另一" not in answer.text
    assert "HOSPITAL2" not in answer.text


async def test_what_a_line_says_against_the_register_is_named_field_by_field(world):
    await use.imported(world, use.sheet([line(1), line(2)]))
    differing = line(
        1, 姓名="李虹", 护士证号="201911000009", 有效期截止日期="2029-05-02", 技术职称="护师"
    )
    gone = line(2, 执业状态="注销", 注销日期="2026-03-01", 注销理由="死亡")
    one = await use.imported(world, use.sheet([differing, gone]))
    assert await use.rejects(world, one) == [
        ("name", "import_differs"),
        ("certificate_number", "import_differs"),
        ("valid_until", "import_differs"),
        ("title", "import_differs"),
        ("status", "import_differs"),
    ]
    assert await use.rejected(world, line(3, 护士证号="201911000002")) == [
        ("certificate_number", "import_certificate_taken")
    ]


async def test_less_than_is_on_record_is_no_difference(world):
    await use.imported(world, use.sheet([line(1)]))
    one = await use.imported(world, use.sheet([line(1)], use.HEAD))
    assert use.counts(one) == ("done", 0, 1, 0)


async def test_who_is_cancelled_on_record_is_not_brought_back(world):
    gone = {"执业状态": "注销", "注销日期": "2026-03-01", "注销理由": "死亡"}
    await use.imported(world, use.sheet([line(1, **gone)]))
    assert use.counts(await use.imported(world, use.sheet([line(1, **gone)]))) == ("done", 0, 1, 0)
    assert await use.rejected(world, line(1)) == [("id_number", "import_cancelled_on_record")]


async def test_no_number_of_a_person_is_anywhere_in_the_clear(world):
    bad = line(2, 学历="博士后")
    await use.imported(world, use.sheet([line(1), bad, line(1)]))
    secrets = [one[column] for one in (line(1), bad) for column in ("身份证号", "护士证号")]
    async with world.kit.database.reading() as connection:
        for table in (
            *("registration", "registration_history", "outbox", "registration_import"),
            "registration_import_reject",
        ):
            query = text(f"SELECT t::text FROM {table} t")
            for row in (await connection.execute(query)).scalars():
                assert not any(secret in row for secret in secrets), table
