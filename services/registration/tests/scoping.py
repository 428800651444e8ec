"""A physician who moves from Hebei to Beijing, where the old scope is not offered (Q49)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_registration.adapters import applications, scopes
from zhiye_registration.application.scope_cases import open_case
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration

PATH = "/api/v1/scope-cases"
HEBEI_HOSPITAL = Principal("ACC-HH", "institution", "何主任", institution_id="HEBEI-HOSPITAL")
SHIJIAZHUANG = Principal("ACC-S", "authority", "吴科长", authority_id="SJZ", region="130102")
NATION = Principal("ACC-NA", "authority", "国家", authority_id="NATION", region="000000")


async def prepare(world: Any) -> None:
    """Beijing offers 11 and 13 alone; Hebei has published nothing."""
    await world.tell(
        world.authority_event("SJZ", "石家庄市长安区卫生健康局", "130102"),
        world.institution_event("HEBEI-HOSPITAL", name="石家庄示例医院", region="130102"),
    )
    body = {"entries": [{"category": "1", "scope": "11"}, {"category": "1", "scope": "13"}]}
    path = "/api/v1/scope-catalogues/11/2026"
    answer = await world.call(world.BEIJING, "PUT", path, body, If_Match='"0"')
    assert answer.status_code == 200, answer.text


def physician(world: Any, serial: int) -> Principal:
    key = world.kit.person_key(world.id_number(serial))
    return Principal(f"ACC-P{serial}", "practitioner", "李*", person_key=key)


def registration(world: Any, who: Principal, **more: Any) -> Registration:
    serial = int(who.account_id.removeprefix("ACC-P"))
    cipher = world.kit.settings.cipher
    values: dict[str, Any] = {
        "id": f"REG{serial}",
        "version": 1,
        "profession": "physician",
        "person_key": who.person_key,
        "sealed_id_number": cipher.seal(world.id_number(serial), purposes.ID_NUMBER),
        "name": "李明",
        "gender": "1",
        "birth_date": date(1990, 1, 2),
        "certificate_key": f"ck{serial}",
        "sealed_certificate_number": cipher.seal("110", purposes.CERTIFICATE_NUMBER),
        "status": "registered",
        "institution_id": "HEBEI-HOSPITAL",
        "region": "130102",
        "authority_id": "SJZ",
        "authority_name": "石家庄市长安区卫生健康局",
        "registered_on": date(2020, 1, 2),
        "valid_from": date(2020, 1, 2),
        "valid_until": None,
        "department": "05",
        "work_category": None,
        "business_completed": True,
        "updated_at": world.clock.now(),
        "location": "13",
        "level": "1",
        "category": "1",
        "scopes": ("26",),
    }
    return Registration(**values | more)


async def application(world: Any, who: Principal, **more: Any) -> Application:
    """Submitted, to the hospital in Beijing."""
    held, now = registration(world, who), world.clock.now()
    values: dict[str, Any] = {
        "id": new_id(),
        "number": f"N2026112300{who.account_id[-5:]:0>5}",
        "business_type": "physician-change",
        "state": "awaiting_institution",
        "version": 2,
        "account_id": who.account_id,
        "person_key": who.person_key,
        "sealed_id_number": held.sealed_id_number,
        "name": held.name,
        "institution_id": "HOSPITAL",
        "institution_name": "北京示例医院",
        "region": "110102",
        "form": {},
        "created_at": now,
        "updated_at": now,
        "authority_id": "XICHENG",
        "authority_name": "西城区卫生健康委员会",
        "received_on": world.clock.today(),
        "deadline": date(2026, 12, 31),
        "submitted_at": now,
        "registration_id": held.id,
    }
    one = Application(**values | more)
    async with world.kit.database.transaction() as tx:
        assert await applications.add(tx, one)
    return one


async def opened(world: Any, who: Principal, about: Application, **held: Any) -> Any:
    """What the submission opens."""
    async with world.kit.database.transaction() as tx:
        catalogue = await scopes.catalogue_of(tx.connection, about.region, world.clock.today())
        one = registration(world, who, **held)
        return await open_case(tx, world.kit, about, one, catalogue)


async def step(world: Any, who: Principal, key: str, name: str, version: int, body: Any = None):
    return await world.call(who, "POST", f"{PATH}/{key}/{name}", body, If_Match=f'"{version}"')


def later(world: Any, day: datetime) -> None:
    world.clock.instant = day
