"""Physicians of an import, compared with what is on record of them: the number for life, names,
qualifications and every location."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy import ARRAY, Row, Text, any_, bindparam, or_, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.rows import insert_rows
from zhiye_contracts.reasons import Reason
from zhiye_registration.adapters.physician_tables import physician_certificate
from zhiye_registration.adapters.projection_tables import qualification
from zhiye_registration.adapters.tables import registration
from zhiye_registration.application.compare import Compared, differing, named_otherwise
from zhiye_registration.application.landing import Landing
from zhiye_registration.application.take_over import Candidate
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain import physician_import_reasons as also
from zhiye_registration.domain.import_cells import fold
from zhiye_registration.domain.practice import location_label
from zhiye_registration.domain.registration import ASSISTANT, Registration, location_of

_r, _q, _c = registration.c, qualification.c, physician_certificate.c
_KEYS = bindparam("keys", type_=ARRAY(Text))
_NUMBERS = bindparam("numbers", type_=ARRAY(Text))
_HELD = (
    select(*(_r[each.name] for each in fields(Registration)))
    .where(_r.person_key == any_(_KEYS), _r.profession == "physician")
    .order_by(_r.id)
)
_LOCK = _HELD.with_for_update()
_CERTIFICATES = select(_c.person_key, _c.certificate_key).where(
    or_(_c.person_key == any_(_KEYS), _c.certificate_key == any_(_NUMBERS))
)
_QUALIFICATIONS = (
    select(_q.id, _q.person_key, _q.name, _q.level, _q.category, _q.certificate_key)
    .where(_q.person_key == any_(_KEYS), _q.profession == "physician", _q.in_force)
    .order_by(_q.passed_on, _q.id)
)

Qualifications = Sequence[Row[Any]]


async def hold_physicians(tx: Transaction, given: Iterable[Candidate]) -> None:
    """Keep what these people have, until the end."""
    await lock_registrations(tx, [one.person_key for one in given])


async def lock_registrations(
    tx: Transaction, people: Iterable[str]
) -> dict[str, list[Registration]]:
    """What these physicians have, kept from others. Before anything of an institution is kept: who
    decides an application, and who merges, takes them in this order too."""
    held: dict[str, list[Registration]] = {}
    for row in (await tx.execute(_LOCK, {"keys": sorted(people)})).mappings():
        held.setdefault(row["person_key"], []).append(Registration(**row))
    return held


async def compare_physicians(
    tx: Transaction, given: Mapping[int, Candidate], place: Landing
) -> Compared:
    """Those that nothing on record speaks against, with the qualification they go by."""
    known = await _on_record(tx, given.values())
    compared = Compared()
    for line, one in given.items():
        found, reasons = known.look(one, place)
        if reasons:
            compared.rejects[line] = reasons
        elif found is None:
            compared.unchanged += 1
        else:
            compared.new[line] = found
    return compared


async def give_certificates(
    tx: Transaction, given: Mapping[int, Candidate]
) -> dict[int, Candidate]:
    """Have these people's numbers be theirs for life; without those whom somebody registered, or
    gave a number, since they were compared. None of the numbers is given to anybody later."""
    before = await _certificates(tx, given.values())
    wanting = [one for one in given.values() if one.person_key not in before]
    rows = [
        {
            "certificate_key": one.certificate_key,
            "person_key": one.person_key,
            "sealed_certificate_number": one.sealed_certificate_number,
        }
        # In the order of their keys, so that two imports cannot deadlock.
        for one in sorted(wanting, key=lambda one: one.person_key)
    ]
    done = await insert_rows(tx, physician_certificate, rows, returning="person_key")
    return {
        line: one
        for line, one in given.items()
        if one.person_key in done or before.get(one.person_key) == one.certificate_key
    }


@dataclass(slots=True)
class _Known:
    """What is on record of the people of a chunk."""

    number_of: Mapping[str, str]
    holder_of: Mapping[str, str]
    held: dict[str, list[Registration]] = field(default_factory=dict)
    qualifications: dict[str, list[Row[Any]]] = field(default_factory=dict)

    def look(self, one: Candidate, place: Landing) -> tuple[Candidate | None, list[Reason]]:
        """To be recorded with its qualification; nothing if it is on record as it says; else every
        reason against it."""
        record, person = one.record, one.person_key
        qualifications = self.qualifications.get(person, [])
        qualified, reasons = _qualified(one, qualifications)
        number = self.number_of.get(person)
        if number not in (None, one.certificate_key):
            return None, [also.CERTIFICATE_OTHER]
        if self.holder_of.get(one.certificate_key, person) != person:
            return None, [why.CERTIFICATE_TAKEN]
        if named_otherwise(record.name, [q.name for q in qualifications]):
            return None, [why.NAME_DIFFERS]
        reasons += _placed_otherwise(one, place)
        if reasons:
            return None, reasons
        held = self.held.get(person, [])
        there = _there(qualified, held, place)
        if there is not None:
            return None, differing(qualified, there, place.id)
        reasons = _beside(qualified, held)
        return (None, reasons) if reasons else (qualified, [])


async def _on_record(tx: Transaction, given: Iterable[Candidate]) -> _Known:
    people = list(given)
    keys = [one.person_key for one in people]
    number_of = await _certificates(tx, people)
    # After the numbers: whose number is seen, whatever was registered under it is seen too.
    known = _Known(number_of, {number: person for person, number in number_of.items()})
    for row in (await tx.execute(_HELD, {"keys": keys})).mappings():
        known.held.setdefault(row["person_key"], []).append(Registration(**row))
    for found in await tx.execute(_QUALIFICATIONS, {"keys": keys}):
        known.qualifications.setdefault(found.person_key, []).append(found)
    return known


async def _certificates(tx: Transaction, given: Iterable[Candidate]) -> dict[str, str]:
    """Person → number, of these people and of whoever else has one of these numbers."""
    pairs = [(one.person_key, one.certificate_key) for one in given]
    parameters = {"keys": [person for person, _ in pairs], "numbers": [key for _, key in pairs]}
    return {
        row.person_key: row.certificate_key for row in await tx.execute(_CERTIFICATES, parameters)
    }


def _qualified(one: Candidate, known: Qualifications) -> tuple[Candidate, list[Reason]]:
    """The line with the id of the qualification. Who has none on record yet may have it told
    later; somebody who has some goes by one of them."""
    record = one.record
    if record.qualification_id is not None or not known:
        return one, []
    named = [q for q in known if q.certificate_key in (None, one.qualification_key)]
    if one.qualification_key is not None and not named:
        return one, [also.QUALIFICATION_UNKNOWN]
    practice = record.practice
    by: Callable[[Row[Any]], bool] = lambda q: (  # noqa: E731
        practice is not None
        and q.level == practice.level
        and q.category in (None, practice.category)
    )
    fitting = [q for q in (named if one.qualification_key else known) if by(q)]
    if not fitting:
        return one, [also.QUALIFICATION_DIFFERS]
    return replace(one, record=replace(record, qualification_id=fitting[-1].id)), []


def _placed_otherwise(one: Candidate, place: Landing) -> list[Reason]:
    """Institution and location, where the list has them: the names by which the institution of the
    import is known here, the location's name or its code."""
    record, reasons = one.record, []
    names = (place.name, *(hop.from_name for hop in place.hops))
    said = fold(record.institution_name or "")
    if said and said not in [fold(name) for name in names]:
        reasons.append(also.INSTITUTION_OTHER)
    if record.practice is not None and record.location_name:
        location = location_of(record.practice.level, place.region)
        label, said = fold(location_label(location, "zh")), fold(record.location_name)
        if said not in (location, label) and not label.startswith(said):
            reasons.append(also.LOCATION_OTHER)
    return reasons


def _there(one: Candidate, held: Sequence[Registration], place: Landing) -> Registration | None:
    """The registration that a line is about: in the same location, the one in force before all
    others; or of the other level, while that is in force."""
    practice = one.record.practice
    if practice is None:
        return None
    location = location_of(practice.level, place.region)
    in_force = [h for h in held if h.status == "registered"]
    same = [h for h in (*held, *in_force) if h.location == location]
    other = [h for h in in_force if h.level != practice.level]
    return next(reversed(other or same), None)


def _beside(one: Candidate, held: Sequence[Registration]) -> list[Reason]:
    """Why a location cannot be added to those in force: an assistant has one (Q8), a physician's
    are identical (Q11.3)."""
    record, practice = one.record, one.record.practice
    beside = next((h for h in held if h.status == "registered"), None)
    if practice is None or beside is None or record.status != "registered":
        return []
    if practice.level == ASSISTANT:
        return [also.ASSISTANT_ELSEWHERE]
    fields = []
    if practice.category != beside.category:
        fields.append("category")
    if practice.scopes != tuple(beside.scopes):
        fields.append("scopes")
    if None not in (record.qualification_id, beside.qualification_id) and (
        record.qualification_id != beside.qualification_id
    ):
        fields.append("qualification_number")
    return [replace(also.LOCATIONS_DIFFER, field=name) for name in fields]
