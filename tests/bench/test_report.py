"""The report of the measurements."""

from __future__ import annotations

from pathlib import Path

from tests.bench import report
from tests.bench.figures import percentile, ratios, spread

TITLES = {"bus": "Events", "start": "Start"}


def test_a_part_measured_again_replaces_its_section_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "docs" / "benchmarks.md"
    report.write({"start": "ten seconds"}, TITLES, file)
    report.write({"bus": "slow"}, TITLES, file)
    report.write({"bus": "fast"}, TITLES, file)
    text = file.read_text(encoding="utf-8")
    assert "slow" not in text
    assert text.index("## Events\n\nfast\n") < text.index("## Start\n\nten seconds\n")


def test_the_99th_percentile_is_a_measured_value() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0


def test_ratios_are_formed_round_by_round() -> None:
    assert ratios([10.0, 30.0], [5.0, 10.0]) == [2.0, 3.0]
    assert spread([1000.0, 3000.0, 2000.0]) == "2,000 (1,000–3,000)"
