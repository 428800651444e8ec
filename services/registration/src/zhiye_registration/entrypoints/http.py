"""Every route of the service."""

from __future__ import annotations

from zhiye_chassis.web import Routes
from zhiye_registration.entrypoints import (
    application_exports,
    application_forms,
    application_statistics,
    applications,
    bulk_reviews,
    business_types,
    duties,
    employment,
    evidence,
    filings,
    information_changes,
    interruptions,
    lists,
    merge_requests,
    merges,
    movements,
    penalties,
    photos,
    practice_options,
    practitioner_records,
    reconciliation_exports,
    reconciliations,
    records,
    registration_imports,
    registrations,
    renewal_windows,
    reviews,
    roster,
    roster_exports,
    scope_cases,
    scope_catalogues,
    statistics,
    verifications,
)
from zhiye_registration.kit import Kit


def routes(kit: Kit) -> list[Routes]:
    # Routes are tried in this order: the hot look-up goes first.
    return [
        registrations.routes(kit),
        business_types.routes(kit),
        lists.routes(kit),  # before one application
        application_exports.routes(kit),
        applications.routes(kit),
        reviews.routes(kit),
        bulk_reviews.routes(kit),
        evidence.routes(kit),
        application_forms.routes(kit),
        photos.routes(kit),
        records.routes(kit),
        information_changes.routes(kit),
        merges.routes(kit),
        renewal_windows.routes(kit),
        roster_exports.routes(kit),  # before the roster's one person
        roster.routes(kit),
        employment.routes(kit),
        interruptions.routes(kit),
        filings.routes(kit),
        practitioner_records.routes(kit),
        verifications.routes(kit),
        merge_requests.routes(kit),  # before one reconciliation
        reconciliation_exports.routes(kit),
        reconciliations.routes(kit),
        registration_imports.routes(kit),
        movements.routes(kit),
        scope_catalogues.routes(kit),
        practice_options.routes(kit),
        scope_cases.routes(kit),
        penalties.routes(kit),
        duties.routes(kit),
        statistics.routes(kit),
        application_statistics.routes(kit),
    ]
