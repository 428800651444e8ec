"""The deciding authority decides a filing; an approval applies its effect in the same step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.web import stale_version
from zhiye_contracts.codes.grounds import told
from zhiye_contracts.identifiers import InstitutionNumber
from zhiye_contracts.reasons import Reason, Refused
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.changing import lock_institution
from zhiye_institutions.application.filing_access import facts_of, of_side
from zhiye_institutions.application.filing_effects import approve, fail_check
from zhiye_institutions.application.filing_recording import record
from zhiye_institutions.domain.filing import Filing, take_step
from zhiye_institutions.domain.filing_conditions import (
    MATERIAL_UNKNOWN,
    NUMBER_NOT_USED,
    number_refusals,
    refusals,
    unknown_materials,
    unseen,
)
from zhiye_institutions.domain.filing_reasons import FILING_REASONS
from zhiye_institutions.domain.filing_workflow import Action
from zhiye_institutions.kit import Kit


@dataclass(frozen=True, slots=True)
class Decision:
    action: Action
    reasons: Sequence[tuple[str, str]] = ()
    materials_seen: Sequence[str] = ()
    number: InstitutionNumber | None = None


async def decide_filing(
    tx: Transaction, kit: Kit, caller: Principal, key: str, version: int, decision: Decision
) -> Filing:
    """The filing after the authority's decision.

    Raises ``Refused``: 403 ``not_deciding_authority``; 404; 409 ``filing_<state>``,
    ``return_used_up``, ``institution_number_taken``; 412; 422 with every reason at once.
    """
    before = of_side(caller, await filings.lock(tx, key), "authority")
    if before.authority_id != caller.authority_id:
        raise refused(
            "not_deciding_authority",
            ("此申请由其他登记机关审批。", "Another authority decides this filing."),
            ("请联系该登记机关。", "Ask the deciding authority."),
            source="deck 3.3",
            status=403,
        )
    given = told(FILING_REASONS, decision.reasons, required=decision.action != "approve")
    after = take_step(
        before,
        decision.action,
        "authority",
        kit.clock.now(),
        kit.clock.today(),
        kit.days_of(before.row),
        given,
        returned_before=await filings.was_returned(tx, key),
    )
    if before.version != version:
        raise stale_version()
    row = await lock_institution(tx, before.institution_id)
    if reasons := _refusals(kit, before, row, decision):
        raise Refused(*reasons)
    after = replace(after, materials_seen=sorted(set(decision.materials_seen)))
    await record(tx, after, decision.action, caller, row["name"])
    if after.state == "approved":
        await approve(tx, kit, after, row, caller, decision.number)
    elif after.state == "refused" and after.kind == "periodic-check":
        await fail_check(tx, kit, after, row, caller)
    return after


def _refusals(kit: Kit, one: Filing, row: Any, decision: Decision) -> list[Reason]:
    category, licence = row["category"], one.kind == "practice-licence"
    found: list[Reason] = []
    if unknown_materials(one.row, category, decision.materials_seen):
        found.append(MATERIAL_UNKNOWN)
    if decision.number is not None and not (licence and decision.action == "approve"):
        found.append(NUMBER_NOT_USED)
    if decision.action == "approve":
        # Facts may have changed since it was submitted.
        found += refusals(one.row, facts_of(kit, one, row))
        found += unseen(one.row, category, decision.materials_seen)
        if licence:
            found += number_refusals(
                decision.number,
                region=row["region"],
                category=category,
                ownership=row["ownership"],
            )
    return found
