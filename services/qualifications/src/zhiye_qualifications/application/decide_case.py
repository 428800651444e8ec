"""The province checks a case and decides or forwards it; the exam centre decides what was
forwarded. An approval has its effect in the same transaction (Q14, Q47)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.telemetry import log
from zhiye_chassis.timeline import Actor, actor_of
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes.grounds import REASONS_REQUIRED
from zhiye_contracts.events import QualificationCaseDecided
from zhiye_contracts.identifiers import IdentifierError, parse_id_number
from zhiye_contracts.reasons import Refused
from zhiye_contracts.statements.reasons import about
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.adapters import register_store
from zhiye_qualifications.adapters.case_events import case_forwarded
from zhiye_qualifications.application.apply_case import apply_case
from zhiye_qualifications.application.case_access import (
    EXAM_CENTRE,
    decider_of,
    not_found,
    organisation_of,
)
from zhiye_qualifications.application.case_recording import record
from zhiye_qualifications.domain import case_reasons as why
from zhiye_qualifications.domain import case_workflow
from zhiye_qualifications.domain.case_workflow import Action
from zhiye_qualifications.domain.cases import Case, take_step
from zhiye_qualifications.domain.corrections import missing_evidence, needed_evidence
from zhiye_qualifications.kit import Kit

_CHANGES: dict[Action, str] = {
    "approve": "approved",
    "return": "returned",
    "refuse": "refused",
    "forward": "forwarded",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """``reasons`` as they are kept; ``id_number`` is the right one, of an upgrade (Q47)."""

    action: Action
    reasons: Sequence[Mapping[str, str]] = ()
    id_number: str | None = None


async def decide_as_officer(
    tx: Transaction, kit: Kit, caller: Principal, key: str, version: int, decision: Decision
) -> Case:
    """The case after the decision of a province or the exam centre.

    Raises ``Refused``: 403 for what the account filed itself, 404, 409 ``case_<state>`` or what
    the register does not allow any more, 412, 422.
    """
    before = await _lock(tx, kit, key, decision)
    before, side = decider_of(caller, before)
    by = actor_of(caller, organisation_of(caller))
    return await _decide(tx, kit, before, side, decision, by, version)


async def decide_by_event(tx: Transaction, kit: Kit, event: QualificationCaseDecided) -> None:
    """The exam centre's decision, come over the bus. One that cannot be taken (any more) is
    logged and left: trying again would not help, and who sent it reads the case."""
    decision = Decision(
        event.decision,
        [
            {"code": r.code, "text": r.text, "note": r.text, "en": r.text_en or r.text}
            for r in event.reasons
        ],
    )
    by = Actor(None, "exam_centre", event.decided_by, EXAM_CENTRE)
    try:
        async with tx.connection.begin_nested():
            mark = tx.mark
            await decide_case(tx, kit, event.aggregate_id, decision, by)
    except Refused as no:
        tx.forget(mark)
        codes = [reason.code for reason in no.reasons]
        log.warning("case_decision_refused", case=event.aggregate_id, codes=codes)


async def decide_case(tx: Transaction, kit: Kit, key: str, decision: Decision, by: Actor) -> Case:
    """The case after a decision of the exam centre, however it was brought. Raises ``Refused`` as
    ``decide_as_officer``."""
    before = await _lock(tx, kit, key, decision)
    if before is None or before.forwarded_at is None:
        raise not_found()
    return await _decide(tx, kit, before, "exam_centre", decision, by, None)


async def _lock(tx: Transaction, kit: Kit, key: str, decision: Decision) -> Case | None:
    if decision.action == "approve":
        # Before the case: a feed that has the turn may be waiting for this very case.
        await register_store.take_turn(tx)
    return await store.lock(tx, kit.cipher, key)


async def _decide(
    tx: Transaction,
    kit: Kit,
    before: Case,
    side: case_workflow.Actor,
    decision: Decision,
    by: Actor,
    version: int | None,
) -> Case:
    action = decision.action
    if action in ("return", "refuse") and not decision.reasons:
        raise Refused(REASONS_REQUIRED)
    after = take_step(before, action, side, kit.moment(), decision.reasons)
    if version is not None and before.version != version:
        raise stale_version()
    upgrades = before.kind == "id_upgrade" and action == "approve"
    if upgrades:
        after = await _upgraded(tx, kit, after, decision.id_number)
    elif decision.id_number is not None:
        raise Refused(about(why.ID_NUMBER_UNASKED, "id_number"))
    await record(tx, kit, after, _CHANGES[action], by)
    if after.state == "approved":
        await apply_case(tx, kit, after, by)
    if after.state == "forwarded":
        files = await store.EVIDENCE.of(tx.connection, after.id)
        tx.emit(case_forwarded(kit.cipher, after, files))
    return after


async def _upgraded(tx: Transaction, kit: Kit, one: Case, id_number: str | None) -> Case:
    """The case with the ID number that the officer decided, and its gender and birth date."""
    faults = []
    person = None
    if id_number is None:
        faults.append(about(why.ID_NUMBER_NEEDED, "id_number"))
    else:
        try:
            person = parse_id_number(id_number, kit.clock.today())
        except IdentifierError as error:
            faults.append(error.about("id_number"))
    files = await store.EVIDENCE.of(tx.connection, one.id)
    needed = needed_evidence(kit.own.evidence_needed, one.kind, ())
    faults += missing_evidence(needed, (file["kind"] for file in files))
    if faults or person is None:
        raise Refused(*faults)
    asked = {
        "id_number": person.value,
        "gender": person.gender,
        "birth_date": person.birth_date.isoformat(),
    }
    return replace(one, asked=asked, person_key=kit.person_key(person.value))
