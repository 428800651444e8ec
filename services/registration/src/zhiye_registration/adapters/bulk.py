"""Orders of many reviews at once, and their items, in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.projection_tables import account
from zhiye_registration.adapters.record_tables import bulk_item, bulk_job
from zhiye_registration.adapters.tables import application
from zhiye_registration.domain.bulk import Item, JobState, Outcome

_j, _i, _a = bulk_job.c, bulk_item.c, application.c
# Literals: PostgreSQL cannot match a partial index by parameters in a generic plan.
_OPEN = text("bulk_job.state IN ('waiting', 'running')")
_UNDER_WAY = (
    select(_j.id, account.c.status.label("account_status"))
    .select_from(bulk_job.outerjoin(account, account.c.id == _j.account_id))
    .where(_OPEN)
    .order_by(_j.updated_at, _j.id)
    .limit(100)
)
_BY_ID = select(bulk_job).where(_j.id == bindparam("job"))
_CLAIM = (
    select(_i.place, _i.application_id, _i.version)
    .where(_i.job_id == bindparam("job"), text("bulk_item.outcome IS NULL"))
    .order_by(_i.place)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_MARK = text(
    "UPDATE bulk_item SET outcome = m.outcome, problem = CAST(m.problem AS jsonb), at = :now"
    " FROM unnest(CAST(:places AS int[]), CAST(:outcomes AS text[]), CAST(:problems AS text[]))"
    " AS m (place, outcome, problem)"
    " WHERE bulk_item.job_id = :job AND bulk_item.place = m.place"
)
_LIST = text(
    "INSERT INTO bulk_item (job_id, place, application_id, version)"
    " SELECT CAST(:job AS text), place, id, version"
    " FROM unnest(CAST(:ids AS text[]), CAST(:versions AS int[]))"
    " WITH ORDINALITY AS given (id, version, place)"
)
_OF_SAME_PEOPLE = text(
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY person_key ORDER BY id) AS place"
    " FROM application WHERE id = ANY(CAST(:ids AS text[]))) AS found WHERE place > 1"
)
_ADVANCE = (
    update(bulk_job)
    .where(_j.id == bindparam("job"), _OPEN)
    .values(
        done=_j.done + bindparam("more"),
        succeeded=_j.succeeded + bindparam("good"),
        updated_at=bindparam("now"),
        state=case((_j.done + bindparam("more") == _j.total, "done"), else_="running"),
        finished_at=case((_j.done + bindparam("more") == _j.total, bindparam("now"))),
    )
    .returning(_j.state)
)


async def add(tx: Transaction, job: Mapping[str, Any]) -> None:
    await tx.execute(insert(bulk_job), job)


async def list_items(tx: Transaction, job_id: str, given: Iterable[tuple[str, int]]) -> None:
    """The applications of an order, in the order given."""
    pairs = list(given)
    ids, versions = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await tx.execute(_LIST, {"job": job_id, "ids": ids, "versions": versions})


async def select_items(
    tx: Transaction,
    job_id: str,
    pieces: Sequence[ColumnElement[bool]],
    narrowed: Sequence[ColumnElement[bool]],
    most: int,
) -> int:
    """The applications that meet one of the pieces and all the conditions, the oldest deadline
    first, with the versions they have now; how many, at most one more than ``most``."""
    chosen = (
        select(_a.id, _a.version, _a.deadline)
        .where(or_(*pieces), *narrowed)
        .order_by(_a.deadline, _a.id)
        .limit(most + 1)
        .subquery()
    )
    place = func.row_number().over(order_by=(chosen.c.deadline, chosen.c.id))
    items = select(literal(job_id), place, chosen.c.id, chosen.c.version)
    names = ["job_id", "place", "application_id", "version"]
    result = await tx.execute(insert(bulk_item).from_select(names, items))
    return int(result.rowcount)


async def under_way(connection: AsyncConnection) -> Sequence[RowMapping]:
    """Orders that are not done, the one that waited longest first, each with what became of the
    account that gave it."""
    return (await connection.execute(_UNDER_WAY)).mappings().all()


async def count_open(connection: AsyncConnection, organisation_id: str) -> int:
    statement = select(func.count()).where(_j.organisation_id == organisation_id, _OPEN)
    return int((await connection.execute(statement)).scalar_one())


async def read(tx: Transaction, job_id: str) -> RowMapping:
    found: RowMapping = (await tx.execute(_BY_ID, {"job": job_id})).mappings().one()
    return found


async def claim(tx: Transaction, job_id: str, most: int) -> list[Item]:
    """The next items that nobody works on, kept from others until the transaction ends."""
    rows = await tx.execute(_CLAIM, {"job": job_id, "most": most})
    return [Item(*row) for row in rows]


async def of_same_people(tx: Transaction, ids: Sequence[str]) -> set[str]:
    """Of these applications, all but the first of each person."""
    return set((await tx.execute(_OF_SAME_PEOPLE, {"ids": list(ids)})).scalars())


async def mark(
    tx: Transaction,
    job_id: str,
    now: datetime,
    outcomes: Sequence[tuple[int, Outcome, list[dict[str, object]] | None]],
) -> None:
    """What came of items that are claimed: place, outcome, why not."""
    parameters = {
        "job": job_id,
        "now": now,
        "places": [place for place, _, _ in outcomes],
        "outcomes": [outcome for _, outcome, _ in outcomes],
        "problems": [p and orjson.dumps(p).decode() for _, _, p in outcomes],
    }
    await tx.execute(_MARK, parameters)


async def advance(
    tx: Transaction, job_id: str, now: datetime, *, more: int, good: int
) -> JobState | None:
    """Tell how far an order is; ``None`` if it was stopped meanwhile, and nothing may be done."""
    parameters = {"job": job_id, "more": more, "good": good, "now": now}
    state: JobState | None = (await tx.execute(_ADVANCE, parameters)).scalar_one_or_none()
    return state


async def stop(tx: Transaction, job_id: str, now: datetime, why: str) -> bool:
    """Whether it was still open."""
    stopped = await tx.execute(
        update(bulk_job)
        .where(_j.id == job_id, _OPEN)
        .values(state="cancelled", stopped_by=why, updated_at=now, finished_at=now)
        .returning(_j.id)
    )
    return stopped.first() is not None


async def find(connection: AsyncConnection, job_id: str, organisation: str) -> RowMapping | None:
    """An order of an organisation, with the codes of what was refused and how often."""
    statement = select(bulk_job).where(_j.id == job_id, _j.organisation_id == organisation)
    return (await connection.execute(statement)).mappings().first()


async def of_organisation(
    connection: AsyncConnection, organisation: str, before: str | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first."""
    statement = select(bulk_job).where(_j.organisation_id == organisation)
    if before is not None:
        statement = statement.where(_j.id < before)
    found = await connection.execute(statement.order_by(_j.id.desc()).limit(limit))
    return found.mappings().all()


async def codes_of(connection: AsyncConnection, job_id: str) -> dict[str, int]:
    """The first code of each refusal, and how often."""
    code = _i.problem[0]["code"].astext
    statement = (
        select(code, func.count())
        .where(_i.job_id == job_id, _i.outcome == "refused")
        .group_by(code)
        .order_by(func.count().desc(), code)
    )
    return {row[0]: row[1] for row in await connection.execute(statement)}


async def items_of(
    connection: AsyncConnection,
    job_id: str,
    outcome: str | None,
    after: int,
    limit: int,
) -> Sequence[RowMapping]:
    """Items with their applications, in the order given; ``pending`` are those not done yet."""
    statement = (
        select(bulk_item, _a.number, _a.name)
        .select_from(bulk_item.outerjoin(application, _a.id == _i.application_id))
        .where(_i.job_id == job_id, _i.place > after)
        .order_by(_i.place)
        .limit(limit)
    )
    if outcome == "pending":
        statement = statement.where(text("bulk_item.outcome IS NULL"))
    elif outcome is not None:
        statement = statement.where(_i.outcome == outcome)
    return (await connection.execute(statement)).mappings().all()
