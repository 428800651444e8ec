"""The printed application form: who gets it, what is on it, read back from the PDF itself."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image
from services.registration.tests.businesses import FIT, WORK, Businesses
from services.registration.tests.papers import FULL, Paper

from zhiye_chassis.security import Principal
from zhiye_registration.adapters import registrations
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.kit import RegistrationSettings

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
A4 = (595, 842)


def path_of(one) -> str:
    return f"/api/v1/applications/{one['id']}/form.pdf"


async def printed(world, who, one) -> Paper:
    answer = await world.call(who, "GET", path_of(one))
    assert answer.status_code == 200, answer.text
    return Paper(answer.content)


async def upload_photo(world, nurse, kind="JPEG", mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, (354, 472), "white").save(out, kind)
    await world.kit.photos.put(nurse.person_key, out.getvalue())


@pytest.fixture
async def b(world) -> Businesses:
    return await Businesses(world).open()


# --- the file ------------------------------------------------------------------------------------


async def test_the_form_is_a_pdf_of_a4_pages_that_nobody_keeps_a_copy_of(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    answer = await world.call(nurse, "GET", path_of(one))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{one["number"]}.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    paper = Paper(answer.content)
    assert {tuple(map(round, page.get_size())) for page in paper.pages} == {A4}
    count = len(paper.pages)
    for number in range(1, count + 1):
        assert f"第{number}页，共{count}页" in paper.text


async def test_all_that_the_form_and_the_exam_say_is_printed_with_the_whole_id_number(world):
    nurse = await world.nurse(serial=77, name="王芳")
    one = await world.submitted(nurse, FULL)
    paper = await printed(world, nurse, one)
    said = [
        *("护士注册申请表", one["number"], "2026年11月23日", "待机构审核"),
        *("王芳", "女", "2002年03月05日", "居民身份证", world.id_number(77)),
        "通过护士执业资格考试时间2026年06月15日",
        *("北京第二护士学校", "大学专科", "无学位", "三年制", "助产", "2025年07月01日"),
        "2022.9——2025.6北京第二护士学校助产",
        *("首次注册", "个人申请", "拟执业机构北京示例医院", "手术室", "护理行政管理"),
        *("职务护士长", "技术职称护师", "参加工作时间2026年07月01日", "2026.7——至今手术室"),
        *("具有完全民事行为能力是", "符合健康标准是", "健康体检日期2026年11月02日"),
        *("北京体检中心", "北京培训医院", "2026年01月05日至2026年04月06日", "考核合格"),
        *("备注一句", "本人承诺", "申请人（签字）", "医疗机构意见", "审批机关意见"),
        *(material.zh for material in BUSINESS_TYPES["nurse-first"].materials),
    ]
    assert [text for text in said if text not in paper.text] == []


async def test_what_the_form_leaves_out_is_the_records(world, b):
    nurse = await b.nurse()
    held = await b.registration(nurse)
    details = {"nationality": "中国", "ethnic_group": "03", "health": "健康或良好"}
    details |= {"school": "石家庄护士学校", "study_length": "四年制"}
    async with world.kit.database.transaction() as tx:
        more = replace(
            held, department="ward", title="255", details=details, version=held.version + 1
        )
        assert await registrations.save(tx, more)
    one = await b.submitted(nurse, "renewal", FIT)
    paper = await printed(world, nurse, one)
    said = [
        *("护士延续注册申请审核表", b.number(held), "现执业机构北京示例医院"),
        *("注册有效期2021年01月04日至2026年12月03日", "西城区卫生健康委员会"),
        *("中国", "回族", "健康或良好", "石家庄护士学校", "四年制", "病房", "技术职称护士"),
    ]
    assert [text for text in said if text not in paper.text] == []


async def test_a_photo_is_on_the_form_and_an_empty_box_where_there_is_none(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    without = await printed(world, nurse, one)
    assert without.photos() == []
    assert "照片" in without.text
    await upload_photo(world, nurse)
    beside = await printed(world, nurse, one)
    assert beside.photos() == [(354, 472)]
    assert "照片" not in beside.text


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA")])
async def test_photos_of_every_make_are_printed(world, kind, mode):
    nurse = await world.nurse()
    await upload_photo(world, nurse, kind, mode)
    paper = await printed(world, nurse, await world.submitted(nurse))
    assert paper.photos() == [(354, 472)]


async def test_the_code_on_the_form_leads_back_to_the_application(world, monkeypatch):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    path = f"/api/v1/applications/{one['id']}"
    assert (await printed(world, nurse, one)).codes() == [path]
    own = world.kit.own.model_copy(update={"public_url": "https://zhiye.example.cn/"})
    monkeypatch.setitem(world.kit.__dict__, "own", own)
    assert (await printed(world, nurse, one)).codes() == [f"https://zhiye.example.cn{path}"]


@pytest.mark.parametrize(
    "address", ["zhiye.example.cn", "ftp://x", "https://x?a=1", "javascript:1"]
)
def test_only_an_address_of_the_web_is_taken_for_the_public_one(monkeypatch, address):
    monkeypatch.setenv("ZHIYE_REGISTRATION_PUBLIC_URL", address)
    with pytest.raises(ValueError, match="public_url"):
        RegistrationSettings()


# --- who ----------------------------------------------------------------------------------------


async def test_the_pdf_of_someone_elses_application_does_not_exist(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse)
    for side in (nurse, world.HOSPITAL, world.XICHENG, world.BEIJING):
        assert (await world.call(side, "GET", path_of(one))).status_code == 200
    for stranger in (await world.nurse(), world.OTHER_HOSPITAL, world.HEBEI):
        answer = await world.call(stranger, "GET", path_of(one))
        assert (answer.status_code, world.codes(answer)) == (404, ["not_found"])
        assert b"PDF" not in answer.content
    missing = await world.call(nurse, "GET", path_of({"id": "missing"}))
    assert missing.status_code == 404


async def test_a_draft_is_printed_for_its_applicant_alone_and_says_what_it_is(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse, {"department": "ward"})
    paper = await printed(world, nurse, draft)
    assert "草稿" in paper.text
    assert "填表日期" in paper.text
    assert "病房" in paper.text
    for reviewer in (world.HOSPITAL, world.XICHENG):
        assert (await world.call(reviewer, "GET", path_of(draft))).status_code == 404
    submitted = await world.submitted(await world.nurse())
    assert "草稿" not in (await printed(world, world.HOSPITAL, submitted)).text


async def test_what_an_institution_files_is_signed_by_it_and_the_person_may_print_it(world, b):
    nurse = await b.nurse()
    held = await b.registration(nurse)
    form = {
        "ground": "other",
        "note": "已调离",
        "informed": {"on": "2026-11-20", "by": "post"},
    }
    one = await b.submitted(world.HOSPITAL, "cancellation", form, registration_id=held.id)
    for side in (world.HOSPITAL, nurse, world.XICHENG):
        paper = await printed(world, side, one)
        said = ["护士注销注册申请审核表", "机构申请", "其他特殊情形", "2026年11月20日", "邮寄送达"]
        said += ["本机构承诺", "申请机构（盖章）"]
        assert [text for text in said if text not in paper.text] == []
    answer = await world.call(world.OTHER_HOSPITAL, "GET", path_of(one))
    assert answer.status_code == 404


async def test_who_waits_for_activation_prints_her_own(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    waiting = Principal(
        nurse.account_id, "practitioner", "王*", person_key=nurse.person_key, active=False
    )
    assert "草稿" in (await printed(world, waiting, draft)).text


# --- reviews -------------------------------------------------------------------------------------


async def test_the_reviews_so_far_are_on_the_form_with_who_when_and_why(world):
    nurse = await world.nurse()
    one = await world.submitted(nurse, FULL)
    assert "已作出的网上审核" not in (await printed(world, nurse, one)).text
    reasons = [
        {"code": "form_incorrect", "text": "科室应为急诊科"},
        {"code": "materials_incomplete"},
    ]
    await world.review(world.HOSPITAL, one, "return", reasons=reasons)
    again = (await world.submit(nurse, one["id"])).json()
    agreed = (await world.review(world.HOSPITAL, again, "approve")).json()
    paper = await printed(world, world.XICHENG, agreed)
    said = ["2026-11-2310:00", "王主任", "退回补正", "申请表填写有误：科室应为急诊科", "材料不齐全"]
    said += ["北京示例医院王主任同意"]
    assert [text for text in said if text not in paper.text] == []
    decided = (await world.review(world.XICHENG, agreed, "approve")).json()
    assert "西城区卫生健康委员会李科长同意" in (await printed(world, nurse, decided)).text


async def test_the_military_form_has_a_box_for_the_military_side(world, b):
    nurse = await world.nurse(serial=242)
    form = WORK | {
        "military": {
            "source": "army",
            "institution_id": "ARMY",
            "certificate_number": "201911004242",
            "valid_until": "2027-03-01",
        }
    }
    made = await b.start(nurse, "military-to-local", form)
    assert made.status_code == 201, made.text
    paper = await printed(world, nurse, made.json())
    said = ["军队武警护士变更到地方申请表", "军队到地方执业", "某部队医院", "201911004242"]
    said += ["2027年03月01日", "原军队武警机构意见", "医疗机构意见", "审批机关意见"]
    assert [text for text in said if text not in paper.text] == []
