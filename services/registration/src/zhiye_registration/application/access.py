"""Who may see an application; what is not theirs looks as if it did not exist."""

from __future__ import annotations

from typing import Literal

from zhiye_chassis import texts
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.workflow import WITH_APPLICANT


def not_found() -> Refused:
    return Refused(texts.of_status(404), status=404)


Side = Literal["applicant", "subject", "origin", "institution", "authority"]
"""``subject`` is the person about whom others filed: may see everything, do nothing."""


def side_of(caller: Principal, one: Application) -> Side | None:
    """The side the caller is on; ``None`` if the application is none of their business.

    The applicant is known by the ID number's blind index and not by the account, so that a
    revoked account's applications are found again; an account that is not active, whose holder
    nobody has seen yet, has its own only. Reviewers see nothing before the first submission; an
    authority sees its whole region.
    """
    if caller.role == "practitioner":
        return _of_person(caller, one)
    if caller.role == "institution" and caller.institution_id == one.institution_id:
        if one.source == "institution":
            return "applicant"
        return "institution" if one.submitted_at else None
    acts_itself = caller.role == "authority" and caller.authority_id == one.authority_id
    if one.source == "authority" and one.state in WITH_APPLICANT and acts_itself:
        return "applicant"
    if one.submitted_at is None:
        return None
    if caller.role == "institution":
        here = caller.institution_id
        return "origin" if here is not None and here == one.origin_institution_id else None
    if caller.role == "authority":
        mine = caller.authority_id is not None and caller.authority_id == one.authority_id
        inside = divisions.is_within(one.region, caller.region or "")
        return "authority" if mine or inside else None
    return None


def _of_person(caller: Principal, one: Application) -> Side | None:
    if caller.person_key != one.person_key:
        return None
    if one.source != "person":
        return "subject" if one.submitted_at and caller.active else None
    return "applicant" if caller.active or caller.account_id == one.account_id else None


def of_side(caller: Principal, one: Application | None, *sides: Side) -> Application:
    """The application, if the caller is on one of these sides of it; else 404."""
    if one is None or side_of(caller, one) not in sides:
        raise not_found()
    return one
