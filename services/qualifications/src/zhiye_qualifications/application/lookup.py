"""Finding qualifications: one's own, or one person's for an authority or the exam centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_contracts.identifiers import (
    IdentifierError,
    names_match,
    parse_name,
    parse_nurse_exam_certificate,
    parse_physician_qualification_certificate,
)
from zhiye_contracts.reasons import Reason, Refused
from zhiye_contracts.statements.form import read_id_number
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters.tables import qualification
from zhiye_qualifications.application.accesses import in_scope, record_accesses, region_of
from zhiye_qualifications.domain import reasons as why
from zhiye_qualifications.domain.records import parse_admission_number
from zhiye_qualifications.kit import Kit

T = TypeVar("T")

MOST = 100
"""Qualifications told at once; nobody has as many."""
NOT_FOUND = (why.NOT_FOUND_EXAM, why.NOT_FOUND_RECOGNITION)
"""Where to turn, by the route the qualification was obtained (Q4, Q14)."""


@dataclass(frozen=True, slots=True)
class Question:
    """Exactly one of: a certificate number, a name with an ID number, an admission number."""

    certificate_number: str | None = None
    name: str | None = None
    id_number: str | None = None
    admission_number: str | None = None

    def __post_init__(self) -> None:
        asked = (
            self.certificate_number is not None,
            self.name is not None or self.id_number is not None,
            self.admission_number is not None,
        )
        if sum(asked) != 1 or (asked[1] and (self.name is None or self.id_number is None)):
            raise Refused(why.ONE_QUESTION)


async def own_qualifications(
    connection: AsyncConnection, person_key: str | None
) -> Sequence[RowMapping]:
    """Everything on record for a person, the latest first: that one counts for activation."""
    return await _select(connection, qualification.c.person_key == person_key)


async def look_up(
    kit: Kit, tx: Transaction, caller: Principal, question: Question, purpose: str | None = None
) -> Sequence[RowMapping]:
    """The qualifications that answer a question, the latest first; who looked is recorded.

    An authority sees those of its region. ``Refused``: 403 for an authority below a province, 404
    with where to turn, by route; 404 when only the name differs (Q4, Q28).
    """
    region_of(caller)
    condition = _condition(kit, question)
    rows = [row for row in await _select(tx.connection, condition) if in_scope(caller, row)]
    log.info("qualification_lookup", account=caller.account_id, found=[row["id"] for row in rows])
    if not rows:
        raise Refused(*NOT_FOUND, status=404)
    if question.name is not None:
        rows = [row for row in rows if names_match(question.name, row["name"]) != "different"]
        if not rows:
            raise Refused(about(why.NAME_DIFFERS, "name"), status=404)
    await record_accesses(tx, kit, caller, rows, "lookup", purpose)
    return rows


def _condition(kit: Kit, question: Question) -> ColumnElement[bool]:
    """The condition of a question; ``Refused`` with every fault of its numbers and name."""
    today = kit.clock.today()
    table = qualification.c
    faults: list[Reason] = []

    def parsed(field: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(getattr(question, field))
        except IdentifierError as error:
            faults.append(error.about(field))
            return None

    if question.admission_number is not None:
        number = parsed("admission_number", parse_admission_number)
        condition = table.admission_key == kit.admission_key(number or "")
    elif question.certificate_number is not None:
        numbers = parsed("certificate_number", lambda text: certificate_numbers(text, today))
        condition = table.certificate_key.in_([kit.certificate_key(n) for n in numbers or ()])
    else:
        parsed("name", parse_name)
        person = parsed("id_number", lambda text: read_id_number(text, today)[0])
        condition = table.person_key == kit.person_key(person.value if person else "")
    if faults:
        raise Refused(*faults)
    return condition


def certificate_numbers(text: str, today: date) -> set[str]:
    """How the number is written on record: as a nurse's, and as a physician's if it can be one."""
    numbers = {parse_nurse_exam_certificate(text)}
    with suppress(IdentifierError):
        numbers.add(parse_physician_qualification_certificate(text, today).value)
    return numbers


async def _select(
    connection: AsyncConnection, condition: ColumnElement[bool]
) -> Sequence[RowMapping]:
    table = qualification.c
    latest_first = (table.passed_on.desc(), table.exam_year.desc(), table.id)
    query = select(qualification).where(condition).order_by(*latest_first).limit(MOST)
    return (await connection.execute(query)).mappings().all()
