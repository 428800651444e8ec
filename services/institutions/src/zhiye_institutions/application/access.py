"""Whose institutions and regions are whose."""

from __future__ import annotations

from zhiye_chassis import texts
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Reason, Refused, Text

REGION_NOT_YOURS = Reason(
    "region_not_yours",
    Text("该行政区划不在您的管辖范围内。", "This region is not inside yours."),
    Text("请由当地或其上级主管部门办理。", "Ask the authority of that region, or one above it."),
    field="region",
)
INSTITUTION_NOT_YOURS = Reason(
    "institution_not_yours",
    Text(
        "该机构既不是您的机构，也不在您的管辖范围内。",
        "This institution is neither yours nor inside your region.",
    ),
    Text(
        "请用该机构的账户或其主管部门的账户办理。",
        "Use the account of the institution or of an authority over its region.",
    ),
)


def not_found() -> Refused:
    """404: what is none of the caller's business looks as if it did not exist."""
    return Refused(texts.of_status(404), status=404)


def is_over(caller: Principal, region: str) -> bool:
    """Whether the caller is an authority whose region contains this one."""
    return (
        caller.role == "authority"
        and caller.region is not None
        and divisions.is_within(region, caller.region)
    )


def require_over(caller: Principal, region: str) -> None:
    """The operator, or an authority over the region; else ``Refused`` (403)."""
    if caller.role != "operator" and not is_over(caller, region):
        raise Refused(REGION_NOT_YOURS, status=403)


def require_own(caller: Principal, institution_id: str, region: str) -> None:
    """The institution's own account, or an authority over its region; else ``Refused`` (403).

    Not a 404: institutions are public, so hiding one would only confuse.
    """
    if caller.role == "institution" and caller.institution_id == institution_id:
        return
    if not is_over(caller, region):
        raise Refused(INSTITUTION_NOT_YOURS, status=403)
