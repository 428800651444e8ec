"""Nurses of the demo who are registered already, as a hospital's data look on the first day: none
has an account yet, some are recorded under a name that is not the hospital's standard one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from zhiye_chassis.clock import SystemClock
from zhiye_chassis.service import Service
from zhiye_contracts.identifiers import make_id_number, nurse_practice_certificate
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.domain.periods import add_months

_NAMES = [
    "周敏",
    "吴丽娟",
    "郑红梅",
    "孙玉兰",
    "钱晓燕",
    "冯静怡",
    "褚雪莲",
    "卫春梅",
    "蒋慧芳",
    "沈佳琪",
    "韩美玲",
    "杨秀英",
    "朱雅琴",
    "秦桂香",
    "许丽华",
    "何婷婷",
    "吕秋月",
    "施文静",
    "张素珍",
    "孔令仪",
    "曹月娥",
    "严晓彤",
    "华美君",
    "金银花",
    "魏国强",
    "陶俊杰",
    "姜海燕",
    "戚小曼",
    "谢雨桐",
    "邹晓岚",
]


@dataclass(frozen=True, slots=True)
class ExistingNurse:
    name: str
    id_number: str
    certificate_number: str
    registered_on: date
    valid_until: date
    department: str
    work_category: str
    title: str
    education: str


_DEPARTMENTS = ("ward", "ward", "outpatient", "emergency", "operating-room", "intensive-care")
_TITLES = ("255", "254", "253", "254", "252")
_EDUCATION = ("30", "40", "20", "30")
_DAYS_LEFT = (12, 25, 150, 300, -20, 700, 1_000, 1_400)
"""Some can renew, some are due within a year, some have expired: as on any roster."""


def existing_nurses(count: int, group: int) -> list[ExistingNurse]:
    """``count`` nurses, others for each ``group`` (0 to 9); the same each time.

    Their serials are outside what the generator of exam results gives."""
    nurses, today = [], SystemClock().today()
    for place in range(count):
        born = date(1980, 1, 1) + timedelta(days=97 * place + group)
        year = 2014 + place % 7
        nurses.append(
            ExistingNurse(
                name=_NAMES[(place + 3 * group) % len(_NAMES)],
                id_number=make_id_number(f"1101{5 + group:02d}", born, 996 + 2 * (place % 2)),
                certificate_number=nurse_practice_certificate(
                    year, "110000", 900_001 + 1000 * group + place
                ),
                registered_on=date(year, 1 + place % 12, 1 + place % 28),
                valid_until=today + timedelta(days=_DAYS_LEFT[place % len(_DAYS_LEFT)]),
                department=_DEPARTMENTS[place % len(_DEPARTMENTS)],
                work_category="nursing-administration" if place % 20 == 7 else "clinical-nursing",
                title=_TITLES[place % len(_TITLES)],
                education=_EDUCATION[place % len(_EDUCATION)],
            )
        )
    return nurses


async def take_over(
    registration: Service,
    nurses: list[ExistingNurse],
    *,
    institution_id: str,
    institution_name: str,
    region: str,
    region_online: bool = True,
) -> None:
    """Put their registrations on record; those that are there already stay as they are."""
    kit = registration.kit
    async with kit.database.transaction() as tx:
        for nurse in nurses:
            await import_registration(
                tx,
                kit,
                ExistingRegistration(
                    id_number=nurse.id_number,
                    name=nurse.name,
                    certificate_number=nurse.certificate_number,
                    institution_id=institution_id,
                    institution_name=institution_name,
                    region=region,
                    registered_on=nurse.registered_on,
                    valid_from=add_months(nurse.valid_until, -60) + timedelta(days=1),
                    valid_until=nurse.valid_until,
                    department=nurse.department,
                    work_category=nurse.work_category,
                    title=nurse.title,
                    education=nurse.education,
                    region_online=region_online,
                ),
            )
