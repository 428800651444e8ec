"""Whose files of evidence are whose, and how many an application has."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.evidence.looking import about
from zhiye_chassis.security import Principal
from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters.evidence import EVIDENCE
from zhiye_registration.application.access import of_side
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.workflow import WITH_APPLICANT

NOT_NOW = reason(
    "evidence_not_now",
    "申请已提交，现在不能增减证明资料。",
    "The application is submitted: its files cannot be changed now.",
    "退回补正后可以增减；也可以撤回后重新申请。",
    "They can be changed when it is returned; or withdraw it and apply again.",
    "Q41, Q48",
)


async def evidence_count(connection: AsyncConnection, application_id: str, *kinds: str) -> int:
    """How many files go with an application: of these kinds (``informed`` is the proof that the
    person was told, Q41), or of all."""
    return await EVIDENCE.count(connection, application_id, *kinds)


def changeable(caller: Principal, one: Application | None) -> Application:
    """The application, if the caller filed it and it is with them: a draft, or returned.

    Raises ``Refused``: 404, 409 ``evidence_not_now``.
    """
    one = of_side(caller, one, "applicant")
    if one.state not in WITH_APPLICANT:
        raise Refused(about(NOT_NOW, "body"), status=409)
    return one
