"""Translation of what becomes of scope cases into the event that others read."""

from __future__ import annotations

from zhiye_contracts.events import ScopeCaseChanged, told_reasons
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.scope_case import ScopeCase, Side
from zhiye_registration.domain.scope_case_reasons import DISAGREEMENT_REASONS


def scope_case_changed(
    one: ScopeCase, about: Application, change: str, by: Side | None
) -> ScopeCaseChanged:
    return ScopeCaseChanged(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        number=one.number,
        application_id=one.application_id,
        application_number=about.number,
        business_type=about.business_type,
        change=change,
        state=one.state,
        account_id=about.account_id,
        person_key=about.person_key,
        category=one.category,
        scopes=list(one.scopes),
        proposed_scopes=None if one.proposed_scopes is None else list(one.proposed_scopes),
        agreed_scopes=None if one.agreed_scopes is None else list(one.agreed_scopes),
        from_province=one.from_province,
        from_authority_id=one.from_authority_id,
        from_authority_name=one.from_authority_name,
        to_province=one.to_province,
        to_authority_id=one.to_authority_id,
        to_authority_name=one.to_authority_name,
        by=by,
        reasons=told_reasons(DISAGREEMENT_REASONS, one.reasons),
        deadline=one.deadline if one.state == "open" else None,
    )
