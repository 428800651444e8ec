"""What a roster can be asked in one profession and not in the other."""

from __future__ import annotations

from collections.abc import Iterator

from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain.information import CODED_OF
from zhiye_registration.domain.roster import LISTS, Filters, Profession, SortName

_OWN: dict[Profession, dict[str, str]] = {
    "nurse": {
        "work_category": "work_category",
        "mark": "mark",
        "employment": "employment",
        "interrupted": "interrupted",
        "valid_from": "valid_until_from",
        "valid_to": "valid_until_to",
    },
    "physician": {
        "level": "level",
        "category": "category",
        "scope": "scope",
        "two_years_off_post": "two_years_off_post",
    },
}
"""Filter → the request's field, of those that only one profession has: nurses expire, physicians
have a level, a category and scopes."""
_CODED = ("department", "title")
_NAMES: dict[Profession, Text] = {
    "nurse": Text("护士", "nurses"),
    "physician": Text("医师", "physicians"),
}


def objections(filters: Filters, sort: SortName) -> list[Reason]:
    """Everything that the profession does not have, each with the request's field."""
    profession = filters.profession
    reasons = [_absent(profession, field) for field in _absent_fields(filters, sort)]
    tables = CODED_OF[profession]
    for field in _CODED:
        code = getattr(filters, field)
        if code is not None and code not in tables[field]:
            reasons.append(_absent(profession, field))
    return reasons


def _absent_fields(filters: Filters, sort: SortName) -> Iterator[str]:
    if filters.list_name not in LISTS[filters.profession]:
        yield "list"
    for profession, fields in _OWN.items():
        if profession != filters.profession:
            for name, field in fields.items():
                if getattr(filters, name) is not None:
                    yield field
    if sort == "valid_until" and filters.profession == "physician":
        yield "sort"


def _absent(profession: Profession, field: str) -> Reason:
    who = _NAMES[profession]
    return Reason(
        "not_of_profession",
        Text(
            f"{who.zh}名单没有这一项或这个值。",
            f"The roster of {who.en} has no such thing or value.",
        ),
        Text(
            "请核对 profession（nurse 护士，physician 医师），或去掉该条件。",
            "Check profession (nurse, physician), or leave it out.",
        ),
        field=field,
    )
