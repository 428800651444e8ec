"""What messages say."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from zhiye_contracts.reasons import Language
from zhiye_notifications.domain.rendering import TemplateError, render, render_for, sms_parts
from zhiye_notifications.domain.templates import (
    STATE_TEMPLATES,
    TEMPLATES,
    template_of_step,
)

LANGUAGES: tuple[Language, ...] = get_args(Language)
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_renders_its_example_in_both_languages(
    template: str, language: Language
) -> None:
    example = TEMPLATES[template].example
    shown = render(template, example, language)
    texts = [shown.title, shown.text, shown.next_step]
    if TEMPLATES[template].sms:
        texts += [*render_for("email", template, example, language)]
        subject, sms = render_for("sms", template, example, language)
        assert subject == ""
        assert sms.startswith("【" if language == "zh" else "[")
        texts.append(sms)
    for text in texts:
        assert text
        assert not re.search(r"[{}]|None", text)
        assert bool(CHINESE.search(text)) or language == "en"


@pytest.mark.parametrize("template", [t for t in TEMPLATES if TEMPLATES[t].sms])
def test_an_sms_is_counted_in_parts_and_stays_short(template: str) -> None:
    for language in LANGUAGES:
        _, text = render_for("sms", template, TEMPLATES[template].example, language)
        parts = sms_parts(text)
        assert (len(text) <= 70) == (parts == 1)
        assert parts <= (1 if template == "verification_code" else 3)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", 1), ("汉" * 70, 1), ("汉" * 71, 2), ("汉" * 134, 2), ("汉" * 135, 3), ("𬀩" * 36, 2)],
)
def test_parts_hold_70_characters_alone_and_67_together(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_every_reason_is_listed_at_once_with_the_next_step() -> None:
    example = TEMPLATES["application_returned"].example | {
        "reasons": ["照片背景不是白色", "健康证明已过期", "缺少劳动合同"],
        "deadline": "2026-12-01",
    }
    shown = render("application_returned", example, "zh")
    assert "\n1. 照片背景不是白色\n2. 健康证明已过期\n3. 缺少劳动合同" in shown.text
    assert shown.next_step == "请一次补正全部内容后重新提交，最迟 2026-12-01 前办结。"
    _, sms = render_for("sms", "application_returned", example, "zh")
    assert "1.照片背景不是白色；2.健康证明已过期；3.缺少劳动合同" in sms
    assert "重新提交" in sms


def test_an_sms_with_very_many_reasons_says_how_many_there_are() -> None:
    example = TEMPLATES["application_refused"].example | {"reasons": ["很长的理由" * 10] * 12}
    _, sms = render_for("sms", "application_refused", example, "zh")
    assert "等共 12 项，登录查看全部" in sms
    assert len(sms) < 400
    endless = example | {"reasons": ["理由" * 1000]}
    assert "请登录查看" in render_for("sms", "application_refused", endless, "zh")[1]
    assert render("application_refused", example, "zh").text.count("很长的理由") == 120


def test_a_refusal_tells_of_reconsideration_and_court() -> None:
    shown = render("application_refused", TEMPLATES["application_refused"].example, "zh")
    assert "行政复议" in shown.next_step
    assert "行政诉讼" in shown.next_step


def test_the_business_type_is_named_in_the_readers_language() -> None:
    example = TEMPLATES["application_approved"].example
    assert "首次注册" in render("application_approved", example, "zh").text
    assert "first registration" in render("application_approved", example, "en").text


def test_what_a_person_wrote_is_never_read_as_a_placeholder() -> None:
    example = TEMPLATES["application_returned"].example | {"reasons": ["{number} {0} {x.y}"]}
    assert "{number} {0} {x.y}" in render("application_returned", example, "zh").text


@pytest.mark.parametrize(
    ("channel", "template", "code"),
    [
        ("sms", "nothing", "template_unknown"),
        ("email", "nothing", "template_unknown"),
        ("sms", "qualification_batch_completed", "channel_unsupported"),
        ("sms", "verification_code", "parameter_missing"),
        ("email", "credentials", "parameter_missing"),
    ],
)
def test_what_cannot_be_rendered_says_why(channel: str, template: str, code: str) -> None:
    with pytest.raises(TemplateError) as error:
        render_for(channel, template, {}, "zh")  # type: ignore[arg-type]
    assert error.value.code == code


def test_every_state_has_its_message_and_own_writing_has_none() -> None:
    assert set(STATE_TEMPLATES.values()) < set(TEMPLATES)
    assert template_of_step("approved", "approved") == "application_approved"
    assert template_of_step("some_new_state", "moved") == "application_changed"
    assert template_of_step("draft", "created") is None
    assert template_of_step("returned", "revised") is None
    assert template_of_step("awaiting_authority", "identity_corrected") is None
    revoked = template_of_step("awaiting_authority", "qualification_revoked")
    assert revoked == "application_qualification_revoked"
