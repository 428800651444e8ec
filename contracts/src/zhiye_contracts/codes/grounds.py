"""Grounds of a decision (理由): a code of a table each, and the officer's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zhiye_contracts.reasons import Language, Reason, Refused, Text

OTHER = "other"
"""The code that says nothing without a text."""

REASONS_REQUIRED = Reason(
    "reasons_required",
    Text("退回或不同意时必须说明理由。", "Returning or refusing needs reasons."),
    Text("请一次列出全部理由。", "Give all the reasons at once."),
    field="reasons",
    source="Q59.9",
)
TEXT_REQUIRED = Reason(
    "reason_text_required",
    Text("选择“其他”时必须填写说明。", "“Other” needs a text."),
    Text("请写明具体理由和需要补正的内容。", "Say what exactly is wrong and what to mend."),
    source="Q59.9",
)


def told(
    codes: Mapping[str, Text], given: Sequence[tuple[str, str]], *, required: bool
) -> list[dict[str, str]]:
    """Codes and free texts as they are kept and told: ``text`` is both in Chinese, ``note`` the
    free text alone.

    Raises ``Refused`` (422): ``reasons_required`` when there is none, ``reason_text_required``
    where ``other`` comes without a text.
    """
    if required and not given:
        raise Refused(REASONS_REQUIRED)
    faults = [
        replace(TEXT_REQUIRED, field=f"reasons.{place}.text")
        for place, (code, note) in enumerate(given)
        if code == OTHER and not note
    ]
    if faults:
        raise Refused(*faults)
    return [
        {"code": code, "text": sentence(codes, code, note, "zh"), "note": note}
        for code, note in given
    ]


def sentence(codes: Mapping[str, Text], code: str, note: str, language: Language) -> str:
    """One ground for a reader: its label, then the officer's own words. A code that is not in the
    table is shown as it is, so that old data reads."""
    label = codes[code].read(language) if code in codes else code
    if not note:
        return label
    if code == OTHER:
        return note
    return Text(f"{label}：{note}", f"{label}: {note}").read(language)
