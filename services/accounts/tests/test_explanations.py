"""Why somebody is not in the list: the actual reason per ID number (Q20, Q24, Q41, Q45)."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta
from typing import Any

import pytest
from services.accounts.tests.desk import (
    DESK,
    ELSEWHERE,
    ELSEWHERE_NAME,
    HOME,
    Office,
    acts,
    institution,
    number_of,
    own,
    registered,
    stranger,
)
from services.accounts.tests.world import Row, World, id_number

from zhiye_accounts.domain import activation, desk_reasons, revocation
from zhiye_accounts.domain.desk import DeskAccount, explain
from zhiye_accounts.domain.identity import Outcome, Qualification, Registration
from zhiye_contracts.reasons import Reason

EARLY, LATE = date(2008, 5, 31), date(2026, 6, 15)


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


async def ask(office: Office, *numbers: str, language: str = "en") -> list[Row]:
    client = office.world.as_(office.account, language)
    answer = await client.post(f"{DESK}/explanations", json={"id_numbers": list(numbers)})
    assert answer.status_code == 200, answer.text
    items: list[Row] = answer.json()["items"]
    return items


def codes(item: Row) -> list[str]:
    return [reason["code"] for reason in item["reasons"]]


# The rule


def held(profession: str = "nurse", passed_on: date = LATE, **more: Any) -> Qualification:
    return Qualification(profession, "王芳", "q", passed_on, **more)


def at(
    institution_id: str, profession: str = "nurse", status: str = "registered", online: bool = True
) -> Registration:
    return Registration(profession, "王芳", "r", status, online, institution_id)


WAITS = DeskAccount("verified", Outcome.MATCHED, True)
ACTIVE = DeskAccount("active", Outcome.MATCHED, True)


@pytest.mark.parametrize(
    ("account", "qualifications", "registrations", "elsewhere", "told"),
    [
        # the account
        (None, [held()], [at(HOME)], [], ["no_account"]),
        (WAITS, [held()], [at(HOME)], [], ["awaiting_code"]),
        (ACTIVE, [held()], [at(HOME)], [], ["already_active"]),
        (
            DeskAccount("verified", Outcome.MATCHED, True, HOME),
            [held()],
            [at(HOME)],
            [],
            ["code_issued"],
        ),
        (
            DeskAccount("verified", Outcome.MATCHED, True, ELSEWHERE),
            [],
            [at(HOME), at(ELSEWHERE, "physician")],
            [ELSEWHERE_NAME],
            ["code_issued_elsewhere"],
        ),
        (
            DeskAccount("registered", Outcome.MATCHED, False),
            [held()],
            [at(HOME)],
            [],
            ["contact_not_verified"],
        ),
        (
            DeskAccount("registered", Outcome.NAME_DIFFERS, False),
            [held()],
            [at(HOME)],
            [],
            ["identity_name_differs", "contact_not_verified"],
        ),
        (
            DeskAccount("registered", Outcome.CONFIRMATION_NEEDED, True),
            [held()],
            [at(HOME)],
            [],
            ["identity_confirmation_needed"],
        ),
        # the place
        (WAITS, [held()], [at(ELSEWHERE)], [ELSEWHERE_NAME], ["other_institution"]),
        (None, [held()], [at(ELSEWHERE)], [ELSEWHERE_NAME], ["no_account", "other_institution"]),
        (
            ACTIVE,
            [held()],
            [at(ELSEWHERE)],
            [ELSEWHERE_NAME],
            ["already_active", "other_institution"],
        ),
        (WAITS, [held()], [at(ELSEWHERE)], ["示例医院 (东院)"], ["other_name"]),
        (WAITS, [held()], [at(ELSEWHERE)], [""], ["other_institution"]),
        (WAITS, [held()], [at(HOME, online=False)], [], ["region_not_online"]),
        (
            WAITS,
            [held()],
            [at(ELSEWHERE, online=False)],
            [ELSEWHERE_NAME],
            ["other_institution", "region_not_online"],
        ),
        # other routes
        (WAITS, [held()], [at(HOME, status="cancelled")], [], ["cancelled_practice_certificate"]),
        (
            WAITS,
            [held("physician")],
            [at(HOME, "physician", "filed")],
            [],
            ["out_of_force_qualification_certificate"],
        ),
        (
            WAITS,
            [held("physician")],
            [at(HOME, "physician", "moving_out")],
            [],
            ["out_of_force_qualification_certificate"],
        ),
        (WAITS, [], [at(HOME, "physician", "cancelled")], [], ["qualification_missing"]),
        (WAITS, [held()], [], [], ["never_registered"]),
        (WAITS, [held("physician")], [], [], ["never_registered"]),
        (ACTIVE, [held()], [], [], ["already_active"]),
        (None, [held()], [], [], ["no_account", "never_registered"]),
        (None, [held(passed_on=EARLY)], [], [], ["no_account", "identity_province_first"]),
        (
            DeskAccount("registered", Outcome.PROVINCE_FIRST, True),
            [held(passed_on=EARLY)],
            [],
            [],
            ["identity_province_first"],
        ),
        (None, [], [], [], ["no_account", "nothing_on_record"]),
        (None, [held(in_force=False)], [], [], ["no_account", "nothing_on_record"]),
        (DeskAccount("registered", Outcome.NO_RECORD, True), [], [], [], ["nothing_on_record"]),
    ],
)
def test_each_situation_has_its_reasons(
    account: DeskAccount | None,
    qualifications: list[Qualification],
    registrations: list[Registration],
    elsewhere: list[str],
    told: list[str],
) -> None:
    names = ("", "北京示例医院", "示例医院（东院）")
    reasons = explain(HOME, names, account, qualifications, registrations, elsewhere)
    assert [reason.code for reason in reasons] == told


def test_every_reason_says_what_to_do_in_both_languages() -> None:
    assert set(desk_reasons.IDENTITY) == set(Outcome)
    ours = [v for v in vars(desk_reasons).values() if isinstance(v, Reason)]
    ours += desk_reasons.IDENTITY.values()
    assert len({reason.code for reason in ours}) == len(set(map(id, ours)))
    others = [v for m in (activation, revocation) for v in vars(m).values()]
    for reason in ours + [value for value in others if isinstance(value, Reason)]:
        assert reason.next_step.zh
        assert reason.source
        assert not re.search("[\u3400-\u9fff]", reason.reason.en + reason.next_step.en)


# The route


async def test_each_id_number_is_answered_in_order(world: World, home: Office) -> None:
    await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    waits, theirs = await own(world), await own(world, ELSEWHERE)
    issued = await own(world)
    await home.issue(issued)
    nobody, mistyped = await stranger(world), "110105194912310020"
    numbers = [
        number_of(world, waits),
        number_of(world, issued),
        number_of(world, theirs),
        nobody,
        mistyped,
        id_number(),
    ]
    items = await ask(home, *numbers)
    assert [codes(item) for item in items] == [
        ["awaiting_code"],
        ["code_issued"],
        ["other_institution"],
        ["no_account"],
        ["id_number_check_digit"],
        ["no_account", "nothing_on_record"],
    ]
    assert [item["recorded_at"] for item in items] == [[], [], [ELSEWHERE_NAME], [], [], []]
    assert [item["name"] for item in items] == ["王*", "王*", "王*", "王*", None, None]
    for number, item in zip(numbers, items, strict=True):
        assert item["id_number"] == number[:3] + "*" * 11 + number[-4:]
        assert number not in str(item)
        assert all(reason["next_step"] for reason in item["reasons"])


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id_number_length"),
        ("123", "id_number_length"),
        ("110***********002X", "id_number_masked"),
        ("11010519491231OO2X", "id_number_characters"),
        ("990105194912310029", "id_number_region"),
        ("110105194913310029", "id_number_birth_date"),
        ("110105491231002", "id_number_fifteen_digits"),
        ("110105194912310020", "id_number_check_digit"),
    ],
)
async def test_what_is_wrong_with_an_id_number_is_told(home: Office, typed: str, code: str) -> None:
    (item,) = await ask(home, typed)
    assert codes(item) == [code]
    assert typed not in item["reasons"][0]["reason"] or not typed


@pytest.mark.parametrize(
    "recorded_as", ["示例医院（东院）", "示例医院(东院)", "示例医院 （东院）", "ＸＹ 分院"]
)
async def test_who_is_recorded_under_another_name_of_the_institution_has_to_be_merged(
    world: World, recorded_as: str
) -> None:
    """Q20.4.2, Q41.4.2."""
    home = await institution(world, other_names=["示例医院（东院）", "xy分院"])
    await institution(world, "INS-OTHER-NAME", recorded_as)
    row = await own(world, "INS-OTHER-NAME")
    (item,) = await ask(home, number_of(world, row))
    assert codes(item) == ["other_name"]
    assert item["recorded_at"] == [recorded_as]
    assert "merge the people" in item["reasons"][0]["next_step"]
    assert item["reasons"][0]["source"] == "Q20.4.2, Q41.4.2"


async def test_reasons_are_told_in_chinese_too(world: World, home: Office) -> None:
    (item,) = await ask(home, await stranger(world), language="zh")
    assert item["reasons"][0]["reason"] == "此人尚未注册个人账户。"
    assert item["reasons"][0]["source"] == "答疑手册问题24；答疑手册问题45"


async def test_every_question_is_recorded_without_the_number(world: World, home: Office) -> None:
    clone = await home.colleague()
    number = await stranger(world)
    await ask(clone, number, "123")
    (act,) = await acts(world)
    assert (act["act"], act["person_key"]) == ("explained", world.kit.person_key(number))
    assert act["actor_account_id"] == clone.account["id"]
    assert "李明" in act["actor_name"]
    assert act["details"] == {"reasons": ["no_account"]}
    assert number not in str(act)


async def test_id_numbers_are_counted_not_requests(world: World, home: Office) -> None:
    numbers = [id_number() for _ in range(200)]
    for _ in range(4):
        await ask(home, *numbers)
    await ask(home, *numbers[:199])
    clone = await home.colleague()
    answer = await clone.client.post(f"{DESK}/explanations", json={"id_numbers": numbers[:2]})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (429, "limit_explanation")
    assert told["field"] == "id_numbers"
    assert "1000" in told["next_step"]
    await ask(home, numbers[0])
    assert (
        await home.client.post(f"{DESK}/explanations", json={"id_numbers": ["1"]})
    ).status_code == 429, "those that are no ID numbers are counted too"
    other = await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    await ask(other, numbers[0])
    world.clock.instant += timedelta(days=1)
    await ask(home, *numbers)


async def test_questions_asked_at_once_do_not_go_over_the_limit(world: World, home: Office) -> None:
    body = {"id_numbers": [id_number() for _ in range(200)]}
    answers = await asyncio.gather(
        *(home.client.post(f"{DESK}/explanations", json=body) for _ in range(7))
    )
    assert sorted(a.status_code for a in answers) == [200] * 5 + [429] * 2


@pytest.mark.parametrize(
    ("numbers", "field"),
    [([], "id_numbers"), (["1"] * 201, "id_numbers"), (["1" * 41], "id_numbers.0")],
)
async def test_a_request_that_is_wrong_is_refused(
    home: Office, numbers: list[str], field: str
) -> None:
    answer = await home.client.post(f"{DESK}/explanations", json={"id_numbers": numbers})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_revoked_account_is_no_account(world: World, home: Office) -> None:
    row = await own(world)
    await world.revoke(row)
    (item,) = await ask(home, number_of(world, row))
    assert codes(item) == ["no_account"]


async def test_whose_name_was_mistyped_stays_unnamed(world: World, home: Office) -> None:
    """The name shown is the recorded one, masked; the given one may be a stranger's."""
    row = await world.account(name="欧阳静")
    await registered(world, row, name="王芳")
    (item,) = await ask(home, number_of(world, row))
    assert item["name"] == "王*"
    assert "欧" not in str(item)
