"""What becomes of a record, decided without a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from zhiye_qualifications.domain.records import read_record
from zhiye_qualifications.domain.register import Candidate, Register, Settled, Stored

Make = Callable[..., dict[str, Any]]
Candidates = Callable[..., Candidate]


@pytest.fixture
def candidate(record: Make) -> Candidates:
    def make(
        person: str = "p1", certificate: str = "c1", say: str = "", **fields: Any
    ) -> Candidate:
        read = read_record(record(**fields), date(2026, 11, 23)).record
        assert read is not None
        return Candidate(1, read, (), person, certificate, None, say.encode())

    return make


HELD = Stored("Q1", "c1", "nurse", "p1", "nurse", 2026, 2, 5, b"said")


def told(settled: Settled) -> tuple[str, list[tuple[str, str | None]]]:
    return settled.outcome, [(reason.code, reason.field) for reason in settled.reasons]


def test_an_unknown_certificate_is_recorded(candidate: Candidates) -> None:
    assert Register(()).settle(candidate()) == Settled("recorded", ())


def test_the_same_record_again_is_unchanged(candidate: Candidates) -> None:
    assert told(Register([HELD]).settle(candidate(say="said", version=2))) == ("unchanged", [])


def test_a_newer_version_updates_the_one_on_record(candidate: Candidates) -> None:
    settled = Register([HELD]).settle(candidate(say="other", version=3))
    assert (settled.outcome, settled.id, settled.version) == ("updated", "Q1", 5)


def test_an_older_version_is_ignored_and_said_so(candidate: Candidates) -> None:
    settled = Register([HELD]).settle(candidate(say="other", version=1))
    assert told(settled) == ("ignored_older", [("version_older", "version")])


def test_another_content_under_the_same_version_is_refused(candidate: Candidates) -> None:
    settled = Register([HELD]).settle(candidate(say="other", version=2))
    assert told(settled) == ("rejected", [("version_not_raised", "version")])


def test_a_certificate_of_somebody_else_is_refused(candidate: Candidates) -> None:
    settled = Register([HELD]).settle(candidate(person="p2", version=9))
    assert told(settled) == (
        "rejected",
        [("certificate_of_other_person", "certificate_number")],
    )


def test_a_second_certificate_of_another_year_is_recorded(candidate: Candidates) -> None:
    second = candidate(certificate="c2", exam_year=2025)
    assert Register([HELD]).settle(second).outcome == "recorded"


def test_a_second_certificate_of_the_same_year_is_refused(candidate: Candidates) -> None:
    settled = Register([HELD]).settle(candidate(certificate="c2"))
    assert told(settled) == ("rejected", [("exam_year_taken", "exam_year")])


def test_of_two_new_certificates_of_one_year_the_first_line_wins(candidate: Candidates) -> None:
    register = Register(())
    assert register.settle(candidate()).outcome == "recorded"
    assert register.settle(candidate(certificate="c2")).outcome == "rejected"


def test_a_year_given_up_by_a_correction_is_free_again(candidate: Candidates) -> None:
    register = Register([HELD])
    assert register.settle(candidate(say="x", exam_year=2025, version=3)).outcome == "updated"
    assert register.settle(candidate(certificate="c2")).outcome == "recorded"


def test_two_certificates_may_not_exchange_their_years_while_one_is_taken(
    candidate: Candidates,
) -> None:
    other = replace(HELD, id="Q2", certificate_key="c2", exam_year=2025)
    settled = Register([HELD, other]).settle(candidate(say="x", exam_year=2025, version=3))
    assert told(settled) == ("rejected", [("exam_year_taken", "exam_year")])


def test_nurses_and_physicians_are_registered_apart(candidate: Candidates) -> None:
    as_physician = replace(HELD, profession="physician", category="1", person_key="p2")
    assert Register([as_physician]).settle(candidate()).outcome == "recorded"
