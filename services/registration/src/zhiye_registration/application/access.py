"""Who may see an application; what is not theirs looks as if it did not exist."""

from __future__ import annotations

from zhiye_chassis import texts
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.workflow import Actor


def not_found() -> Refused:
    return Refused(texts.of_status(404), status=404)


def side_of(caller: Principal, one: Application) -> Actor | None:
    """The side the caller is on; ``None`` if the application is none of their business.

    The applicant is known by the ID number's blind index and not by the account, so that a
    revoked account's applications are found again. Institution and authority see nothing before
    the first submission; an authority sees its whole region.
    """
    if caller.role == "practitioner":
        return "applicant" if caller.person_key == one.person_key else None
    if one.submitted_at is None:
        return None
    if caller.role == "institution":
        return "institution" if caller.institution_id == one.institution_id else None
    if caller.role == "authority":
        mine = caller.authority_id is not None and caller.authority_id == one.authority_id
        inside = divisions.is_within(one.region, caller.region or "")
        return "authority" if mine or inside else None
    return None


def of_side(caller: Principal, one: Application | None, side: Actor) -> Application:
    """The application, if the caller is on that side of it; else 404."""
    if one is None or side_of(caller, one) != side:
        raise not_found()
    return one
