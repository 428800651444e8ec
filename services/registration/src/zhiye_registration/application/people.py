"""Who a person is, as the registers have it: never as the person types it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import refused
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import parse_id_number
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.facts import qualifications_of
from zhiye_registration.adapters.projection_tables import account
from zhiye_registration.kit import Kit

_ACCOUNT = select(account.c.person_key, account.c.sealed_name, account.c.sealed_id_number).where(
    account.c.id == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    gender: str
    birth_date: date
    sealed_id_number: str


async def person_of(
    connection: AsyncConnection, kit: Kit, person_key: str, profession: str, account_id: str
) -> Person:
    """From the registration if there is one, else from the qualification to go by; who comes from
    the army may be on neither, and is who the account's holder says (Q33: the military side and
    two reviews confirm it).

    Raises ``Refused`` (422): ``person_not_on_record``.
    """
    held = await registrations.newest_of(connection, person_key, profession)
    if held is not None:
        return Person(held["name"], held["gender"], held["birth_date"], held["sealed_id_number"])
    known = await qualifications_of(connection, person_key, profession)
    if known:
        one = known[-1]
        return Person(one.name, one.gender, one.birth_date, one.sealed_id_number)
    own = (await connection.execute(_ACCOUNT, {"key": account_id})).first()
    if own is not None and own.person_key == person_key and own.sealed_name is not None:
        cipher = kit.settings.cipher
        number = parse_id_number(
            cipher.open(own.sealed_id_number, purposes.ID_NUMBER), kit.clock.today()
        )
        return Person(
            cipher.open(own.sealed_name, purposes.NAME),
            number.gender,
            number.birth_date,
            own.sealed_id_number,
        )
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
