"""An institution drafts a filing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Reason, Refused
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.access import not_found
from zhiye_institutions.application.changing import lock_institution
from zhiye_institutions.application.filing_access import facts_of
from zhiye_institutions.application.filing_recording import announce
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_conditions import (
    MATERIAL_UNKNOWN,
    refusals,
    unknown_materials,
)
from zhiye_institutions.domain.filing_policy import MOST_A_DAY
from zhiye_institutions.kit import Kit

_NOT_NOW = frozenset({"filing_status"})
NOT_EVER = frozenset({"filing_field_not_used"})
"""Codes of what no draft may have, however incomplete it is."""


async def start_filing(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    kind: str,
    proposed: Mapping[str, Any],
    materials: Mapping[str, str],
) -> Filing:
    """The new draft.

    A draft may be incomplete, but not of a kind that the institution's status rules out. Raises
    ``Refused``: 404; 409 ``filing_status``, ``filing_open``; 422 with every reason at once; 429.
    """
    if caller.institution_id is None:
        raise not_found()
    row = await lock_institution(tx, caller.institution_id)
    now = kit.clock.now()
    await _few_today(tx, row["id"], now)
    one = Filing(
        id=new_id(),
        number=await filings.next_number(tx, kit.clock.today()),
        kind=kind,
        institution_id=row["id"],
        region=row["region"],
        state="draft",
        version=1,
        proposed=proposed,
        materials=materials,
        created_at=now,
        updated_at=now,
    )
    check_draft(kit, one, row, _NOT_NOW | NOT_EVER)
    if not await filings.add(tx, one):
        raise refused(
            "filing_open",
            (
                "本机构已有同类申请尚未办结。",
                "A filing of this kind is open already.",
            ),
            ("请继续办理或撤回该申请。", "Go on with it, or withdraw it."),
            field="kind",
            status=409,
        )
    await announce(tx, one, "draft", caller, row["name"])
    return one


async def _few_today(tx: Transaction, institution_id: str, now: datetime) -> None:
    """Each step of each filing sends an SMS: nobody begins and withdraws them without end."""
    begun = await filings.begun_since(tx, institution_id, now - timedelta(days=1), MOST_A_DAY)
    if len(begun) < MOST_A_DAY:
        return
    raise refused(
        "filings_too_many",
        (
            f"本机构一日内已新建{MOST_A_DAY}件申请。",
            f"{MOST_A_DAY} filings were begun within a day.",
        ),
        ("请修改已有的申请，或明日再试。", "Revise those that are open, or wait a day."),
        status=429,
        retry_after=max(1, int((begun[-1] + timedelta(days=1) - now).total_seconds())),
    )


def check_draft(kit: Kit, one: Filing, row: Any, codes: frozenset[str]) -> None:
    """Of all that a submission is refused for, what no draft may have."""
    reasons: list[Reason] = [
        reason for reason in refusals(one.row, facts_of(kit, one, row)) if reason.code in codes
    ]
    if unknown_materials(one.row, row["category"], list(one.materials)):
        reasons.append(MATERIAL_UNKNOWN)
    if reasons:
        conflict = all(reason.code in _NOT_NOW for reason in reasons)
        raise Refused(*reasons, status=409 if conflict else 422)
