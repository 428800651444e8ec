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
DISAGREEMENT_REASONS: dict[str, Text] = {
    "no_matching_scope": Text(
        "本省没有与原执业范围相当的执业范围", "the province has no scope that matches"
    ),
    "no_exception": Text(
        "不符合例外保留原执业范围的条件", "the conditions of an exception are not met"
    ),
    "training_missing": Text(
        "缺少拟调整执业范围的培训或考核证明", "no proof of training for the scope proposed"
    ),
    "no_answer": Text("对方逾期未答复", "the other side did not answer in time"),
    "other": Text("其他", "other"),
}
_SOURCE = "Q49"


@dataclass(frozen=True, slots=True)
class ScopeCase:
    """One case as it stands after ``version`` steps.

    ``scopes`` are those registered so far; ``proposed_scopes`` the proposal on the table, and
    ``proposed_by`` whose it is. ``deadline`` is the last working day to settle it. The name and
    the account are the applicant's.
    """

    id: str
    number: str
    application_id: str
    application_number: str
    business_type: str
    account_id: str
    person_key: str
    name: str
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
    to_institution_id: str
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
        return self.proposed_scopes is not None and self.proposed_scopes == self.scopes


def is_needed(
    from_region: str, to_region: str, category: str, scopes: Sequence[str], to: Catalogue
) -> bool:
    """Whether two provinces have something to settle: inside one the old scopes stay."""
    return from_region[:2] != to_region[:2] and not to.offers(category, scopes)


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
        raise Refused(OWN_ON_TABLE if case.proposed_by == side else ON_TABLE, status=409)
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
        raise Refused(NO_PROPOSAL, status=409)
    if case.proposed_by == side:
        raise Refused(OWN_PROPOSAL, status=409)
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
        raise Refused(NOTHING_TO_DISAGREE, status=409)
    return replace(
        case,
        state="not_agreed",
        version=case.version + 1,
        reasons=tuple(reasons),
        updated_at=at.now,
    )


def close(case: ScopeCase, at: Moment) -> ScopeCase | None:
    """The case when its application is over; ``None`` if it had come to an end before."""
    if case.state != "open":
        return None
    return replace(case, state="closed", version=case.version + 1, updated_at=at.now)


def taken_up_again(case: ScopeCase, now: ScopeCase) -> ScopeCase | None:
    """What becomes of a case when its application is submitted again: ``now`` is the case as it
    would be opened today. ``None`` when it goes on, or is settled, about the very same.

    What another authority is to decide goes on where it stands.
    """
    same = (
        list(case.scopes) == list(now.scopes)
        and case.category == now.category
        and case.from_province == now.from_province
        and case.to_province == now.to_province
    )
    if not same or case.state in ("not_agreed", "closed"):
        return replace(now, id=case.id, number=case.number, version=case.version + 1)
    places: dict[str, Any] = {
        name: getattr(now, name)
        for name in (
            "from_registration_id",
            "from_region",
            "from_institution_id",
            "from_authority_id",
            "from_authority_name",
            "to_region",
            "to_institution_id",
            "to_authority_id",
            "to_authority_name",
        )
    }
    if all(getattr(case, name) == value for name, value in places.items()):
        return None
    return replace(case, **places, version=case.version + 1, updated_at=now.updated_at)


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
                source=_SOURCE,
            ),
            status=409,
        )


ON_TABLE = Reason(
    "proposal_on_the_table",
    Text("对方已经提出了相同的方案。", "The other side has proposed the very same."),
    Text("请直接同意对方的方案，或提出其他方案。", "Agree to it, or propose something else."),
    "scopes",
    _SOURCE,
)
OWN_ON_TABLE = Reason(
    "proposal_on_the_table",
    Text("本方已经提出了相同的方案。", "You have proposed the very same already."),
    Text("请等待对方答复，或提出其他方案。", "Wait for the answer, or propose something else."),
    "scopes",
    _SOURCE,
)
NO_PROPOSAL = Reason(
    "no_proposal",
    Text("双方都还没有提出方案。", "Nobody has proposed anything yet."),
    Text("请先提出方案。", "Make a proposal."),
    source=_SOURCE,
)
OWN_PROPOSAL = Reason(
    "own_proposal",
    Text("这是本方提出的方案，应由对方答复。", "It is your own proposal; the other side answers."),
    Text("请等待对方答复，或提出其他方案。", "Wait for the answer, or propose something else."),
    source=_SOURCE,
)
NOTHING_TO_DISAGREE = Reason(
    "nothing_to_disagree_with",
    Text(
        "对方尚未提出方案，且未超过协商期限，不能认定协商不成。",
        "The other side has proposed nothing, and there is time left.",
    ),
    Text(
        "请先提出本方方案；对方逾期未答复的，可以认定协商不成。",
        "Propose something; if there is no answer by the deadline, you can state that there is no"
        " agreement.",
    ),
    source=_SOURCE,
)
