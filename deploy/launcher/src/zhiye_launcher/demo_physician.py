"""The chapter about a physician: another main institution in the province, then a further one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from zhiye_chassis.clock import SystemClock
from zhiye_launcher import demo_data
from zhiye_launcher.demo_client import Session
from zhiye_launcher.demo_desk import DESK, Desk
from zhiye_launcher.demo_physicians import PHYSICIANS, DemoPhysician
from zhiye_launcher.demo_steps import Nurse
from zhiye_launcher.generated_people import Record

_ACCOUNT = 5
"""Which of the story's people it is."""


class PhysicianChapter(Desk):
    async def _physician(self) -> None:
        self._say.heading(
            "六、医师：在本省变更主要执业机构，再备案一家机构",
            "VI. A physician: another main institution in the province, then a further one",
        )
        hospital = await self._staff("heanyiyuan")
        person = await self._physician_without_account(hospital)
        if person is None:
            self._say.step(
                "演示医师都已有账户，本章略过：make reset 后可重看",
                "All demo physicians have accounts: make reset brings this chapter back",
            )
            return
        who = await self._with_active_account(person, hospital)
        before = await _held(who)
        moved = await self._approved(
            who, "physician-change", demo_data.CHAOYANG, {}, "chaoyangyy", "beijing1"
        )
        after = await _held(who)
        self._say.step(
            f"变更 {moved['number']} 已批准：主要执业机构由{before['institution_name']}变更为"
            f"{after['institution_name']}；执业地点仍为{after['location_label']}，"
            f"证书编码不变（{after['certificate_number']}）",
            f"Change {moved['number']} is approved: from {before['institution_name']} to "
            f"{after['institution_name']}; the location is still {after['location_label']}, "
            f"the number the same ({after['certificate_number']})",
        )
        today = SystemClock().today()
        period = {"from_on": str(today), "until_on": str(today + timedelta(days=730))}
        filed = await self._approved(
            who,
            "physician-multi-institution",
            demo_data.HEAN,
            period,
            "heanyiyuan",
            "xicheng1",
        )
        (filing,) = (await _held(who))["filings"]
        self._say.step(
            f"多执业机构备案 {filed['number']} 已完成：{filing['institution_name']}，"
            f"{filing['from_on']} 至 {filing['until_on']}",
            f"Filing {filed['number']} is done: {filing['institution_name']}, "
            f"{filing['from_on']} to {filing['until_on']}",
        )

    async def _physician_without_account(self, hospital: Session) -> DemoPhysician | None:
        """One of the hospital's own with one registration, so that each telling has another."""
        able = [p for p in PHYSICIANS if (p.at, p.level) == (("hean",), "1") and not p.retired]
        body = {"id_numbers": [person.id_number for person in able]}
        answers = (await hospital.call("POST", f"{DESK}/explanations", body))["items"]
        without = [
            person
            for person, answer in zip(able, answers, strict=True)
            if [reason["code"] for reason in answer["reasons"]] == ["no_account"]
        ]
        return without[-1] if without else None

    async def _with_active_account(self, person: DemoPhysician, hospital: Session) -> Nurse:
        record: Record = {"name": person.name, "id_number": person.id_number}
        who = await self._verified_account(record, _ACCOUNT)
        waiting = await self._waiting(hospital, person)
        await hospital.call("POST", f"{DESK}/codes", {"account_ids": [waiting["account_id"]]})
        code = await self._code_sent_to(who.phone, "activation_code")
        await who.session.call("POST", "/api/v1/accounts/me/activation", {"activation_code": code})
        await who.session.refresh()
        self._say.step(
            "主要执业机构生成激活码，医师输入后账户激活",
            "The main institution issues a code; the physician's account is active with it",
        )
        return who

    async def _approved(
        self,
        who: Nurse,
        kind: str,
        place: str,
        form: dict[str, Any],
        institution: str,
        authority: str,
    ) -> dict[str, Any]:
        """Filled in and submitted by the person, approved by both."""
        body = {"business_type": kind, "institution_id": place, "form": form}
        draft = await who.session.call("POST", "/api/v1/applications", body)
        await self._submit(who, draft)
        id_ = draft["id"]
        await self._review(await self._staff(institution), id_, "institution-review", "approve")
        done = await self._review(await self._staff(authority), id_, "decision", "approve")
        return dict(done)


async def _held(who: Nurse) -> dict[str, Any]:
    """The physician's only registration."""
    found = await who.session.call("GET", "/api/v1/my/registrations")
    (one,) = (each for each in found if each["profession"] == "physician")
    (held,) = one["registrations"]
    return dict(held) | {"certificate_number": one["certificate_number"]}
