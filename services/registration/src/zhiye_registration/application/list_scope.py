"""Which applications are on whose list, in pieces that one index each gives in order (deck 7)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, not_, or_

from zhiye_chassis.security import Principal
from zhiye_registration.adapters.regions import within
from zhiye_registration.adapters.tables import application
from zhiye_registration.domain.application_list import ListName
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import AWAITING, CLOSED, OPEN, WITH_APPLICANT, State

Pieces = list[ColumnElement[bool]]

_a = application.c
_LISTED_UNASKED = [row.slug for row in BUSINESS_TYPES.values() if row.listed_unasked]
_SUBMITTED = _a.submitted_at.is_not(None)
_FILED = _a.source == "institution"
_KNOWN = or_(_a.institution_reviewed_at.is_not(None), _FILED, _a.business_type.in_(_LISTED_UNASKED))
"""An institution's list shows its own people's business and what it filed; a stranger's
application appears once it was found by ID number and reviewed."""
_WITH_ORIGIN: tuple[State, ...] = ("awaiting_origin", "awaiting_confirmation")
_TO_DECIDE: tuple[State, ...] = ("awaiting_authority",)


def pieces_of(caller: Principal, name: ListName) -> Pieces:
    """Conditions which together are a list; one application may meet several of them."""
    if caller.role == "practitioner":
        return _of_person(caller, name)
    if caller.role == "institution":
        return _of_institution(caller, name)
    return _of_authority(caller, name)


def reviewable(caller: Principal) -> Pieces:
    """What waits for the caller's own review or decision, and is on a list of theirs."""
    if caller.role == "authority":
        return _in_states(_a.authority_id == caller.authority_id, _TO_DECIDE)
    return [
        and_(
            _a.institution_id == caller.institution_id,
            _KNOWN,
            not_(_FILED),
            _a.state == "awaiting_institution",
        ),
        *_in_states(_from_here(caller), _WITH_ORIGIN),
    ]


def of_one_person(caller: Principal, person_key: str) -> ColumnElement[bool]:
    """The applications of somebody whose full ID number the caller knows: to an institution also
    a stranger's who wants to join it, to an authority those of its region."""
    if caller.role == "authority":
        mine = or_(_a.authority_id == caller.authority_id, within(_a.region, caller.region))
        return and_(_a.person_key == person_key, mine, _SUBMITTED)
    here = and_(_a.institution_id == caller.institution_id, or_(_SUBMITTED, _FILED))
    return and_(_a.person_key == person_key, or_(here, _from_here(caller)))


def _of_person(caller: Principal, name: ListName) -> Pieces:
    """Own applications, and what an institution filed about oneself: that is not one's turn.

    Whoever has an account that is not active sees only what was applied for with it.
    """
    mine = and_(_a.person_key == caller.person_key, not_(_FILED))
    if not caller.active:
        return [and_(mine, _a.account_id == caller.account_id, _state_in(_turns(name)))]
    about = and_(_a.person_key == caller.person_key, _FILED, _SUBMITTED)
    if name == "in_progress":
        about = and_(about, _state_in((*AWAITING, "returned")))
    else:
        about = and_(about, _state_in(CLOSED if name == "completed" else ()))
    return [or_(and_(mine, _state_in(_turns(name))), about)]


def _turns(name: ListName) -> Sequence[State]:
    if name == "waiting_for_me":
        return WITH_APPLICANT
    return AWAITING if name == "in_progress" else CLOSED


def _of_institution(caller: Principal, name: ListName) -> Pieces:
    here = and_(_a.institution_id == caller.institution_id, _KNOWN)
    own = and_(_a.institution_id == caller.institution_id, _FILED)
    if name == "waiting_for_me":
        return [*reviewable(caller), *_in_states(own, WITH_APPLICANT)]
    if name == "in_progress":
        return [
            and_(here, not_(_FILED), _a.state == "returned"),
            *_in_states(here, ("awaiting_authority", "awaiting_confirmation")),
            *_in_states(
                _from_here(caller), ("returned", "awaiting_institution", "awaiting_authority")
            ),
        ]
    over = and_(here, or_(_SUBMITTED, _FILED))
    return [*_in_states(over, CLOSED), *_in_states(_from_here(caller), CLOSED)]


def _from_here(caller: Principal) -> ColumnElement[bool]:
    """Applications of people who leave this military institution: its own, so shown unasked."""
    return and_(_a.origin_institution_id == caller.institution_id, _SUBMITTED)


def _of_authority(caller: Principal, name: ListName) -> Pieces:
    mine = _a.authority_id == caller.authority_id
    if name == "waiting_for_me":
        return _in_states(mine, _TO_DECIDE)
    states: Sequence[State] = [s for s in OPEN if s != "draft"]
    if name == "completed":
        states = CLOSED
    inside = within(_a.region, caller.region)
    return _in_states(and_(mine, _SUBMITTED), states) + _in_states(and_(inside, _SUBMITTED), states)


def _in_states(whose: ColumnElement[bool], states: Sequence[State]) -> Pieces:
    return [and_(whose, _a.state == state) for state in states]


def _state_in(states: Sequence[State]) -> ColumnElement[bool]:
    return _a.state.in_(states)
