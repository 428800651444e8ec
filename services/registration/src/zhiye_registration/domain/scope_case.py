"""A scope case (执业范围协商): two provinces settle scopes that the new one does not offer (Q49).

Within a province the old scopes stay (默认现实). Across provinces the authority that registered the
physician and the one that is to decide agree on scopes, or state that they do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.domain import scope_case_reasons as why
from zhiye_registration.domain.application import Moment
from zhiye_registration.domain.scopes import Catalogue

State = Literal["open", "settled", "not_agreed", "closed"]
Side = Literal["from", "to"]
Action = Literal["propose", "agree", "disagree"]

STATES: dict[State, Text] = {
    "open": Text("协商中", "being settled"),
    "settled": Text("已协商一致", "settled"),
    "not_agreed": Text("未协商一致", "not agreed"),
    "closed": Text("申请已办结，协商终止", "over with the application"),
}
SIDES: dict[Side, Text] = {
    "from": Text("变更出省份", "the province left or kept"),
    "to": Text("变更入省份", "the province applied for"),
}
CHANGES: dict[str, Text] = {
    "opened": Text("启动协商", "opened"),
    "reopened": Text("重新启动协商", "opened again"),
    "proposed": Text("提出方案", "proposed"),
    "agreed": Text("同意方案", "agreed"),
    "disagreed": Text("不能协商一致", "stated that there is no agreement"),
    "readdressed": Text("变更承办机关", "goes on with another authority"),
    "closed": Text("申请已办结，协商终止", "over with the application"),
}
"""Every entry that a timeline can have."""
_PLACES = (
    "from_registration_id",
    "from_region",
    "from_institution_id",
    "from_authority_id",
    "from_authority_name",
    "to_region",
    "to_authority_id",
    "to_authority_name",
)


@dataclass(frozen=True, slots=True)
class ScopeCase:
    """One case as it stands after ``version`` steps.

    ``scopes`` are those registered so far; ``proposed_scopes`` the proposal on the table, and
    ``proposed_by`` whose it is. ``deadline`` is the last working day to settle it.
    """

    id: str
    number: str
    application_id: str
    state: State
    version: int
    category: str
    scopes: Sequence[str]
    from_registration_id: str
    from_region: str
    from_institution_id: str
    from_authority_id: str | None
    from_authority_name: str | None
    to_region: str
    to_authority_id: str | None
    to_authority_name: str | None
    opened_on: date
    deadline: date
    updated_at: datetime
    proposed_scopes: Sequence[str] | None = None
    proposed_by: Side | None = None
    proposal_note: str = ""
    agreed_scopes: Sequence[str] | None = None
    reasons: Sequence[Mapping[str, str]] = ()

    @property
    def from_province(self) -> str:
        return self.from_region[:2]

    @property
    def to_province(self) -> str:
        return self.to_region[:2]

    @property
    def keeps_scopes(self) -> bool:
        """Whether the proposal is to keep the old scopes, as an exception."""
        return self.proposed_scopes is not None and list(self.proposed_scopes) == list(self.scopes)


def is_needed(
    from_region: str, to_region: str, category: str, scopes: Sequence[str], to: Catalogue
) -> bool:
    """Whether two provinces have something to settle: inside one the old scopes stay, and so they
    do where the other province has them all, even if it gives fewer to one physician."""
    return from_region[:2] != to_region[:2] and not to.has(category, scopes)


def propose(
    case: ScopeCase,
    side: Side,
    scopes: Sequence[str] | None,
    note: str,
    catalogue: Catalogue,
    at: Moment,
) -> ScopeCase:
    """The case with a proposal, or a counter-proposal, of one side: scopes of the new province's
    catalogue in the same category, or, without any, the old ones as an exception there.

    Raises ``Refused``: 409 ``scope_case_<state>``, ``proposal_on_the_table``; 422 for scopes that
    the province does not offer.
    """
    _check_open(case)
    wanted = tuple(sorted(scopes)) if scopes is not None else tuple(case.scopes)
    if list(wanted) != list(case.scopes):
        faults = catalogue.faults(case.category, wanted)
        if faults:
            raise Refused(*faults)
    if case.proposed_scopes is not None and list(wanted) == list(case.proposed_scopes):
        raise Refused(why.OWN_ON_TABLE if case.proposed_by == side else why.ON_TABLE, status=409)
    return replace(
        case,
        version=case.version + 1,
        proposed_scopes=wanted,
        proposed_by=side,
        proposal_note=note,
        updated_at=at.now,
    )


def agree(case: ScopeCase, side: Side, at: Moment) -> ScopeCase:
    """The case settled as the other side proposed.

    Raises ``Refused`` (409): ``scope_case_<state>``, ``no_proposal``, ``own_proposal``.
    """
    _check_open(case)
    if case.proposed_scopes is None:
        raise Refused(why.NO_PROPOSAL, status=409)
    if case.proposed_by == side:
        raise Refused(why.OWN_PROPOSAL, status=409)
    return replace(
        case,
        state="settled",
        version=case.version + 1,
        agreed_scopes=tuple(case.proposed_scopes),
        updated_at=at.now,
    )


def disagree(
    case: ScopeCase, side: Side, reasons: Sequence[Mapping[str, str]], at: Moment
) -> ScopeCase:
    """The case not agreed: by the side to which something was proposed, or, after the deadline,
    by either.

    Raises ``Refused`` (409): ``scope_case_<state>``, ``nothing_to_disagree_with``.
    """
    _check_open(case)
    if not _may_disagree(case, side, at):
        raise Refused(why.NOTHING_TO_DISAGREE, status=409)
    return replace(
        case,
        state="not_agreed",
        version=case.version + 1,
        reasons=tuple(reasons),
        updated_at=at.now,
    )


def close(case: ScopeCase, now: datetime) -> ScopeCase | None:
    """The case when its application is over; ``None`` if it had come to an end before."""
    if case.state != "open":
        return None
    return replace(case, state="closed", version=case.version + 1, updated_at=now)


def taken_up_again(case: ScopeCase, now: ScopeCase) -> tuple[ScopeCase, str] | None:
    """What becomes of a case when its application is submitted again, and how that is called in
    the timeline; ``now`` is the case as it would be opened today. ``None`` when it goes on, or is
    settled, about the very same.

    What only changed its place in a province is ``readdressed`` and goes on where it stands.
    """
    same = (case.category, list(case.scopes), case.from_province, case.to_province) == (
        now.category,
        list(now.scopes),
        now.from_province,
        now.to_province,
    )
    if not same or case.state in ("not_agreed", "closed"):
        kept = replace(now, id=case.id, number=case.number, version=case.version + 1)
        return kept, "reopened"
    places: dict[str, Any] = {name: getattr(now, name) for name in _PLACES}
    if all(getattr(case, name) == value for name, value in places.items()):
        return None
    moved = replace(case, **places, version=case.version + 1, updated_at=now.updated_at)
    return moved, "readdressed"


def actions(case: ScopeCase, side: Side | None, at: Moment) -> list[Action]:
    """What a side may do now."""
    if side is None or case.state != "open":
        return []
    found: list[Action] = ["propose"]
    if case.proposed_by not in (None, side):
        found.append("agree")
    if _may_disagree(case, side, at):
        found.append("disagree")
    return found


def _may_disagree(case: ScopeCase, side: Side, at: Moment) -> bool:
    return case.proposed_by not in (None, side) or at.today > case.deadline


def _check_open(case: ScopeCase) -> None:
    if case.state != "open":
        raise Refused(
            Reason(
                f"scope_case_{case.state}",
                Text(
                    f"协商当前状态为“{STATES[case.state].zh}”，不能再处理。",
                    f"The case is {STATES[case.state].en}; nothing can be done with it any more.",
                ),
                Text(
                    "请查看所属业务申请；申请重新提交时会重新启动协商。",
                    "See the application; if it is submitted again, a new round begins.",
                ),
                source=why.SOURCE,
            ),
            status=409,
        )
