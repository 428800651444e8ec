"""What may be asked of a list of applications: what an index answers."""

from __future__ import annotations

import re
import unicodedata

from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers import normalise_name
from zhiye_contracts.reasons import Refused
from zhiye_registration.domain.application_list import Filters, ListName, Sort

_DIGITS = re.compile(r"\d{6}")


def searched_name(typed: str | None) -> str | None:
    """Part of a name. ``Refused`` (422) for a number: it would be kept in addresses."""
    text = unicodedata.normalize("NFKC", typed or "").strip()
    if _DIGITS.search(re.sub(r"\s", "", text)):
        raise refused(
            "id_number_in_address",
            ("身份证号不能放在网址中查询。", "An ID number must not be part of an address."),
            (
                "请通过 POST /api/v1/applications/search 按身份证号查询。",
                "Search by ID number with POST /api/v1/applications/search.",
            ),
            field="name",
        )
    return normalise_name(text) or None


def check_filters(caller: Principal, name: ListName, filters: Filters, sort: Sort) -> None:
    """``Refused`` (422): ``filter_not_of_list``, and ``filter_too_wide`` for what would have
    everything read that a region has."""
    if name != "waiting_for_me" and sort == "deadline":
        raise _not_here("sort")
    if name != "waiting_for_me" and filters.valid_until is not None:
        raise _not_here("valid_until")
    if name == "completed" and filters.due is not None:
        raise _not_here("due")
    narrow = filters.institution_id is not None or filters.number is not None
    if caller.role == "authority" and filters.name and name != "waiting_for_me" and not narrow:
        raise refused(
            "filter_too_wide",
            ("在整个辖区按姓名查询范围过大。", "A name in a whole region is too wide a search."),
            (
                "请同时指定 institution_id，或通过 POST /api/v1/applications/search"
                " 按身份证号查询。",
                "Name an institution_id as well, or search by ID number with"
                " POST /api/v1/applications/search.",
            ),
            field="name",
        )


def _not_here(field: str) -> Refused:
    return refused(
        "filter_not_of_list",
        (
            "此条件不适用于该列表。",
            "This list does not take this.",
        ),
        ("请改用 list=waiting_for_me，或去掉此条件。", "Use list=waiting_for_me, or leave it out."),
        field=field,
    )
