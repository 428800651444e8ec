"""Routes of cases: corrections and additions, from the draft to the decision (Q14, Q46)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from zhiye_chassis.database import Transaction
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.codes.grounds import told
from zhiye_contracts.reasons import Language, Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import may_read, not_found
from zhiye_qualifications.application.decide_case import Decision, decide_as_officer
from zhiye_qualifications.application.file_case import file_addition, file_correction
from zhiye_qualifications.application.find_subject import Subject
from zhiye_qualifications.application.list_cases import Filters, list_cases
from zhiye_qualifications.application.revise_case import revise_case
from zhiye_qualifications.application.submit_case import submit_case
from zhiye_qualifications.application.withdraw_case import withdraw_case
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.domain.case_reasons import CASE_REASONS
from zhiye_qualifications.domain.case_workflow import State
from zhiye_qualifications.domain.cases import Case, Kind
from zhiye_qualifications.entrypoints.case_schemas import (
    CaseIn,
    CaseItem,
    CaseOut,
    DecisionIn,
    RevisionIn,
)
from zhiye_qualifications.entrypoints.case_views import PATH, case_view, item_view
from zhiye_qualifications.kit import Kit

Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000CAS001"])]
FILERS = allow("practitioner", "institution", "authority", inactive=True)
"""Accounts that are not active too: the identity may be what is wrong (Q4, Q14)."""
_READERS = allow("practitioner", "institution", "authority", "exam_centre", inactive=True)


async def _answer(
    tx: Transaction,
    kit: Kit,
    one: Case,
    caller: Principal,
    language: Language,
    response: Response,
) -> CaseOut:
    """The case after a command, with its new ETag."""
    response.headers["ETag"] = etag(one.version)
    response.headers["Cache-Control"] = "no-store"
    view = await case_view(tx.connection, kit, one, caller, language)
    return CaseOut.model_validate(view)


def routes(kit: Kit) -> Routes:
    r = Routes("qualification cases")

    @r.expose("POST", PATH, FILERS, status_code=201, refusals=(409,))
    async def file_qualification_case(
        body: CaseIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> CaseOut:
        """Start a correction or an addition as a draft (Q14): by the person, or on behalf of the
        person by the institution or the authority of the province.

        Only the fields of Q46 can be corrected. What changes nothing, and what is open already, is
        refused at once.
        """
        _check_form(body)
        if body.kind == "addition":
            one = await file_addition(tx, kit, caller, body.record)
        else:
            subject = Subject(
                body.qualification_id, body.certificate_number, body.name, body.id_number
            )
            one = await file_correction(tx, kit, caller, subject, body.changes)
        response.headers["Location"] = f"{PATH}/{one.id}"
        return await _answer(tx, kit, one, caller, language, response)

    @r.expose("GET", PATH, _READERS)
    async def list_qualification_cases(
        caller: Caller,
        language: Reader,
        state: State | None = None,
        kind: Kind | None = None,
        batch_id: Annotated[str | None, Query(max_length=64)] = None,
        overdue: Annotated[bool | None, Query(description="Past the deadline, or not")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[CaseItem]:
        """One's own cases, those of an authority's province, those forwarded to the exam centre;
        the newest first."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        filters = Filters(state, kind, batch_id, overdue)
        async with kit.database.reading() as connection:
            found = await list_cases(
                connection, kit, caller, filters, limit=limit + 1, before=before
            )
        today = kit.clock.today()
        items = [CaseItem.model_validate(item_view(one, today, language)) for one in found[:limit]]
        more = encode_cursor(items[-1].id) if len(found) > limit else None
        return Page(items=items, next_cursor=more)

    @r.expose("GET", f"{PATH}/{{id}}", _READERS)
    async def read_qualification_case(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> CaseOut:
        """One case with evidence, deadline and timeline."""
        async with kit.database.reading() as connection:
            one = await store.find(connection, kit.cipher, id)
            if one is None or not may_read(caller, one):
                raise not_found()
            view = await case_view(connection, kit, one, caller, language)
        response.headers["ETag"] = etag(one.version)
        response.headers["Cache-Control"] = "no-store"
        return CaseOut.model_validate(view)

    @r.expose("PUT", f"{PATH}/{{id}}", FILERS, refusals=(409, 412, 428))
    async def revise_qualification_case(
        id: Id,
        body: RevisionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> CaseOut:
        """Change a draft, or what was returned. Needs If-Match."""
        one = await revise_case(tx, kit, caller, id, version, body.asked)
        return await _answer(tx, kit, one, caller, language, response)

    @r.expose("POST", f"{PATH}/{{id}}/submission", FILERS, refusals=(409,))
    async def submit_qualification_case(
        id: Id, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> CaseOut:
        """Submit to the province, or again after correction. A refusal names all the evidence
        that is missing (Q46)."""
        one = await submit_case(tx, kit, caller, id)
        return await _answer(tx, kit, one, caller, language, response)

    @r.expose("POST", f"{PATH}/{{id}}/withdrawal", FILERS, refusals=(409,))
    async def withdraw_qualification_case(
        id: Id, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> CaseOut:
        """Withdraw, until it is decided."""
        one = await withdraw_case(tx, kit, caller, id)
        return await _answer(tx, kit, one, caller, language, response)

    @r.expose(
        "POST",
        f"{PATH}/{{id}}/decision",
        allow("authority", "exam_centre"),
        refusals=(409, 412, 428),
    )
    async def decide_qualification_case(
        id: Id,
        body: DecisionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> CaseOut:
        """Recognised: the province decides. By exam: the province checks and forwards, the exam
        centre approves or refuses (Q14). An upgrade of an ID number is approved with the number
        found to be right (Q47). Needs If-Match."""
        given = [(reason.code, reason.text) for reason in body.reasons]
        kept = told(CASE_REASONS, given, required=body.decision in ("return", "refuse"))
        decision = Decision(body.decision, kept, body.id_number)
        one = await decide_as_officer(tx, kit, caller, id, version, decision)
        return await _answer(tx, kit, one, caller, language, response)

    return r


def _check_form(body: CaseIn) -> None:
    """A correction has no record, an addition nothing else."""
    if body.kind == "addition":
        wrong = [
            name
            for name in ("qualification_id", "certificate_number", "name", "id_number", "changes")
            if getattr(body, name)
        ]
    else:
        wrong = ["record"] if body.record else []
        if body.qualification_id and body.certificate_number:
            wrong.append("certificate_number")
    if wrong:
        raise Refused(*(about(why.NOT_OF_THIS_KIND, name) for name in wrong))
