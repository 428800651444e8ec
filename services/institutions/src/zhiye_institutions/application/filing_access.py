"""Who may see a filing; what is not theirs looks as if it did not exist."""

from __future__ import annotations

from sqlalchemy import RowMapping

from zhiye_chassis.security import Principal
from zhiye_institutions.application.access import is_over, not_found
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_conditions import Facts
from zhiye_institutions.domain.filing_policy import OF_RECORD
from zhiye_institutions.domain.filing_workflow import Actor
from zhiye_institutions.kit import Kit


def side_of(caller: Principal, one: Filing) -> Actor | None:
    """The side the caller is on; ``None`` if the filing is none of their business.

    An authority sees nothing before the first submission, then what is addressed to it and what
    is inside its region.
    """
    if caller.role == "institution":
        return "institution" if caller.institution_id == one.institution_id else None
    if caller.role == "authority" and one.submitted_at is not None:
        addressed = caller.authority_id is not None and caller.authority_id == one.authority_id
        return "authority" if addressed or is_over(caller, one.region) else None
    return None


def of_side(caller: Principal, one: Filing | None, side: Actor) -> Filing:
    """The filing, if the caller is on that side of it; else ``Refused`` (404)."""
    if one is None or side_of(caller, one) != side:
        raise not_found()
    return one


def facts_of(kit: Kit, one: Filing, row: RowMapping) -> Facts:
    """What is known now about a filing and its institution, a row of the table."""
    return Facts(
        today=kit.clock.today(),
        status=row["status"],
        category=row["category"],
        current={name: row[name] for name in OF_RECORD},
        proposed=one.proposed,
        materials=one.materials,
        authority=(one.authority_id or row["default_authority_id"]) is not None,
    )
