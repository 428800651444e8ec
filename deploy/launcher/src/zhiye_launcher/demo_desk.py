"""The chapter about a nurse who is registered already: her hospital activates her account."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from zhiye_launcher import demo_data
from zhiye_launcher.demo_client import Session
from zhiye_launcher.demo_existing import ExistingNurse, existing_nurses
from zhiye_launcher.demo_steps import Steps
from zhiye_launcher.generated_people import Record
from zhiye_launcher.language import say

DESK = "/api/v1/activation-desk"


class Listed(Protocol):
    """Somebody in a hospital's list."""

    @property
    def name(self) -> str: ...

    @property
    def id_number(self) -> str: ...


class Desk(Steps):
    async def _activated_by_the_hospital(self) -> None:
        self._say.heading(
            "五、已注册的护士：由医院发放激活码",
            "V. A nurse who is registered already: the hospital issues her activation code",
        )
        hospital = await self._staff("heanyiyuan")
        person, why = await self._somebody_without_account(hospital)
        self._say.step(
            f"医院问：{person.name}为什么不在激活名单里？",
            f"The hospital asks why {person.name} is not in its activation list:",
            [f"· {reason['reason']} → {reason['next_step']}" for reason in why],
        )
        record: Record = {"name": person.name, "id_number": person.id_number}
        nurse = await self._verified_account(record, 4)
        waiting = await self._waiting(hospital, person)
        self._say.step(
            f"医院的名单实时更新：{waiting['name']}，{waiting['status_label']}",
            f"The hospital's list is live: {waiting['name']}, {waiting['status_label']}",
        )
        body = {"account_ids": [waiting["account_id"]]}
        issued = (await hospital.call("POST", f"{DESK}/codes", body))["items"][0]
        code = await self._code_sent_to(nurse.phone, "activation_code")
        self._say.step(
            f"生成激活码，短信发至 {issued['sent_to']}；收不到的，医院可以当面告知",
            f"A code is issued and sent to {issued['sent_to']}; the hospital can read it out too",
        )
        await nurse.session.call(
            "POST",
            "/api/v1/accounts/me/activation",
            {"activation_code": code, "certificate_number": person.certificate_number},
        )
        await nurse.session.refresh()
        mine = await nurse.session.call("GET", "/api/v1/my/registration")
        registration = mine["registration"]
        self._say.step(
            f"输入激活码和执业证书编号，账户激活；她的注册有效期至 {registration['valid_until']}",
            "She enters it with her certificate number: the account is active; registered until "
            f"{registration['valid_until']}",
        )

    async def _somebody_without_account(
        self, hospital: Session
    ) -> tuple[ExistingNurse, list[dict[str, Any]]]:
        """The last of the hospital's nurses who has none, so that each telling has another one.
        ``LookupError`` when all of them have."""
        (count,) = (count for id_, count in demo_data.EXISTING if id_ == demo_data.HEAN)
        people = existing_nurses(count, 0)
        body = {"id_numbers": [person.id_number for person in people]}
        answers = (await hospital.call("POST", f"{DESK}/explanations", body))["items"]
        for person, answer in reversed(list(zip(people, answers, strict=True))):
            if [reason["code"] for reason in answer["reasons"]] == ["no_account"]:
                return person, answer["reasons"]
        raise LookupError(say("演示护士都已有账户：make reset", "all demo nurses have accounts"))

    async def _waiting(self, hospital: Session, person: Listed) -> dict[str, Any]:
        """Her line in the list, once she awaits a code."""
        path = f"{DESK}/people?status=awaiting_code&name={person.name}"
        async with asyncio.timeout(15):
            while True:
                for item in (await hospital.call("GET", path))["items"]:
                    if item["id_number"].endswith(person.id_number[-4:]):
                        return dict(item)
                await asyncio.sleep(0.05)
