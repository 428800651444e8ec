"""Nurses of the demo who are registered already, as a hospital's data look on the first day: none
has an account yet, some are recorded under a name that is not the hospital's standard one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from zhiye_chassis.clock import SystemClock
from zhiye_chassis.security import Principal
from zhiye_chassis.service import Service
from zhiye_contracts.identifiers import make_id_number, nurse_practice_certificate
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)
from zhiye_registration.application.interruptions import record_interruption
from zhiye_registration.domain.interruption import Period
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
    details: Mapping[str, str]
    last_change: str
    interrupted_on: date | None
    """Since when she has not been practising."""


_DEPARTMENTS = ("ward", "ward", "outpatient", "emergency", "operating-room", "intensive-care")
_TITLES = ("255", "254", "253", "254", "252")
_EDUCATION = (
    ("30", "0", "北京护理职业学院", "三年制"),
    ("40", "0", "北京护士学校", "四年制"),
    ("20", "4", "首都医科大学", "四年制"),
    ("30", "0", "天津医学高等专科学校", "三年制"),
)
"""Education, degree, school, length of study."""
_DAYS_LEFT = (12, 25, 150, 300, -20, 700, 1_000, 1_400)
"""Some can renew, some are due within a year, some have expired: as on any roster."""


def existing_nurses(count: int, group: int) -> list[ExistingNurse]:
    """``count`` nurses, others for each ``group`` (0 to 9); the same each time.

    Their serials are outside what the generator of exam results gives."""
    today = SystemClock().today()
    return [_nurse(place, group, today) for place in range(count)]


def _nurse(place: int, group: int, today: date) -> ExistingNurse:
    born = date(1980, 1, 1) + timedelta(days=97 * place + group)
    year = 2014 + place % 7
    until = today + timedelta(days=_DAYS_LEFT[place % len(_DAYS_LEFT)])
    registered_on = date(year, 1 + place % 12, 1 + place % 28)
    education, degree, school, length = _EDUCATION[place % len(_EDUCATION)]
    return ExistingNurse(
        name=_NAMES[(place + 3 * group) % len(_NAMES)],
        id_number=make_id_number(f"1101{5 + group:02d}", born, 996 + 2 * (place % 2)),
        certificate_number=nurse_practice_certificate(
            year, "110000", 900_001 + 1000 * group + place
        ),
        registered_on=registered_on,
        valid_until=until,
        department="nursing-office" if place % 20 == 7 else _DEPARTMENTS[place % 6],
        work_category="nursing-administration" if place % 20 == 7 else "clinical-nursing",
        title=_TITLES[place % len(_TITLES)],
        education=education,
        details={
            "degree": degree,
            "school": school,
            "major": "护理学" if place % 5 else "助产",
            "study_length": length,
            "graduated_on": f"{year}-07-01" if registered_on.month > 7 else f"{year - 1}-07-01",
            "work_began_on": registered_on.isoformat(),
            "position": "护士长" if place % 20 in (3, 7) else "无",
            "nationality": "中国",
            "ethnic_group": "11" if place % 11 == 4 else "01",
        },
        last_change="nurse-renewal" if add_months(until, -60) > registered_on else "nurse-first",
        interrupted_on=today - timedelta(days=90 + place) if place % 13 == 6 else None,
    )


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
            made = await import_registration(
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
                    valid_from=max(
                        nurse.registered_on, add_months(nurse.valid_until, -60) + timedelta(days=1)
                    ),
                    valid_until=nurse.valid_until,
                    department=nurse.department,
                    work_category=nurse.work_category,
                    title=nurse.title,
                    education=nurse.education,
                    details=nurse.details,
                    last_change=nurse.last_change,
                    region_online=region_online,
                ),
            )
            if made is not None and nurse.interrupted_on is not None:
                period = Period(nurse.interrupted_on)
                hospital = Principal(
                    "demo", "institution", "演示", institution_id=made.institution_id
                )
                await record_interruption(tx, kit, hospital, made.id, period, "parental", "")
