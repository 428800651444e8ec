"""Translation of what happened here into the events that others read."""

from __future__ import annotations

from zhiye_contracts.events import ApplicationChanged, RegistrationChanged, told_reasons
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration
from zhiye_registration.domain.review_reasons import REVIEW_REASONS

_WITH_GROUND = ("cancel", "file_off_post")


def application_changed(one: Application, change: str) -> ApplicationChanged:
    waits_for = {
        "awaiting_origin": (one.origin_institution_id, one.origin_institution_name),
        "awaiting_institution": (one.institution_id, one.institution_name),
        "awaiting_confirmation": (one.origin_institution_id, one.origin_institution_name),
    }.get(one.state, (None, None))
    # Before the first submission nobody has to decide; an authority's own draft is nobody else's.
    addressed = one.source != "authority" or one.submitted_at is not None
    return ApplicationChanged(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        number=one.number,
        business_type=one.business_type,
        change=change,
        state=one.state,
        account_id=one.account_id,
        person_key=one.person_key,
        institution_id=one.institution_id,
        institution_name=one.institution_name,
        authority_id=one.authority_id if addressed else None,
        authority_name=one.authority_name,
        reasons=told_reasons(REVIEW_REASONS, one.reasons),
        deadline=one.deadline,
        source="person" if one.source == "person" else "institution",
        by_authority=one.source == "authority",
        waits_for_id=waits_for[0],
        waits_for_name=waits_for[1],
        ground=one.form.get("ground") if one.row.effect in _WITH_GROUND else None,
    )


def registration_changed(one: Registration, *, region_online: bool = True) -> RegistrationChanged:
    return RegistrationChanged(
        aggregate_id=one.id,
        version=one.version,
        occurred_at=one.updated_at,
        profession="physician" if one.profession == "physician" else "nurse",
        person_key=one.person_key,
        name=one.name,
        status=one.status,
        institution_id=one.institution_id,
        region=one.region,
        region_online=region_online,
        certificate_key=one.certificate_key,
        sealed_certificate_number=one.sealed_certificate_number,
        valid_until=one.valid_until,
        business_completed=one.business_completed,
        sealed_id_number=one.sealed_id_number,
    )
