"""Which applications are on whose list, in pieces that one index each gives in order (deck 7)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, literal_column, not_, or_

from zhiye_chassis.security import Principal
from zhiye_contracts.codes import divisions
from zhiye_registration.adapters.regions import within
from zhiye_registration.adapters.tables import application
from zhiye_registration.domain.application_list import ListName
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import AWAITING, CLOSED, WITH_APPLICANT, State

Pieces = list[tuple[Sequence[State], ColumnElement[bool]]]
"""Conditions, each with the states in which it has any."""

_a = application.c
_LISTED_UNASKED = [row.slug for row in BUSINESS_TYPES.values() if row.listed_unasked]
_SUBMITTED = _a.submitted_at.is_not(None)
_FILED = _a.source == "institution"
_BY_OTHERS = _a.source != "person"
_KNOWN = or_(_a.institution_reviewed_at.is_not(None), _FILED, _a.business_type.in_(_LISTED_UNASKED))
"""An institution's list shows its own people's business and what it filed; a stranger's
application appears once it was found by ID number and reviewed."""
_WITH_ORIGIN: tuple[State, ...] = ("awaiting_origin", "awaiting_confirmation")
_TO_REVIEW: tuple[State, ...] = ("awaiting_institution",)
_TO_DECIDE: tuple[State, ...] = ("awaiting_authority",)
_FOR_AUTHORITY: dict[ListName, tuple[State, ...]] = {
    "waiting_for_me": _TO_DECIDE,
    "in_progress": (*AWAITING, "returned"),
    "completed": CLOSED,
}


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
        *_in_states(
            and_(_a.institution_id == caller.institution_id, _KNOWN, not_(_FILED)), _TO_REVIEW
        ),
        *_in_states(_from_here(caller), _WITH_ORIGIN),
    ]


def of_one_person(caller: Principal, person_key: str) -> ColumnElement[bool]:
    """The applications of somebody whose full ID number the caller knows: to an institution also
    a stranger's who wants to join it, to an authority those of its region."""
    if caller.role == "authority":
        own = and_(_a.source == "authority", _a.authority_id == caller.authority_id)
        mine = or_(_a.authority_id == caller.authority_id, within(_a.region, caller.region))
        return and_(_a.person_key == person_key, mine, or_(_SUBMITTED, own))
    here = and_(_a.institution_id == caller.institution_id, or_(_SUBMITTED, _FILED))
    return and_(_a.person_key == person_key, or_(here, _from_here(caller)))


def _of_person(caller: Principal, name: ListName) -> Pieces:
    """Own applications, and what others filed about oneself: that is not one's turn.

    Whoever has an account that is not active sees only what was applied for with it.
    """
    turns = _turns(name)
    mine = and_(_a.person_key == caller.person_key, not_(_BY_OTHERS), _state_in(turns))
    if not caller.active:
        return [(turns, and_(mine, _a.account_id == caller.account_id))]
    filed = and_(_a.person_key == caller.person_key, _BY_OTHERS, _SUBMITTED)
    if name == "completed":
        return [(turns, or_(mine, and_(filed, _state_in(CLOSED))))]
    if name == "in_progress":
        under_way: tuple[State, ...] = (*AWAITING, "returned")
        return [(under_way, or_(mine, and_(filed, _state_in(under_way))))]
    return [(turns, mine)]


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
            *_in_states(and_(here, not_(_FILED)), ("returned",)),
            *_in_states(here, ("awaiting_authority", "awaiting_confirmation")),
            *_in_states(
                _from_here(caller), ("returned", "awaiting_institution", "awaiting_authority")
            ),
        ]
    return [
        *_in_states(here, CLOSED, or_(_SUBMITTED, _FILED)),
        *_in_states(_from_here(caller), CLOSED),
    ]


def _from_here(caller: Principal) -> ColumnElement[bool]:
    """Applications of people who leave this military institution: its own, so shown unasked."""
    return and_(_a.origin_institution_id == caller.institution_id, _SUBMITTED)


def _of_authority(caller: Principal, name: ListName) -> Pieces:
    """What it decides, and what its region has: a county, or the nation. Of a region between, see
    ``spread``."""
    mine = _a.authority_id == caller.authority_id
    if name == "waiting_for_me":
        own = and_(mine, _a.source == "authority")
        return [*_in_states(mine, _TO_DECIDE), *_in_states(own, WITH_APPLICANT)]
    others = with_others(caller)
    pieces = _in_states(mine, _FOR_AUTHORITY[name], returned=others)
    if caller.region is not None and not _between(caller.region):
        pieces += _in_states(_inside(caller.region), _FOR_AUTHORITY[name], returned=others)
    return pieces


def with_others(caller: Principal) -> ColumnElement[bool]:
    """What an authority that acts by itself has to correct waits for it, and is under way with
    nobody."""
    return not_(
        and_(
            _a.source == "authority",
            _a.authority_id == caller.authority_id,
            _a.state == literal_column("'returned'"),
        )
    )


def spread(caller: Principal, name: ListName) -> Sequence[State]:
    """The states that a list has of a city's or a province's own region, for which no index has an
    order: it has one of each county."""
    if caller.role != "authority" or name == "waiting_for_me" or caller.region is None:
        return ()
    return _FOR_AUTHORITY[name] if _between(caller.region) else ()


def in_progress_apart(caller: Principal) -> Pieces:
    """What is in progress, in pieces that have nothing in common: to be counted."""
    if caller.role != "authority":
        return pieces_of(caller, "in_progress")
    inside, states = _inside(caller.region), _FOR_AUTHORITY["in_progress"]
    others = with_others(caller)
    mine = and_(_a.authority_id == caller.authority_id, not_(inside))
    return [
        *_in_states(mine, states, returned=others),
        *_in_states(inside, states, returned=others),
    ]


def _between(region: str) -> bool:
    return region.endswith("00") and region != divisions.NATION


def _inside(region: str | None) -> ColumnElement[bool]:
    if region is not None and not region.endswith("00"):
        return _a.region == region
    return within(_a.region, region)


def _in_states(
    whose: ColumnElement[bool],
    states: Sequence[State],
    withdrawn: ColumnElement[bool] = _SUBMITTED,
    returned: ColumnElement[bool] | None = None,
) -> Pieces:
    """What was withdrawn may never have been submitted; on others' lists it is only if it was.
    ``returned`` narrows what is to be corrected.

    Literals: a plan for any state takes a rare one for a frequent one and reads everything.
    """
    return [
        (
            (state,),
            and_(
                whose,
                _a.state == literal_column(f"'{state}'"),
                *([withdrawn] if state == "withdrawn" else ()),
                *([returned] if state == "returned" and returned is not None else ()),
            ),
        )
        for state in states
    ]


def _state_in(states: Sequence[State]) -> ColumnElement[bool]:
    return _a.state.in_(states)
