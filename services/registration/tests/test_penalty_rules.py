"""What a penalty bars and until when, and what becomes of a duty: each rule at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from zhiye_contracts.codes import (
    CANCELLATION_GROUNDS,
    PENALTY_GROUNDS,
    PENALTY_KINDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
)
from zhiye_registration.domain.duty import Duty, closed, due_on, escalated, settled
from zhiye_registration.domain.penalty import (
    FOR_EVER,
    Penalty,
    barred_until,
    bars_registration,
    calls_for_cancellation,
    document_key,
    grounds_since,
    suspended,
)
from zhiye_registration.domain.penalty_report import objections
from zhiye_registration.domain.registration import Registration

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def penalty(kind: str, decided_on: date = TODAY, ends_on: date | None = None, **more) -> Penalty:
    values = {
        "id": "P1",
        "version": 1,
        "person_key": "k",
        "sealed_id_number": "s",
        "name": "李明",
        "profession": "physician",
        "deciding_body": "北京市卫生健康委员会",
        "document_number": "1",
        "document_key": "1",
        "note": "",
        "source": "http",
        "reported_by_id": "BEIJING",
        "reported_by_name": "北京市卫生健康委员会",
        "reported_by_officer": "孙处长",
        "reported_at": NOW,
        "updated_at": NOW,
    }
    return Penalty(**values | more, kind=kind, decided_on=decided_on, ends_on=ends_on)


REVOKED = date(2024, 11, 23)


@pytest.mark.parametrize("profession", ["physician", "nurse"])
def test_a_revocation_bars_until_two_years_after_the_decision(profession):
    one = penalty("revocation", REVOKED, profession=profession)
    assert barred_until([one], TODAY - DAY) == TODAY
    assert barred_until([one], TODAY) is None


def test_a_revocation_on_29_february_bars_until_the_28th_two_years_later():
    one = penalty("revocation", date(2024, 2, 29))
    assert barred_until([one], date(2026, 2, 27)) == date(2026, 2, 28)


def test_a_sentence_bars_for_two_years_from_the_day_on_which_it_was_served():
    one = penalty("criminal", date(2022, 5, 5), date(2024, 11, 23))
    assert barred_until([one], TODAY - DAY) == TODAY
    assert barred_until([one], TODAY) is None


def test_a_sentence_that_is_not_served_yet_bars_without_an_end():
    assert barred_until([penalty("criminal", date(1999, 1, 1))], TODAY) == FOR_EVER


def test_the_law_names_no_time_for_nurses_after_a_sentence():
    one = penalty("criminal", TODAY, profession="nurse")
    assert barred_until([one], TODAY) is None
    assert one.ground is None


@pytest.mark.parametrize("profession", ["physician", "nurse"])
def test_a_ban_bars_to_its_last_day_and_without_one_for_life(profession):
    one = penalty("ban", date(2021, 11, 24), TODAY, profession=profession)
    assert barred_until([one], TODAY) == TODAY + DAY
    assert barred_until([one], TODAY + DAY) is None
    life = penalty("ban", date(2001, 1, 1), profession=profession)
    assert barred_until([life], TODAY) == FOR_EVER


@pytest.mark.parametrize("kind", ["warning", "fine", "suspension"])
def test_lesser_penalties_bar_nothing_and_are_no_ground_to_cancel(kind):
    one = penalty(kind, TODAY, TODAY + DAY if kind == "suspension" else None)
    assert bars_registration([one], TODAY) == []
    assert one.ground is None
    assert not calls_for_cancellation(one, TODAY)


def test_what_was_rescinded_bars_and_suspends_nothing():
    for one in (penalty("revocation"), penalty("ban"), penalty("suspension", TODAY, TODAY)):
        gone = replace(one, rescinded_on=TODAY)
        assert barred_until([gone], TODAY) is None
        assert suspended([gone], TODAY) is None
        assert grounds_since([gone], date(2026, 1, 5)) == frozenset()


def test_every_bar_is_told_and_the_longest_counts():
    several = [
        penalty("revocation", REVOKED + DAY, id="A"),
        penalty("ban", TODAY, TODAY + 10 * DAY, id="B"),
        penalty("warning", TODAY, id="C"),
    ]
    assert [(bar.penalty.id, bar.until) for bar in bars_registration(several, TODAY)] == [
        ("B", TODAY + 11 * DAY),
        ("A", TODAY + DAY),
    ]
    assert barred_until(several, TODAY) == TODAY + 11 * DAY


def test_a_suspension_runs_from_its_decision_to_its_last_day():
    one = penalty("suspension", date(2026, 5, 23), TODAY)
    assert suspended([one], date(2026, 5, 22)) is None
    assert suspended([one], date(2026, 5, 23)) == TODAY
    assert suspended([one], TODAY) == TODAY
    assert suspended([one], TODAY + DAY) is None
    longer = penalty("suspension", date(2026, 11, 1), TODAY + 30 * DAY)
    assert suspended([one, longer], TODAY) == TODAY + 30 * DAY


def test_what_was_registered_after_the_bar_had_ended_need_not_be_cancelled():
    one = penalty("revocation", REVOKED)
    assert calls_for_cancellation(one, date(2020, 1, 1))
    assert calls_for_cancellation(one, TODAY - DAY)
    assert not calls_for_cancellation(one, TODAY)


def test_grounds_count_that_were_given_since_the_registration_came_into_force():
    one = penalty("revocation", date(2026, 1, 5))
    assert grounds_since([one], date(2026, 1, 5)) == {"revoked"}
    assert grounds_since([one], date(2026, 1, 6)) == frozenset()
    assert grounds_since([one], None) == frozenset()


def test_each_kind_that_opens_a_duty_has_a_ground_of_the_professions_table():
    tables = {"physician": PHYSICIAN_CANCELLATION_GROUNDS, "nurse": CANCELLATION_GROUNDS}
    for profession, grounds in PENALTY_GROUNDS.items():
        assert set(grounds) <= set(PENALTY_KINDS)
        assert set(grounds.values()) <= set(tables[profession])


@pytest.mark.parametrize(
    ("kind", "decided_on", "ends_on", "codes"),
    [
        ("warning", TODAY, None, []),
        ("warning", TODAY + DAY, None, ["date_future"]),
        ("fine", date(1985, 3, 7), None, []),
        ("fine", date(1985, 3, 6), None, ["date_before_birth"]),
        ("fine", TODAY, TODAY, ["penalty_has_no_end"]),
        ("revocation", TODAY, TODAY + DAY, ["penalty_has_no_end"]),
        ("suspension", TODAY, None, ["suspension_needs_end"]),
        ("suspension", TODAY, TODAY, []),
        ("suspension", TODAY, TODAY - DAY, ["dates_order"]),
        ("ban", TODAY, None, []),
        ("ban", TODAY, date(2126, 11, 23), []),
        ("ban", TODAY, date(2126, 11, 24), ["out_of_range"]),
        ("ban", date.max, date.max, ["date_future"]),
        ("criminal", TODAY, date.max, ["out_of_range"]),
        ("criminal", TODAY + DAY, TODAY, ["date_future", "dates_order"]),
    ],
)
def test_the_dates_of_a_report_fit_its_kind(kind, decided_on, ends_on, codes):
    found = objections(kind, decided_on, ends_on, date(1985, 3, 7), TODAY)
    assert [one.code for one in found] == codes


def test_a_document_is_the_same_however_its_brackets_are_typed():
    numbers = (
        "京卫罚〔2026〕17号",
        "京卫罚[2026]17号",
        "京卫罚（2026）17号",
        " 京卫罚【2026】１７ 号",
    )
    assert len({document_key(one) for one in numbers}) == 1
    assert document_key("京卫罚〔2026〕18号") != document_key(numbers[0])


DUTY = Duty(
    id="D1",
    version=1,
    kind="cancel",
    cause="penalty",
    ground="revoked",
    penalty_id="P1",
    profession="physician",
    person_key="k",
    registration_id="R1",
    institution_id="HOSPITAL",
    institution_name="北京示例医院",
    region="110102",
    authority_id="XICHENG",
    authority_name="西城区卫生健康委员会",
    opened_on=TODAY,
    due_on=due_on(TODAY),
    state="open",
    updated_at=NOW,
)


def held(**changes) -> Registration:
    values = {
        "id": "R1",
        "version": 2,
        "profession": "physician",
        "person_key": "k",
        "sealed_id_number": "s",
        "name": "李明",
        "gender": "1",
        "birth_date": date(1985, 3, 7),
        "certificate_key": "c",
        "sealed_certificate_number": "s",
        "status": "registered",
        "institution_id": "HOSPITAL",
        "region": "110102",
        "authority_id": "XICHENG",
        "authority_name": "西城区卫生健康委员会",
        "registered_on": TODAY,
        "valid_from": TODAY,
        "valid_until": None,
        "department": None,
        "work_category": None,
        "business_completed": True,
        "updated_at": NOW,
    }
    return Registration(**values | changes)


def test_the_institution_has_thirty_calendar_days_and_then_it_is_the_authoritys():
    assert due_on(date(2026, 11, 23)) == date(2026, 12, 23)
    last = DUTY.due_on
    assert (DUTY.standing(last), DUTY.responsible(last)) == ("open", "institution")
    assert (DUTY.standing(last + DAY), DUTY.responsible(last + DAY)) == ("overdue", "authority")
    after = escalated(DUTY, NOW, last + DAY)
    assert (after.standing(last + DAY), after.escalated_on) == ("escalated", last + DAY)
    assert after.responsible(last + DAY) == "authority"
    done = closed(after, "done", NOW, last + 2 * DAY)
    assert (done.state, done.responsible(TODAY), done.version) == ("done", None, 3)


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("cancel", {"status": "cancelled"}, "done"),
        ("cancel", {"status": "filed"}, None),
        ("cancel", {"status": "moving_out"}, "lapsed"),
        ("cancel", {"institution_id": "HOSPITAL2"}, "moved"),
        ("cancel", {"authority_id": "BEIJING"}, "moved"),
        ("cancel", {"title": "231"}, None),
        ("file-off-post", {"status": "filed"}, "done"),
        ("file-off-post", {"status": "cancelled"}, "done"),
        ("file-off-post", {"status": "moving_out"}, "done"),
        ("file-off-post", {"institution_id": "HOSPITAL2"}, "done"),
        ("file-off-post", {"title": "231"}, None),
    ],
)
def test_a_duty_follows_what_becomes_of_the_registration(kind, changes, expected):
    duty = replace(DUTY, kind=kind, cause="trainee" if kind != "cancel" else "penalty")
    outcome = settled(duty, held(**changes), "北京另一医院", NOW, TODAY)
    assert (outcome and outcome[1]) == expected


def test_a_duty_that_was_the_authoritys_stays_so_at_the_next_institution():
    late = escalated(DUTY, NOW, TODAY)
    after = held(institution_id="HEBEI-HOSPITAL", region="130102", authority_id="HEBEI")
    moved, change = settled(late, after, "石家庄医院", NOW, TODAY)
    assert (change, moved.state, moved.institution_name, moved.authority_id) == (
        *("moved", "escalated", "石家庄医院"),
        "HEBEI",
    )
