"""Filings at a further institution that exist already are taken over, many at once (Q10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date

from sqlalchemy import ARRAY, RowMapping, Text, any_, bindparam, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.rows import insert_rows
from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Reason
from zhiye_registration.adapters import filing_merges
from zhiye_registration.adapters.physician_tables import practice_filing
from zhiye_registration.application.compare_physicians import lock_registrations
from zhiye_registration.application.import_chunk import Chunk, FilingCandidate
from zhiye_registration.application.landing import Landing, land
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain import physician_import_reasons as also
from zhiye_registration.domain.filing import Filing
from zhiye_registration.domain.import_cells import fold
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

_f = practice_filing.c
_NAMES = [each.name for each in fields(Filing)]
_FILED = select(*(_f[name] for name in _NAMES)).where(
    _f.institution_id == bindparam("institution"),
    _f.person_key == any_(bindparam("keys", type_=ARRAY(Text))),
    _f.status == "in_force",
)

Looked = dict[int, tuple[FilingCandidate, Registration]]


async def record_filings(
    tx: Transaction, kit: Kit, job: RowMapping, chunk: Chunk
) -> tuple[int, int, dict[int, Sequence[Reason]]]:
    """How many were recorded and how many were on record, and why the others are rejected. In a
    dry run nothing is recorded.

    Nobody else changes what these people have until the end: their registrations are locked.
    """
    people = [one.person_key for one in chunk.filings.values()]
    held = await lock_registrations(tx, people)
    place = await land(tx, job["institution_id"], job["institution_name"], job["region"])
    filed = await _filed(tx, place, people)
    rejects: dict[int, Sequence[Reason]] = {}
    new: Looked = {}
    unchanged = 0
    for line, one in chunk.filings.items():
        main, reasons = _main(one, held.get(one.person_key, []), place)
        there = filed.get(one.person_key, [])
        if main is None or reasons:
            rejects[line] = reasons
        elif any(_same(one, main, filing) for filing in there):
            unchanged += 1
        elif any(_overlap(one, other) for other in _others(one, there, new)):
            rejects[line] = [also.FILED_ALREADY]
        else:
            new[line] = (one, main)
    if not job["dry_run"]:
        await _add(tx, kit, job, new, place)
    return len(new), unchanged, rejects


async def _filed(tx: Transaction, place: Landing, people: Iterable[str]) -> dict[str, list[Filing]]:
    """Those that are at the institution already, by person."""
    found: dict[str, list[Filing]] = {}
    parameters = {"institution": place.id, "keys": list(people)}
    for row in (await tx.execute(_FILED, parameters)).mappings():
        found.setdefault(row["person_key"], []).append(Filing(**row))
    return found


def _main(
    one: FilingCandidate, held: Sequence[Registration], place: Landing
) -> tuple[Registration | None, list[Reason]]:
    """The registration whose location the institution is in, or every reason against it."""
    record = one.record
    here = next(
        (h for h in held if h.status == "registered" and place.region.startswith(h.location)), None
    )
    if here is None:
        return None, [also.NOT_IN_LOCATION]
    reasons = []
    if names_match(record.name, here.name) == "different":
        reasons.append(why.NAME_DIFFERS)
    if here.institution_id == place.id:
        reasons.append(also.MAIN_HERE)
    names = (place.name, *(hop.from_name for hop in place.hops))
    said = fold(record.institution_name or "")
    if said and said not in [fold(name) for name in names]:
        reasons.append(also.INSTITUTION_OTHER)
    if not set(record.scopes) <= set(here.scopes):
        reasons.append(also.SCOPES_NOT_REGISTERED)
    return here, reasons


def _same(one: FilingCandidate, main: Registration, filing: Filing) -> bool:
    record = one.record
    said = (record.from_on, record.until_on, list(record.scopes or main.scopes))
    return said == (filing.from_on, filing.until_on, list(filing.scopes))


def _overlap(one: FilingCandidate, days: tuple[date, date]) -> bool:
    return one.record.from_on <= days[1] and days[0] <= one.record.until_on


def _others(
    one: FilingCandidate, there: Sequence[Filing], new: Looked
) -> Iterator[tuple[date, date]]:
    """First and last days of the person's, on record and of lines before."""
    yield from ((filing.from_on, filing.until_on) for filing in there)
    for other, _ in new.values():
        if other.person_key == one.person_key:
            yield other.record.from_on, other.record.until_on


async def _add(
    tx: Transaction,
    kit: Kit,
    job: RowMapping,
    new: Mapping[int, tuple[FilingCandidate, Registration]],
    place: Landing,
) -> None:
    made = [
        Filing(
            id=new_id(),
            version=1,
            registration_id=main.id,
            person_key=main.person_key,
            institution_id=place.id,
            institution_name=place.name,
            region=place.region,
            authority_id=job["authority_id"],
            authority_name=job["authority_name"],
            scopes=list(one.record.scopes or main.scopes),
            department=one.record.department,
            from_on=one.record.from_on,
            until_on=one.record.until_on,
            status="in_force",
            application_id=None,
            updated_at=kit.clock.now(),
        )
        for one, main in new.values()
    ]
    rows = [{name: getattr(one, name) for name in _NAMES} for one in made]
    await insert_rows(tx, practice_filing, rows)
    if place.hops:
        for filing in made:
            await place.note(tx, filing.id, filing_merges.FILING)
