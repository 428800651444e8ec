"""Translation of penalties and duties into the events that others read."""

from __future__ import annotations

from collections.abc import Iterable

from zhiye_contracts.events import DutyChanged, PenaltyRecorded
from zhiye_registration.domain.duty import Change, Duty
from zhiye_registration.domain.filing import Filing
from zhiye_registration.domain.penalty import Penalty
from zhiye_registration.domain.registration import Registration


def penalty_recorded(
    one: Penalty, held: Iterable[Registration], filed: Iterable[Filing]
) -> PenaltyRecorded:
    """``held`` are the registrations, and ``filed`` the filings, whose institutions and
    authorities have to know."""
    held, filed = list(held), list(filed)
    main = {registration.institution_id for registration in held}
    told = [r.authority_id for r in held] + [f.authority_id for f in filed]
    return PenaltyRecorded(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        change="recorded" if one.rescinded_on is None else "rescinded",
        profession="physician" if one.profession == "physician" else "nurse",
        person_key=one.person_key,
        name=one.name,
        kind=one.kind,
        decided_on=one.decided_on,
        ends_on=one.ends_on,
        deciding_body=one.deciding_body,
        document_number=one.document_number,
        reported_by_id=one.reported_by_id,
        reported_by_name=one.reported_by_name,
        main_institution_ids=sorted(main),
        filed_institution_ids=sorted({filing.institution_id for filing in filed} - main),
        authority_ids=sorted({key for key in told if key}),
        rescinded_on=one.rescinded_on,
    )


def duty_changed(one: Duty, change: Change, name: str) -> DutyChanged:
    """``name`` is the person's."""
    return DutyChanged(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        change=change,
        state=one.state,
        kind=one.kind,
        cause=one.cause,
        ground=one.ground,
        business_type=one.business_type,
        profession="physician" if one.profession == "physician" else "nurse",
        person_key=one.person_key,
        name=name,
        registration_id=one.registration_id,
        institution_id=one.institution_id,
        institution_name=one.institution_name,
        authority_id=one.authority_id,
        authority_name=one.authority_name,
        due_on=one.due_on,
    )
