"""Which of a physician's registrations something is about (Q11.3)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import refused
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.physician_facts import as_held
from zhiye_registration.application.access import not_found
from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.facts import HeldRegistration
from zhiye_registration.domain.wanted import subject_of


async def subject_among(
    connection: AsyncConnection,
    row: BusinessType,
    person_key: str,
    region: str | None,
    chosen_id: str | None = None,
) -> HeldRegistration | None:
    """The registration that an application to an institution in this region is about; ``None``
    where there is none, and for nurses, who have one at most.

    Raises ``Refused``: 404 for one that is not the person's, 422 ``registration_to_choose``.
    """
    if row.profession != "physician":
        return None
    rows = await registrations.all_of(connection, person_key, row.profession)
    held = [as_held(one) for one in rows]
    found = subject_of(row, held, region, chosen_id)
    if found is None and chosen_id is not None:
        raise not_found()
    if found is None and row.of_own and len(held) > 1 and row.effect != "file_institution":
        raise refused(
            "registration_to_choose",
            (
                "您在多个执业地点有注册，请指明办理哪一个。",
                "You are registered in several locations; say which one it is about.",
            ),
            ("请填写该注册的编号。", "Give the registration's id."),
            field="registration_id",
            source="Q11.3",
        )
    return found
