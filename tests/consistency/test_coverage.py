"""docs/coverage.md has a row for everything and names only tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATES = {"works", "partly", "planned", "not needed"}
DECK = ["1", "2.1", "2.2", *(f"3.{n}" for n in range(1, 9)), "4"]


def rows() -> dict[str, list[str]]:
    table = {}
    for line in (ROOT / "docs/coverage.md").read_text().splitlines():
        if re.match(r"\| (Q\d|deck)", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 5, line
            table[cells[0]] = cells[1:]
    return table


def existing_tests() -> set[str]:
    folders = ("contracts", "services", "gateway", "tests")
    return {
        name
        for folder in folders
        for path in (ROOT / folder).rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text())
    }


ROWS = rows()
TESTS = existing_tests()


def test_every_question_and_every_chapter_has_a_row():
    assert list(ROWS) == [f"Q{n}" for n in range(1, 60)] + [f"deck {n}" for n in DECK]


@pytest.mark.parametrize("row", ROWS)
def test_the_state_is_one_of_four(row):
    assert ROWS[row][1] in STATES


@pytest.mark.parametrize("row", ROWS)
def test_every_test_that_is_named_exists(row):
    assert set(re.findall(r"`(test_\w+)`", ROWS[row][3])) <= TESTS


@pytest.mark.parametrize("row", [row for row in ROWS if ROWS[row][1] == "works"])
def test_what_works_is_shown_by_a_test(row):
    assert "`test_" in ROWS[row][3]


@pytest.mark.parametrize("row", [row for row in ROWS if ROWS[row][1] == "partly"])
def test_what_works_in_part_says_what_is_missing(row):
    assert re.search(r"[Mm]issing|no .* yet|can be|organisation|flow works", ROWS[row][2])
