"""Whoever filed a case, or the person it is about, withdraws it until it is decided."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import actor_of
from zhiye_qualifications.adapters import cases as store
from zhiye_qualifications.application.case_access import of_side, organisation_of
from zhiye_qualifications.application.case_recording import record
from zhiye_qualifications.domain.cases import Case, take_step
from zhiye_qualifications.kit import Kit


async def withdraw_case(tx: Transaction, kit: Kit, caller: Principal, key: str) -> Case:
    """The withdrawn case. Raises ``Refused``: 404, 409 ``case_<state>``."""
    before = of_side(caller, await store.lock(tx, kit.cipher, key), "applicant")
    after = take_step(before, "withdraw", "applicant", kit.moment())
    await record(tx, kit, after, "withdrawn", actor_of(caller, organisation_of(caller)))
    return after
