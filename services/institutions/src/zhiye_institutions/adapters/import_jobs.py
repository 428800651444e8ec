"""Imports of institutions, in the database."""

from __future__ import annotations

from zhiye_chassis.imports.jobs import Jobs
from zhiye_institutions.adapters.tables import import_reject, institution_import

JOBS = Jobs(institution_import, import_reject)
