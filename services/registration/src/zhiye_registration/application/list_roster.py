"""The roster of an institution, page by page (deck 5.1, 5.3, 5.4; Q20)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping

from zhiye_chassis.pagination import cursor_invalid, decode_cursor, encode_cursor
from zhiye_chassis.pinyin import fold_pinyin
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers import (
    IdentifierError,
    normalise_name,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
)
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import roster
from zhiye_registration.application.roster_access import Place, place_of
from zhiye_registration.domain.roster import (
    Filters,
    Order,
    Profession,
    Retirement,
    SortName,
    Term,
)
from zhiye_registration.kit import Kit

_EXPORT_PAGE = 250
"""Others are served in between."""
_ID_NUMBER: dict[Profession, re.Pattern[str]] = {
    "nurse": re.compile(r"\d{14}[\dx]|\d{17}[\dx]", re.IGNORECASE),
    "physician": re.compile(r"\d{14}x|(\d{6}|\d{9})?\d{17}[\dx]|\d{24}", re.IGNORECASE),
}
"""Those of 15 and of 18 digits. Fifteen are a physician's practice certificate, which cannot be
told from an ID number of old; a qualification certificate has the ID number inside."""


@dataclass(frozen=True, slots=True)
class RosterPage:
    place: Place
    rows: Sequence[RowMapping]
    next_cursor: str | None
    counts: Mapping[str, int] | None
    """Of each list, and ``total``; with the first page only."""


def retirement_of(kit: Kit) -> Retirement:
    own = kit.own
    return Retirement(
        own.retirement_age_women, own.retirement_age_men, own.employment_confirmed_months
    )


async def list_roster(
    kit: Kit,
    caller: Principal,
    institution_id: str | None,
    filters: Filters,
    *,
    sort: SortName,
    order: Order,
    cursor: str | None,
    limit: int,
    counted: bool = True,
) -> RosterPage:
    """A page, in an order that does not shift while rows come and go; the first one is ``counted``
    unless nobody wants to know. ``Refused``: 404, 422 for a cursor of another order."""
    after = _read_cursor(cursor, sort, order) if cursor else None
    today, retirement = kit.clock.today(), retirement_of(kit)
    async with kit.database.reading() as connection:
        place = await place_of(connection, caller, institution_id)
        rows = await roster.page(
            connection,
            place.id,
            filters,
            today,
            retirement,
            sort=sort,
            order=order,
            after=after,
            limit=limit + 1,
        )
        counts = None
        if cursor is None and counted:
            whole = len(rows) if len(rows) <= limit else None
            counts = await roster.counts(connection, place.id, filters, today, retirement, whole)
    shown, next_cursor = rows[:limit], None
    if len(rows) > limit:
        last = shown[-1]
        next_cursor = encode_cursor(sort, order, roster.key_of(last, sort), last["row_id"])
    return RosterPage(place, shown, next_cursor, counts)


async def whole_roster(
    kit: Kit, institution_id: str, filters: Filters, *, sort: SortName, order: Order
) -> AsyncIterator[RowMapping]:
    """Everybody whom the filters leave. Holds a connection only while it reads some of them:
    who takes the list away may be slow."""
    today, retirement, after = kit.clock.today(), retirement_of(kit), None
    while True:
        async with kit.database.reading() as connection:
            rows = await roster.page(
                connection,
                institution_id,
                filters,
                today,
                retirement,
                sort=sort,
                order=order,
                after=after,
                limit=_EXPORT_PAGE,
            )
        for row in rows:
            yield row
        if len(rows) < _EXPORT_PAGE:
            return
        after = (roster.read_key(sort, roster.key_of(rows[-1], sort)), rows[-1]["row_id"])


def read_term(kit: Kit, typed: str, profession: Profession = "nurse") -> Term | None:
    """What somebody typed into the search box: part of a name, pinyin or initials from their
    beginning, or a whole certificate number.

    Raises ``Refused`` (422) for an ID number, which does not belong into an address, and for a
    number that cannot be a certificate's.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    if _ID_NUMBER[profession].fullmatch(re.sub(r"\s", "", text)):
        raise refused(
            "id_number_in_address",
            (
                "身份证号不能放在网址中查询。",
                "An ID number must not be part of an address.",
            ),
            (
                "请通过 POST /api/v1/roster/search 按身份证号查询。",
                "Search by ID number with POST /api/v1/roster/search.",
            ),
            field="q",
        )
    if text.isascii() and any(character.isdigit() for character in text):
        try:
            if profession == "physician":
                number = parse_physician_practice_certificate(text)
            else:
                number = parse_nurse_practice_certificate(text, kit.clock.today()).value
        except IdentifierError as error:
            raise Refused(error.about("q")) from error
        return Term("certificate", kit.certificate_key(number))
    letters = fold_pinyin(text)
    if letters and all(c.isascii() or not c.isalpha() for c in fold_pinyin(text, keep=True)):
        return Term("pinyin", letters)
    return Term("name", normalise_name(text))


def _read_cursor(cursor: str, sort: SortName, order: Order) -> tuple[object, str]:
    of_sort, of_order, key, last = decode_cursor(cursor, str, str, str, str)
    if (of_sort, of_order) != (sort, order):
        raise cursor_invalid()
    try:
        return roster.read_key(sort, str(key)), str(last)
    except ValueError:
        raise cursor_invalid() from None
