"""The printed form of physicians: each business, each field, the flags, who signs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from services.registration.tests.businesses import PATH
from services.registration.tests.papers import Paper
from services.registration.tests.physicians import FIRST, FIT, INFORMED, Physicians

from zhiye_registration.domain.about import About
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.printed_form import Known, printed_form
from zhiye_registration.domain.printed_physician import TITLE
from zhiye_registration.entrypoints.forms import Education, Informed, PhysicianForm, Training

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
PERIOD = {"from_on": "2026-11-23", "until_on": "2027-11-22"}
LEFT = {"ground": "resigned", "left_on": "2026-10-01", "informed": INFORMED}
SLUGS = [slug for slug, row in BUSINESS_TYPES.items() if row.profession == "physician"]


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def printed(world, who, one) -> Paper:
    answer = await world.call(who, "GET", f"{PATH}/{one['id']}/form.pdf")
    assert answer.status_code == 200, answer.text
    return Paper(answer.content)


def lacking(paper, *said):
    return [text for text in said if text not in paper.text]


# --- every business -------------------------------------------------------------------------------


async def test_a_registration_prints_the_qualification_and_what_is_asked_for(world, p):
    who = await p.qualified()
    one = await p.submitted(who, "registration", FIRST)
    paper = await printed(world, who, one)
    serial = int(who.account_id.removeprefix("ACC-P"))
    assert not lacking(
        paper,
        *(TITLE, one["number"], world.id_number(serial), "李明"),
        *("资格证书编码202511110", "资格级别执业医师", "资格类别临床"),
        *("取得资格时间2025年12月01日", "注册状态从未注册"),
        *("业务类型医师执业注册", "拟执业机构北京示例医院", "拟执业地点北京市"),
        *("拟注册执业范围内科", "医师级别执业医师", "执业类别临床", "工作科室内科"),
        *("具有完全民事行为能力是", "无刑事处罚、禁业等不予注册情形是"),
        *("申请人（签字）", "医疗机构意见", "审批机关意见"),
        *(material.zh for material in BUSINESS_TYPES["physician-registration"].materials),
    )
    assert "护士" not in paper.text
    assert "健康检查" not in paper.text


async def test_a_change_prints_both_flags_and_each_item_before_and_after(world, p):
    who = await p.physician()
    held = await p.registration(who)
    one = await p.submitted(who, "change", {"scopes": ["12"]}, institution_id="HEBEI-HOSPITAL")
    paper = await printed(world, who, one)
    assert not lacking(
        paper,
        *("执业证书编码" + p.number(held), "注册状态在册", "主要执业机构北京示例医院"),
        *("是否变更执业地点是", "是否变更主要执业机构是"),
        *("变更执业地点北京市→河北省", "变更主要执业机构北京示例医院→石家庄医院"),
        *("变更执业范围内科专业→外科专业", "注册日期2026年01月05日"),
    )
    assert "注册有效期" not in paper.text


async def test_inside_the_location_the_first_flag_says_no(world, p):
    who = await p.physician()
    draft = (await p.start(who, "change", institution_id="CHAOYANG-HOSPITAL")).json()
    paper = await printed(world, who, draft)
    assert not lacking(paper, "是否变更执业地点否", "是否变更主要执业机构是", "尚未提交")
    assert "变更执业地点北京市" not in paper.text


async def test_a_filing_prints_its_institution_scopes_and_period(world, p):
    who = await p.physician()
    one = await p.submitted(who, "multi-institution", PERIOD, institution_id="CHAOYANG-HOSPITAL")
    paper = await printed(world, who, one)
    assert not lacking(
        paper,
        *("拟备案机构朝阳医院", "备案执业范围内科", "拟备案机构意见", "审批机关意见"),
        *("备案起始日期2026年11月23日", "备案终止日期2027年11月22日", "执业地点北京市"),
    )
    assert "是否变更" not in paper.text


async def test_off_post_prints_ground_days_and_that_it_is_late(world, p):
    who = await p.physician()
    held = await p.registration(who)
    one = await p.submitted(world.HOSPITAL, "off-post", LEFT, registration_id=held.id)
    paper = await printed(world, world.HOSPITAL, one)
    assert not lacking(
        paper,
        *("离岗日期2026年10月01日", "应于2026年10月31日前备案，已逾期", "离岗备案情形辞职、退职"),
        *("申请方式机构申请", "申请机构（盖章）", "告知本人的日期2026年11月20日"),
    )


async def test_what_the_authority_opens_itself_is_signed_by_nobody_else(world, p):
    who = await p.physician()
    held = await p.registration(who)
    one = await p.submitted(
        world.XICHENG, "cancellation", {"ground": "revoked"}, registration_id=held.id
    )
    one = await p.agreed(one, world.XICHENG)
    paper = await printed(world, world.XICHENG, one)
    assert not lacking(
        paper,
        *("申请方式审批机关依职权", "审批机关（盖章）", "审批机关意见"),
        *("注销原因被吊销《医师执业证书》", "注册状态注销", "注销情形被吊销《医师执业证书》"),
    )
    assert "医疗机构意见" not in paper.text


async def test_a_registration_in_another_location_prints_the_one_it_is_about(world, p):
    who = await p.physician()
    second = await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    form = {"destination": "西藏自治区"}
    one = await p.submitted(
        who, "moving-out", form, institution_id="HEBEI-HOSPITAL", registration_id=second.id
    )
    paper = await printed(world, who, one)
    assert not lacking(
        paper, "主要执业机构石家庄医院", "执业地点河北省", "拟前往的地区或机构西藏自治区"
    )


@pytest.mark.parametrize("slug", SLUGS)
async def test_every_business_is_printed_as_a_draft_with_its_checklist(world, p, slug):
    fresh = slug in ("physician-registration", "physician-re-registration")
    who = await (p.qualified() if fresh else p.physician())
    draft = await p.start(who, slug.removeprefix("physician-"), {}, institution_id="HOSPITAL2")
    paper = await printed(world, who, draft.json())
    row = BUSINESS_TYPES[slug]
    assert not lacking(paper, TITLE, row.name.zh, *(text.zh for text in row.materials))
    assert "护士" not in paper.text


async def test_after_the_approval_the_form_says_what_was_changed_and_still_does_later(world, p):
    who = await p.physician()
    one = await p.done(who, "change", institution_id="HEBEI-HOSPITAL")
    await p.done(who, "change", institution_id="HEBEI-CLINIC")
    paper = await printed(world, who, one)
    assert not lacking(paper, "变更主要执业机构北京示例医院→石家庄医院", "主要执业机构石家庄诊所")


async def test_of_an_added_location_its_institution_prints_what_is_registered_there(world, p):
    who = await p.physician()
    form = FIT | {"department": "03"}
    one = await p.submitted(who, "add-location", form, institution_id="HEBEI-HOSPITAL")
    before = await printed(world, who, one)
    assert not lacking(before, "主要执业机构北京示例医院", "拟执业机构石家庄医院")
    one = await p.agreed(one, *p.sides("HEBEI-HOSPITAL"))
    institution, _ = p.sides("HEBEI-HOSPITAL")
    after = await printed(world, institution, one)
    assert not lacking(after, "主要执业机构石家庄医院", "执业地点河北省", "注册状态在册")


async def test_others_get_no_form_and_who_is_not_active_no_record(world, p):
    one = await p.submitted(await p.physician(), "change", institution_id="CHAOYANG-HOSPITAL")
    path = f"{PATH}/{one['id']}/form.pdf"
    for who in (world.HOSPITAL, world.HEBEI, await p.physician()):
        assert (await world.call(who, "GET", path)).status_code == 404


# --- every field ---------------------------------------------------------------------------------

EVERYTHING = FIT | {
    "qualification_id": "PQ1",
    "scopes": ["11", "14"],
    "department": "03",
    "title": "234",
    "training": {
        "institution_name": "北京培训医院",
        "began_on": "2026-01-05",
        "ended_on": "2026-07-06",
        "passed": True,
    },
    "education": {
        "school": "北京医学院",
        "education": "20",
        "major": "临床医学",
        "degree": "4",
        "study_length": "五年制",
        "graduated_on": "2024-07-01",
    },
    "study_experience": "2019.9——2024.6 北京医学院",
    "work_experience": "2024.7——至今 内科",
    "position": "主任",
    "work_began_on": "2024-07-01",
    "from_on": "2026-12-01",
    "until_on": "2027-11-30",
    "left_on": "2026-11-01",
    "destination": "西藏自治区",
    "ground": "other",
    "note": "备注一句",
    "informed": {"on": "2026-11-20", "by": "post"},
}
BY_ITS_NUMBER = ("qualification_id",)
"""Printed is the number of the qualification's certificate."""


def leaves(form, path=()):
    for name, value in form.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name)


def without(form, path):
    name, *rest = path
    if rest:
        return form | {name: without(form[name], rest)}
    if set(form) == set(Training.model_fields):
        return form | {name: {"passed": False, "institution_name": "别处"}.get(name, "2020-01-01")}
    return {key: value for key, value in form.items() if key != name}


def on_paper(form, slug):
    one = Application(
        *("A1", "N1", slug, "draft", 1, "ACC", "key", "sealed", "李明"),
        *("HOSPITAL", "北京示例医院", "110102", form, NOW, NOW),
    )
    scopes = tuple(form.get("scopes", ()))
    known = Known("110101200203050022", about=About(practice=Practice("1", "1", scopes, "11")))
    return printed_form(one, known, NOW.date(), [])


def test_the_form_with_everything_has_every_field_there_is():
    assert set(EVERYTHING) == set(PhysicianForm.model_fields)
    parts = (("training", Training), ("education", Education), ("informed", Informed))
    for name, part in parts:
        assert set(EVERYTHING[name]) == set(part.model_fields)


@pytest.mark.parametrize(
    "path", [p for p in leaves(EVERYTHING) if p != BY_ITS_NUMBER], ids=".".join
)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_field_that_is_filled_in_is_printed(slug, path):
    assert on_paper(without(EVERYTHING, path), slug) != on_paper(EVERYTHING, slug)
