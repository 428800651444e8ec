"""What physicians, and the institutions around them, are told: in both languages, without a word
about nurses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
)
from zhiye_contracts.events import ApplicationChanged, Event, FilingEnded, FilingMade
from zhiye_contracts.events import RegistrationMoved as Moved
from zhiye_contracts.reasons import Language
from zhiye_notifications.domain.practice_templates import why_ended
from zhiye_notifications.domain.rendering import render, render_for, sms_parts
from zhiye_notifications.domain.templates import TEMPLATES

if TYPE_CHECKING:
    from conftest import World

LANGUAGES: tuple[Language, ...] = get_args(Language)
PERSON = "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f"
MAIN, FURTHER = "01JD0000000000000000INS001", "01JD0000000000000000INS002"
SLUGS = [slug for slug in BUSINESS_TYPES if slug.startswith("physician-")]
STEPS = [
    name
    for name in TEMPLATES
    if name.startswith(("application_", "filed_", "ex_officio_"))
    and "origin" not in name
    and "confirm" not in name
]


def of(kind: type[Event], world: World, **more: Any) -> Event:
    return kind.model_validate(kind.example | {"occurred_at": world.clock.now().isoformat()} | more)


async def inbox(world: World, account: str, language: str = "") -> list[dict[str, Any]]:
    client = world.client("practitioner", language, account_id=account)
    items: list[dict[str, Any]] = (await client.get("/api/v1/my/messages")).json()["items"]
    return items


async def templates(world: World, account: str) -> list[str]:
    return [one["template"] for one in reversed(await inbox(world, account))]


async def everybody(world: World) -> None:
    """The physician, the main and the further institution, an authority's officer."""
    staff: dict[str, Any] = {"person_key": None, "identity": None}
    await world.deliver(
        world.account("physician", person_key=PERSON),
        world.account("main", role="institution", institution_id=MAIN, **staff),
        world.account("further", role="institution", institution_id=FURTHER, **staff),
        world.account("officer", role="authority", authority_id="AUTHORITY", **staff),
    )


# --- every step of every business ------------------------------------------------------------


@pytest.mark.parametrize("template", STEPS)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_of_every_business_reads_well_in_both_languages(
    slug: str, template: str
) -> None:
    grounds = OFF_POST_GROUNDS if slug == "physician-off-post" else PHYSICIAN_CANCELLATION_GROUNDS
    example = TEMPLATES[template].example | {
        "business_type": slug,
        "ground": next(iter(grounds)),
    }
    for language in LANGUAGES:
        shown = render(template, example, language)
        said = f"{shown.title} {shown.text} {shown.next_step}"
        if TEMPLATES[template].sms:
            sms = render_for("sms", template, example, language)[1]
            assert sms_parts(sms) <= 3
            said += sms
        assert BUSINESS_TYPES.label(slug, language) in said
        assert not re.search(r"[{}]|None|护士|[Nn]urse|有效期|valid until", said), said


@pytest.mark.parametrize(
    ("slug", "ground", "text"),
    [
        ("physician-cancellation", "two-years-out", "中止执业活动满二年"),
        ("physician-cancellation", "other", "其他应当注销的情形"),
        ("physician-off-post", "other", "其他离岗情形"),
        ("physician-off-post", "unreachable", "无法联系"),
        ("nurse-cancellation", "other", "其他特殊情形"),
    ],
)
def test_the_ground_is_read_by_the_table_of_the_business(slug: str, ground: str, text: str) -> None:
    example = TEMPLATES["filed_about_you"].example | {"business_type": slug, "ground": ground}
    assert text in render("filed_about_you", example, "zh").text


# --- what others file ------------------------------------------------------------------------


async def step(world: World, version: int, state: str, change: str, **more: Any) -> None:
    given = {
        "version": version,
        "state": state,
        "change": change,
        "business_type": "physician-off-post",
        "source": "institution",
        "account_id": "main",
        "ground": "resigned",
    }
    await world.deliver(of(ApplicationChanged, world, **given | more))


async def test_who_is_filed_off_post_is_told_when_it_is_filed_and_when_it_is_decided(
    world: World,
) -> None:
    await everybody(world)
    await step(world, 1, "draft", "drafted", authority_id=None)
    await step(world, 2, "awaiting_authority", "filed")
    await step(world, 3, "approved", "approved")
    assert await templates(world, "physician") == ["filed_about_you", "filed_about_you_approved"]
    assert "离岗备案" in (await inbox(world, "physician"))[0]["text"]
    assert await templates(world, "main") == ["filed_awaiting_authority", "filed_approved"]


EX_OFFICIO: dict[str, Any] = {
    "business_type": "physician-cancellation",
    "by_authority": True,
    "account_id": "officer",
    "ground": "revoked",
}


async def test_q50_what_an_authority_opens_itself_is_told_to_the_person_and_the_institution(
    world: World,
) -> None:
    await everybody(world)
    await step(world, 1, "draft", "drafted", **EX_OFFICIO | {"authority_id": None})
    await step(world, 2, "awaiting_authority", "filed", **EX_OFFICIO)
    await step(world, 3, "approved", "approved", **EX_OFFICIO)
    await world.sender().send_due()
    assert await templates(world, "physician") == [
        "ex_officio_about_you",
        "ex_officio_about_you_approved",
    ]
    first = (await inbox(world, "physician"))[1]
    assert "依职权" in first["text"]
    assert "被吊销《医师执业证书》" in first["text"]
    assert await templates(world, "main") == ["ex_officio_here"]
    assert await templates(world, "officer") == ["filed_awaiting_authority", "filed_approved"]
    assert [m.template for m in world.sms.sent] == [
        "ex_officio_about_you",
        "ex_officio_about_you_approved",
    ]


async def test_an_authoritys_draft_is_told_to_nobody_however_it_ends(world: World) -> None:
    await everybody(world)
    await step(world, 1, "draft", "drafted", **EX_OFFICIO | {"authority_id": None})
    await step(world, 2, "withdrawn", "withdrawn", **EX_OFFICIO | {"authority_id": None})
    assert await templates(world, "physician") == []
    assert await templates(world, "main") == []


async def test_what_ended_because_others_filed_is_not_said_to_be_withdrawn_by_oneself(
    world: World,
) -> None:
    await everybody(world)
    await step(
        world, 2, "withdrawn", "superseded", source="person", account_id="physician", ground=None
    )
    (message,) = await inbox(world, "physician")
    assert "已终止" in message["text"]
    assert "修改密码" not in message["text"]


# --- filings at further institutions ---------------------------------------------------------


async def test_the_main_institution_is_told_of_a_filing_elsewhere(world: World) -> None:
    await everybody(world)
    await world.deliver(of(FilingMade, world))
    (message,) = await inbox(world, "main")
    assert message["template"] == "practice_filing_made"
    for said in ("李明", "北京另一医院", "2026-12-01", "2027-11-30", "西城区卫生健康委员会"):
        assert said in message["text"]
    for account in ("further", "physician", "officer"):
        assert await inbox(world, account) == []
    assert await world.queued() == []
    (english,) = await inbox(world, "main", "en")
    assert "stays the main one" in english["text"]


async def test_the_end_of_a_filing_is_told_to_the_person_and_to_both_institutions(
    world: World,
) -> None:
    await everybody(world)
    await world.deliver(of(FilingEnded, world), of(FilingEnded, world))
    await world.sender().send_due()
    assert await templates(world, "physician") == ["practice_filing_ended"]
    for account in ("main", "further"):
        assert await templates(world, account) == ["practice_filing_ended_here"]
    (sms,) = world.sms.sent
    assert "执业地点已变更" in sms.text
    assert "王芳" not in sms.text


async def test_the_further_institution_that_became_the_main_one_is_told_once(world: World) -> None:
    await everybody(world)
    await world.deliver(of(FilingEnded, world, because="became_main", main_institution_id=FURTHER))
    assert await templates(world, "further") == ["practice_filing_ended_here"]
    assert await templates(world, "main") == []


def test_every_reason_to_end_a_filing_has_a_text() -> None:
    codes = get_args(FilingEnded.model_fields["because"].annotation)
    texts = {why_ended(code, language) for code in codes for language in LANGUAGES}
    assert len(texts) == 2 * len(codes)
    assert why_ended("something_later", "zh") not in texts


# --- moves -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profession", "zh", "en"), [("physician", "医师", "physician"), ("nurse", "护士", "nurse")]
)
async def test_a_move_says_whose_it_is(world: World, profession: str, zh: str, en: str) -> None:
    await everybody(world)
    await world.deliver(of(Moved, world, profession=profession, from_institution_id=MAIN))
    (message,) = await inbox(world, "main")
    assert message["title"] == f"一名{zh}已变更到其他机构"
    assert f"registration of {en} " in (await inbox(world, "main", "en"))[0]["text"]
