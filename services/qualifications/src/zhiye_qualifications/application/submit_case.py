"""Whoever filed a case submits it, or submits again what was returned."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import of_side, organisation_of
from zhiye_qualifications.application.case_recording import record
from zhiye_qualifications.domain.cases import Case, take_step
from zhiye_qualifications.domain.corrections import missing_evidence, needed_evidence
from zhiye_qualifications.kit import Kit


async def submit_case(tx: Transaction, kit: Kit, caller: Principal, key: str) -> Case:
    """The case, awaiting the province. Raises ``Refused``: 404, 409 ``case_<state>``, 422 with
    each kind of evidence that is missing (Q46)."""
    before = of_side(caller, await store.lock(tx, kit.cipher, key), "applicant")
    after = take_step(before, "submit", "applicant", kit.moment())
    files = await store.EVIDENCE.of(tx.connection, key)
    needed = needed_evidence(kit.own.evidence_needed, before.kind, before.asked)
    if missing := missing_evidence(needed, (file["kind"] for file in files)):
        raise Refused(*missing)
    change = "resubmitted" if before.state == "returned" else "submitted"
    await record(tx, kit, after, change, actor_of(caller, organisation_of(caller)))
    return after
