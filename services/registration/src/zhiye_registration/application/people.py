"""Who a person is, as the registers have it: never as the person types it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import refused
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.facts import qualifications_of


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    gender: str
    birth_date: date
    sealed_id_number: str


async def person_of(connection: AsyncConnection, person_key: str, profession: str) -> Person:
    """From the registration if there is one, else from the qualification to go by.

    Raises ``Refused`` (422): ``person_not_on_record``.
    """
    held = await registrations.newest_of(connection, person_key, profession)
    if held is not None:
        return Person(held["name"], held["gender"], held["birth_date"], held["sealed_id_number"])
    known = await qualifications_of(connection, person_key, profession)
    if known:
        one = known[-1]
        return Person(one.name, one.gender, one.birth_date, one.sealed_id_number)
    raise refused(
        "person_not_on_record",
        (
            "没有查到您的资格或执业注册记录。",
            "Neither a qualification nor a registration of yours is on record.",
        ),
        (
            "请核对并更新身份信息；通过考试的，请联系报名参加考试所在地的省级卫生健康行政部门。",
            "Check and update your identity; if you passed the exam, ask its province.",
        ),
        source="Q28, Q29",
    )
