"""People on the rosters of the world's hospitals."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from zhiye_chassis.ids import new_id
from zhiye_chassis.pinyin import name_pinyin
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import make_id_number, nurse_practice_certificate
from zhiye_registration.adapters import registrations
from zhiye_registration.domain.registration import Registration

ROSTER = "/api/v1/roster"
REGIONS = {"HOSPITAL": "110102", "HOSPITAL2": "110102"}


def certificate(serial):
    return nurse_practice_certificate(2015, "11", serial)


def id_number(serial, birth_date=date(1990, 3, 5)):
    return make_id_number("110101", birth_date, serial)


async def enrol(
    world, serial, name="王芳", institution="HOSPITAL", birth_date=date(1990, 3, 5), **columns
):
    """Somebody registered at an institution until 2030; the registration's id."""
    number = id_number(serial, birth_date)
    seal = world.kit.settings.cipher.seal
    pinyin, initials = name_pinyin(name)
    values = {
        "id": new_id(),
        "version": 1,
        "profession": "nurse",
        "person_key": world.kit.person_key(number),
        "sealed_id_number": seal(number, purposes.ID_NUMBER),
        "name": name,
        "gender": "2",
        "birth_date": birth_date,
        "certificate_key": world.kit.certificate_key(certificate(serial)),
        "sealed_certificate_number": seal(certificate(serial), purposes.CERTIFICATE_NUMBER),
        "status": "registered",
        "institution_id": institution,
        "region": REGIONS[institution],
        "authority_id": "XICHENG",
        "authority_name": "西城区卫生健康委员会",
        "registered_on": date(2015, 6, 1),
        "valid_from": date(2025, 6, 1),
        "valid_until": date(2030, 5, 31),
        "department": "ward",
        "work_category": "clinical-nursing",
        "title": "254",
        "education": "30",
        "details": {"school": "北京护士学校", "degree": "4"},
        "last_change": "nurse-renewal",
        "business_completed": True,
        "updated_at": world.clock.now(),
        "name_pinyin": pinyin,
        "name_initials": initials,
    } | columns
    if values["status"] == "cancelled":
        values = {"cancelled_on": date(2026, 1, 5), "cancellation_ground": "expired"} | values
    async with world.kit.database.transaction() as tx:
        one = Registration(**values)
        assert await registrations.add(tx, one)
        await registrations.add_history(tx, one, "imported", "北京示例医院")
    return values["id"]


async def roster(world, who=None, **query):
    """A page, as the reader gets it."""
    answer = await world.call(who or world.HOSPITAL, "GET", f"{ROSTER}?{urlencode(query)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(world, who=None, **query):
    return [item["registration_id"] for item in (await roster(world, who, **query))["items"]]


async def physicians(world, who=None, **query):
    """A page of physicians."""
    return await roster(world, who, profession="physician", **query)


async def found(world, who=None, **query):
    """Registrations of physicians, in the order of the page."""
    page = await physicians(world, who, **query)
    return [item["registration_id"] for item in page["items"]]


async def key(p, who):
    """The id of somebody's only registration as a physician."""
    return (await p.registration(who)).id


def named(name):
    """Columns of a registration."""
    pinyin, initials = name_pinyin(name)
    return {"name": name, "name_pinyin": pinyin, "name_initials": initials}


async def refusal(world, who, method, path, body=None, **headers):
    """Status, codes and fields of a refusal; every one of them tells what to do."""
    answer = await world.call(who, method, path, body, **headers)
    told = answer.json()
    assert all(reason["reason"] and reason["next_step"] for reason in told["reasons"]), told
    return answer.status_code, [(one["code"], one["field"]) for one in told["reasons"]]
