"""Files of an institution's physicians and of filings for tests, beside ``nurse_imports``."""

from __future__ import annotations

from datetime import date, timedelta

from services.registration.tests import nurse_imports as use
from sqlalchemy import text

from zhiye_contracts.identifiers import make_id_number, physician_practice_certificate
from zhiye_registration.application.import_registration import (
    ExistingRegistration,
    import_registration,
)

HEAD = ("姓名", "身份证号", "级别", "类别", "执业范围", "医师执业证书编码", "首次注册日期")
MORE = (
    *("医师资格证书编码", "主要执业机构", "执业地点", "执业科室", "职称", "学历", "状态"),
    *("备案日期", "备案理由", "注销日期", "注销理由"),
)


def id_number(serial):
    return make_id_number("110101", date(1985, 1, 1) + timedelta(days=serial // 300), serial % 300)


def line(serial, **changes):
    """A physician as a hospital's list has them."""
    return {
        "姓名": "李明",
        "身份证号": id_number(serial),
        "级别": "执业医师",
        "类别": "临床",
        "执业范围": "内科专业",
        "医师执业证书编码": physician_practice_certificate("1", "1", "110102", 700_000 + serial),
        "首次注册日期": "2015-07-01",
        "执业科室": "内科",
        "职称": "主治医师",
        "学历": "大学本科",
    } | changes


def sheet(*lines, head=(*HEAD, *MORE)):
    return use.sheet(lines, head)


async def imported(world, *lines, **query):
    return await use.imported(world, sheet(*lines), profession="physician", **query)


async def rejected(world, *lines, **query):
    return await use.rejects(world, await imported(world, *lines, **query))


def existing(**changes):
    return ExistingRegistration(
        **{
            "id_number": id_number(1),
            "name": "李明",
            "certificate_number": line(1)["医师执业证书编码"],
            "institution_id": "HOSPITAL",
            "institution_name": "北京示例医院",
            "region": "110102",
            "registered_on": date(2015, 7, 1),
            "level": "1",
            "category": "1",
            "scopes": ("11",),
        }
        | changes
    )


async def take_over(world, **changes):
    async with world.kit.database.transaction() as tx:
        return await import_registration(tx, world.kit, existing(**changes))


async def certificates(world):
    async with world.kit.database.reading() as connection:
        found = await connection.execute(text("SELECT person_key FROM physician_certificate"))
        return len(found.all())
