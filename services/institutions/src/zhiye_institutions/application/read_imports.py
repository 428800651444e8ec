"""Which imports a caller may look at and cancel, and what their codes mean."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from zhiye_chassis.imports.reasons import reader
from zhiye_chassis.security import Principal
from zhiye_institutions.adapters.import_jobs import JOBS
from zhiye_institutions.domain import import_reasons as why

reason_of = reader(why.OF_LINES)


def own(caller: Principal) -> ColumnElement[bool]:
    """The caller's own imports; everybody's for the operator."""
    return true() if caller.role == "operator" else JOBS.job.c.created_by == caller.account_id
