"""What is printed on application forms: every field, every step, every character."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from services.registration.tests.papers import FULL, Paper

from zhiye_contracts.codes import BUSINESS_TYPES as NAMES
from zhiye_registration.adapters.pdf import draw
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.printed_form import (
    DECISIONS,
    TITLES,
    Entry,
    Known,
    Part,
    PrintedForm,
    decision_of,
    printed_form,
)
from zhiye_registration.entrypoints.forms import (
    Education,
    Health,
    Informed,
    Military,
    NurseForm,
    Training,
)
from zhiye_registration.entrypoints.views import STEPS

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RARE = "龘㛃䶮㑇㐱䲜"


def test_every_step_that_is_a_review_is_printed_with_its_decision():
    printed = {step: decision_of(step) for step in STEPS if decision_of(step)}
    assert set(printed.values()) == set(DECISIONS.values())
    beside = {step for step in STEPS if step not in printed}
    assert beside == {
        *("drafted", "revised", "submitted", "resubmitted", "withdrawn", "superseded"),
        *("qualification_revoked", "institution_merged", "merge_undone", "identity_corrected"),
    }


# --- every business ------------------------------------------------------------------------------


def test_every_business_of_nurses_has_a_title_and_its_checklist_names_the_form():
    assert set(TITLES) == {slug for slug in NAMES if slug.startswith("nurse-")}
    for slug, title in TITLES.items():
        assert any(title in material.zh for material in BUSINESS_TYPES[slug].materials), slug


EVERYTHING = FULL | {
    "secondment": False,
    "ground": "other",
    "informed": {"on": "2026-11-20", "by": "post"},
    "military": {
        "source": "army",
        "institution_id": "ARMY",
        "certificate_number": "201911004242",
        "valid_until": "2027-03-01",
    },
}
BY_ITS_NAME = ("military", "institution_id")
"""Printed is the name that the application has of it."""


def leaves(form, path=()):
    for name, value in form.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name)


def without(form, path):
    """The form with one field taken out; what training needs becomes another value."""
    name, *rest = path
    if rest:
        return form | {name: without(form[name], rest)}
    if name in ("began_on", "ended_on", "passed") or set(form) == set(Training.model_fields):
        return form | {name: {"passed": False, "institution_name": "别处"}.get(name, "2020-01-01")}
    return {key: value for key, value in form.items() if key != name}


def on_paper(form):
    one = Application(
        *("A1", "N1", "nurse-first", "draft", 1, "ACC", "key", "sealed", "王芳"),
        *("HOSPITAL", "北京示例医院", "110102", form, NOW, NOW),
    )
    return printed_form(one, Known("110101200203050022"), NOW.date(), [])


def test_the_form_with_everything_has_every_field_there_is():
    assert set(EVERYTHING) == set(NurseForm.model_fields)
    for name, part in (("health", Health), ("training", Training), ("education", Education)):
        assert set(EVERYTHING[name]) == set(part.model_fields)
    for name, part in (("informed", Informed), ("military", Military)):
        assert set(EVERYTHING[name]) == set(part.model_fields)


@pytest.mark.parametrize("path", [p for p in leaves(EVERYTHING) if p != BY_ITS_NAME], ids=".".join)
def test_every_field_that_is_filled_in_is_printed(path):
    assert on_paper(without(EVERYTHING, path)) != on_paper(EVERYTHING)


# --- characters ----------------------------------------------------------------------------------


def form_saying(value: str) -> PrintedForm:
    parts = (Part("一部分", (Entry("姓名", value), Entry("备注", value, wide=True))),)
    return PrintedForm(
        title="护士注册申请表",
        number="N202611230000001",
        day="2026年11月23日",
        state="草稿",
        draft=False,
        parts=parts,
        declaration="声明",
        signed_by="申请人（签字）",
        opinions=("医疗机构意见",),
        reviews=(),
        materials=("身份证明",),
    )


def drawn(value: str) -> Paper:
    return Paper(draw(form_saying(value), "/x", None, NOW))


def test_rare_characters_of_names_are_printed_as_they_are():
    assert drawn(f"王{RARE}").text.count(f"王{RARE}") == 2


def inked(value: str) -> bytes:
    return drawn(value).pages[0].render(scale=2).to_pil().convert("1").tobytes()


@pytest.mark.parametrize("lacking", ["𠮷", "😀", "\u0e01"])
def test_a_character_that_the_font_lacks_is_a_box_and_no_failure(lacking):
    assert inked(f"王{lacking}芳") != inked("王芳")
    assert inked(f"王{lacking}芳") == inked("王\U0002a701芳")


@pytest.mark.parametrize(
    "value",
    [
        "#panic() $x^2$ *b* _i_ `c` <label> @ref \\ // /* = # [a] {b}",
        "第一行\n第二行\r\n\t第三行",
        "\u202e反向\u200b\u00ad",
        "",
        "　" * 200,
    ],
    ids=["markup", "lines", "directions", "nothing", "spaces"],
)
def test_whatever_is_filled_in_is_printed_and_never_read_as_markup(value):
    paper = drawn(value)
    shown = re.sub(r"[\s\u200b\u00ad\u202e\u3000]", "", value)
    assert paper.text.count(shown) >= 2 or not shown


def test_the_longest_text_goes_on_on_the_next_page():
    paper = drawn("龘" * 1000)
    assert paper.text.count("龘") == 2000
    assert len(paper.pages) > 1


def test_what_has_no_spaces_is_broken_and_stays_on_the_paper():
    paper = drawn("W" * 400)
    assert paper.text.count("W") == 800
    width, _ = paper.pages[0].get_size()
    texts = paper.pages[0].get_textpage()
    boxes = (texts.get_charbox(at) for at in range(texts.count_chars()))
    assert max(right for _, _, right, _ in boxes) < width - 40


def test_the_same_form_is_the_same_file():
    form = form_saying("王芳")
    assert draw(form, "/x", None, NOW) == draw(form, "/x", None, NOW)
