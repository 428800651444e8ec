"""Records that other systems feed, in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, bindparam, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest
from zhiye_chassis.rows import insert_rows
from zhiye_registration.adapters.feed_tables import (
    practitioner_record,
    practitioner_record_version,
)
from zhiye_registration.adapters.history_tables import registration_history
from zhiye_registration.domain.own_records import (
    Assessment,
    FailedAssessments,
    Promotion,
    Residency,
    failed_again,
)
from zhiye_registration.domain.registration import Registration

_r = practitioner_record.c
_VERSION = [
    column.name
    for column in practitioner_record_version.columns
    if column.name not in ("id", "record_id")
]
_TURN = text("SELECT pg_advisory_xact_lock(7245305, hashtext(:feed))")
_OF_PERSON = (
    select(practitioner_record)
    .where(_r.person_key == bindparam("person_key"), _r.feed == bindparam("feed"))
    .order_by(_r.happened_on, _r.id)
)
_GIVEN = (
    select(registration_history.c["values"])
    .where(
        registration_history.c.registration_id == bindparam("registration_id"),
        registration_history.c.change == "title-promoted",
    )
    .order_by(registration_history.c.id.desc())
)

Key = tuple[str, str]
"""The system, and its id of the record."""


async def take_turn(tx: Transaction, feed: str) -> None:
    """Wait until no other transaction records statements of this feed: two that correct the same
    records in different orders cannot deadlock, and none misses what the other wrote."""
    await tx.execute(_TURN, {"feed": feed})


async def load(tx: Transaction, feed: str, keys: Collection[Key]) -> dict[Key, RowMapping]:
    """The records with these keys as stated last."""
    by_system: dict[str, list[str]] = {}
    for system, source_id in sorted(set(keys)):
        by_system.setdefault(system, []).append(source_id)
    mine = [and_(_r.system == system, _r.source_id.in_(ids)) for system, ids in by_system.items()]
    found = await tx.execute(select(practitioner_record).where(_r.feed == feed, or_(*mine)))
    return {(row["system"], row["source_id"]): row for row in found.mappings()}


async def save(tx: Transaction, versions: Sequence[Mapping[str, Any]]) -> None:
    """Write versions of records, in the order in which they were taken; the last one counts."""
    await insert_rows(
        tx,
        practitioner_record_version,
        [{"record_id": row["id"], **{name: row[name] for name in _VERSION}} for row in versions],
    )
    await keep_newest(tx, practitioner_record, versions)


@dataclass(frozen=True, slots=True)
class Whose:
    """A person's records: of one profession, and until a day, if that is said."""

    person_key: str
    profession: str | None = None
    until: date | None = None

    def where(self) -> list[ColumnElement[bool]]:
        where = [_r.person_key == self.person_key]
        if self.profession is not None:
            where.append(_r.profession == self.profession)
        if self.until is not None:
            where.append(_r.happened_on <= self.until)
        return where


async def records_of(connection: AsyncConnection, whose: Whose, most: int) -> Sequence[RowMapping]:
    """Records by feed, newest first; ``most`` of each feed."""
    place = func.row_number().over(
        partition_by=_r.feed, order_by=(_r.happened_on.desc(), _r.id.desc())
    )
    ranked = select(practitioner_record, place.label("place")).where(*whose.where()).subquery()
    found = await connection.execute(
        select(ranked).where(ranked.c.place <= most).order_by(ranked.c.feed, ranked.c.place)
    )
    return found.mappings().all()


async def credits_of(connection: AsyncConnection, whose: Whose) -> list[tuple[int, int, int]]:
    """Year, class I and class II in tenths, of each project of continuing education."""
    names = ("year", "credits_class_1", "credits_class_2")
    found = await connection.execute(
        select(*(_r.data[name].as_integer() for name in names)).where(
            *whose.where(), _r.feed == "education"
        )
    )
    return [(row[0], row[1], row[2]) for row in found]


async def promotions_of(
    connection: AsyncConnection, person_key: str, profession: str
) -> list[Promotion]:
    """Every title that a person was stated to have obtained in a profession."""
    return [
        Promotion(row["data"]["title"], row["happened_on"])
        for row in await _of(connection, person_key, "promotion")
        if row["profession"] == profession
    ]


async def residency_of(connection: AsyncConnection, person_key: str) -> Residency | None:
    """The person's residency training, the one that began last; ``None`` without any."""
    found = [
        Residency(
            record_id=row["id"],
            state=row["data"]["state"],
            specialty=row["data"]["specialty"],
            began_on=date.fromisoformat(row["data"]["began_on"]),
            finished_on=_day(row["data"]["finished_on"]),
            base_institution_id=row["data"]["base_institution_id"],
            base_institution_number=row["data"]["base_institution_number"],
            base_institution_name=row["data"]["base_institution_name"],
        )
        for row in await _of(connection, person_key, "residency")
    ]
    return max(found, key=lambda one: (one.began_on, one.record_id), default=None)


async def failed_assessments(
    connection: AsyncConnection, person_key: str
) -> FailedAssessments | None:
    """The failed assessments that are a ground to cancel the person's registration as a physician:
    the last two, or one after a suspension; ``None`` where there is no such ground."""
    return failed_again(
        Assessment(
            record_id=row["id"],
            assessed_on=row["happened_on"],
            passed=row["data"]["result"] == "passed",
            after_suspension=row["data"]["after_suspension"],
        )
        for row in await _of(connection, person_key, "assessment")
    )


async def title_before(tx: Transaction, registration_id: str, title: str) -> str | None:
    """The title that a registration had before a statement last gave it this one."""
    found = await tx.execute(_GIVEN, {"registration_id": registration_id})
    for values in found.scalars():
        if values["title"]["after"] == title:
            before: str | None = values["title"]["before"]
            return before
    return None


async def move_records(tx: Transaction, before: Registration, after: Registration) -> None:
    """Have the records of somebody whose ID number or name was corrected go along: those under the
    same name only, as under a wrong number there may be somebody else's."""
    await tx.execute(
        update(practitioner_record)
        .where(_r.person_key == before.person_key, _r.name == before.name)
        .values(
            person_key=after.person_key,
            name=after.name,
            sealed_id_number=after.sealed_id_number,
        )
    )


async def _of(connection: AsyncConnection, person_key: str, feed: str) -> Sequence[RowMapping]:
    given = {"person_key": person_key, "feed": feed}
    return (await connection.execute(_OF_PERSON, given)).mappings().all()


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
