"""Two hospitals, a clinic and their authorities, with the accounts of those who act for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from services.accounts.tests.world import PASSWORD, Row, World, phone
from sqlalchemy import select

from zhiye_accounts.adapters.tables import staff_act

STAFF, DELEGATIONS, TOKEN = "/api/v1/staff-accounts", "/api/v1/delegations", "/api/v1/oauth/token"
HOSPITAL, CLINIC, ELSEWHERE = "INST-XICHENG", "INST-CLINIC", "INST-HEBEI"
COUNTY, CITY, PROVINCE = "AUTH-XICHENG", "AUTH-BEIJING", "AUTH-HEBEI"
SEEN = ["licence_copy", "authorisation_letter", "person_in_charge_id"]


@dataclass
class Offices:
    """``hospital`` and ``clinic`` are in Xicheng, which ``county`` is over, and so is ``city``;
    ``elsewhere`` and ``province`` are in Hebei. ``clinic`` has no account yet."""

    world: World
    operator: Row
    city: Row
    county: Row
    province: Row
    hospital: Row
    elsewhere: Row

    async def issue(self, by: Row, **changes: Any) -> httpx.Response:
        """Issue the clinic's main account; ``None`` leaves a field out."""
        return await self.world.as_(by).post(STAFF, json=wanted(**changes))

    async def clinic(self, **changes: Any) -> Row:
        """The main account of the clinic, put in at once."""
        return await self.world.account(
            role="institution",
            name="北京示例诊所",
            staff_name="李静",
            institution_id=CLINIC,
            region="110102",
            **changes,
        )

    async def clone(self, main: Row, staff_name: str = "张伟", **changes: Any) -> Row:
        """A clone, put in at once."""
        scope = {name: main[name] for name in ("institution_id", "authority_id", "region")}
        return await self.world.account(
            role=main["role"],
            name=main["name"],
            staff_name=staff_name,
            main_account_id=main["id"],
            **scope | changes,
        )

    async def acts(self) -> list[Row]:
        return await self.world.rows(select(staff_act).order_by(staff_act.c.id))


def wanted(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "role": "institution",
        "organisation_id": CLINIC,
        "user_name": "clinic01",
        "phone": "13800138000",
        "person_in_charge": "李静",
        "materials": SEEN,
    }
    return {k: v for k, v in (given | changes).items() if v is not None}


async def open_offices(world: World) -> Offices:
    for id_, name, region in (
        (HOSPITAL, "北京示例医院", "110102"),
        (CLINIC, "北京示例诊所", "110102"),
        (ELSEWHERE, "石家庄示例医院", "130102"),
    ):
        await world.organisation("institution", id_, region, name=name)
    for id_, name, region in (
        (COUNTY, "西城区卫生健康委员会", "110102"),
        (CITY, "北京市卫生健康委员会", "110000"),
        (PROVINCE, "河北省卫生健康委员会", "130000"),
    ):
        await world.organisation("authority", id_, region, name=name)

    async def authority(id_: str, name: str, region: str) -> Row:
        return await world.account(role="authority", name=name, authority_id=id_, region=region)

    async def institution(id_: str, name: str, region: str) -> Row:
        return await world.account(
            role="institution", name=name, staff_name="王芳", institution_id=id_, region=region
        )

    return Offices(
        world,
        operator=await world.account(role="operator", name="系统运行"),
        city=await authority(CITY, "北京市卫生健康委员会", "110000"),
        county=await authority(COUNTY, "西城区卫生健康委员会", "110102"),
        province=await authority(PROVINCE, "河北省卫生健康委员会", "130000"),
        hospital=await institution(HOSPITAL, "北京示例医院", "110102"),
        elsewhere=await institution(ELSEWHERE, "石家庄示例医院", "130102"),
    )


async def tokens_of(world: World, row: Row, password: str = PASSWORD) -> dict[str, Any]:
    """Log this account in, as its holder would."""
    answer = await world.log_in(row["user_name"], password)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def logged_in(world: World, row: Row, language: str = "en") -> httpx.AsyncClient:
    """A client in a session of its own."""
    return world.client(f"Bearer {(await tokens_of(world, row))['access_token']}", language)


def credentials(user_name: str = "clinic02", staff_name: str = "张伟", mobile: str = "") -> Any:
    return {"staff_name": staff_name, "user_name": user_name, "phone": mobile or phone()}


async def make_clone(offices: Offices, by: Row, main: Row, **changes: Any) -> Any:
    body = credentials() | changes
    return await offices.world.as_(by).post(f"{STAFF}/{main['id']}/clones", json=body)


async def end_account(offices: Offices, by: Row, target: Row, reason: str = "left") -> Any:
    client = offices.world.as_(by)
    return await client.post(f"{STAFF}/{target['id']}/end", json={"reason": reason})


async def ask(client: httpx.AsyncClient, institution: str = CLINIC) -> httpx.Response:
    return await client.post(DELEGATIONS, json={"institution_id": institution})


async def asked(offices: Offices, by: httpx.AsyncClient) -> tuple[str, str]:
    """The address of a delegation that was asked for, and its code."""
    answer = await ask(by)
    assert answer.status_code == 201, answer.text
    path = f"{DELEGATIONS}/{answer.json()['delegation_id']}"
    return path, (await offices.world.parameters())["code"]


async def confirm(client: httpx.AsyncClient, path: str, code: str) -> httpx.Response:
    return await client.post(f"{path}/confirmation", json={"code": code})


async def acting_for_clinic(
    offices: Offices, by: httpx.AsyncClient
) -> tuple[str, httpx.AsyncClient]:
    """A delegation that lasts, and a client that acts by it."""
    path, code = await asked(offices, by)
    answer = await confirm(by, path, code)
    assert answer.status_code == 201, answer.text
    return path, offices.world.client(f"Bearer {answer.json()['access_token']}")
