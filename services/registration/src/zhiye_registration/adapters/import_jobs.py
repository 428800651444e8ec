"""Imports of registrations, in the database."""

from __future__ import annotations

from zhiye_chassis.imports.jobs import Jobs
from zhiye_registration.adapters.record_tables import (
    registration_import,
    registration_import_reject,
)

JOBS = Jobs(registration_import, registration_import_reject)
