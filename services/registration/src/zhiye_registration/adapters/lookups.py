"""The look-up of a number that a physician or, an old one, a nurse may have.

Nurses' numbers of today have another length, and so the statement that is theirs alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import asyncpg

from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.adapters.registrations import LOOKED_UP
from zhiye_registration.adapters.tables import OF_NURSES, registration

OF_PHYSICIANS = text("registration.profession = 'physician'")
"""A literal, as ``OF_NURSES``: the index of physicians' certificates is a partial one too."""
PRACTICE = tuple(registration.c[name] for name in ("level", "category", "scopes", "location"))

_f = practice_filing.c
_at = institution.alias("at")
_SHOWN: dict[str, ColumnElement[Any]] = {
    "institution_name": func.coalesce(_at.c.name, _f.institution_name),
    **{
        name: _f[name]
        for name in ("institution_id", "region", "scopes", "department", "from_on", "until_on")
    },
}
_PAIRS = (part for name, value in _SHOWN.items() for part in (literal_column(f"'{name}'"), value))
_FILINGS = (
    select(func.json_agg(func.json_build_object(*_PAIRS)))
    .select_from(practice_filing.outerjoin(_at, _at.c.id == _f.institution_id))
    .where(_f.registration_id == registration.c.id, text("practice_filing.status = 'in_force'"))
    .correlate(registration)
    .scalar_subquery()
)
_NO_FILINGS: ColumnElement[Any] = literal_column("NULL::json")


def _held(whose: Any, filings: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*LOOKED_UP, *PRACTICE, filings.label("filings"))
        .select_from(
            registration.outerjoin(institution, institution.c.id == registration.c.institution_id)
        )
        .where(whose, registration.c.certificate_key == bindparam("certificate_key"))
    )


_EITHER = union_all(_held(OF_PHYSICIANS, _FILINGS), _held(OF_NURSES, _NO_FILINGS)).subquery()
_LOOKUP = select(_EITHER).order_by(
    # Those in force go before all others, whatever is newer.
    (_EITHER.c.profession == literal_column("'physician'")).desc(),
    (_EITHER.c.status == literal_column("'registered'")).desc(),
    _EITHER.c.id.desc(),
)
LOOKUP_OF_EITHER = str(_LOOKUP.compile(dialect=asyncpg.dialect()))  # type: ignore[no-untyped-call]
"""Every registration under a number, a physician's with the filings that nobody has ended, in one
round trip. ``$1`` is the blind index of the number."""
