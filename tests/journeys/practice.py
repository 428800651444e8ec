"""Businesses of nurses for journeys: through the gateway, by everybody who has a part in them."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image
from tests.journeys.caller import Caller, Staff
from tests.journeys.people import Nurse

from zhiye_launcher.demo_data import HEAN

APPLICATIONS = "/api/v1/applications"
REASON = [{"code": "form_incorrect", "text": "工作科室应为急诊科"}]


def picture(width: int = 354, height: int = 472, colour: str = "white", kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


@dataclass
class Offices:
    """Those who review and decide in the demo."""

    hean: Caller
    changan_hospital: Caller
    xicheng: Caller
    changan: Caller
    beijing: Caller

    @classmethod
    async def open(cls, staff: Staff) -> Offices:
        names = ("heanyiyuan", "changanyy", "xicheng1", "changan1", "beijing1")
        return cls(*[await staff(name) for name in names])


async def review(who: Caller, application: str, decision: str = "approve") -> dict[str, Any]:
    """A review by an institution, or a decision by an authority."""
    read = await who.get(f"{APPLICATIONS}/{application}")
    step = "decision" if read["state"] == "awaiting_authority" else "institution-review"
    body = {"decision": decision, "reasons": [] if decision == "approve" else REASON}
    found: dict[str, Any] = await who.post(
        f"{APPLICATIONS}/{application}/{step}", body, headers={"If-Match": read["etag"]}
    )
    return found


async def apply(
    who: Caller, kind: str, form: dict[str, Any], profession: str = "nurse", **body: Any
) -> str:
    """Start and submit; the id."""
    body |= {"business_type": f"{profession}-{kind}", "form": form}
    made = await who.post(APPLICATIONS, body)
    await who.post(f"{APPLICATIONS}/{made['id']}/submission")
    return str(made["id"])


async def register(nurse: Nurse, offices: Offices) -> dict[str, Any]:
    """First registration at the Beijing hospital; her registration."""
    one = (await nurse.submitted())["id"]
    await review(offices.hean, one)
    await review(offices.xicheng, one)
    return await registration(nurse)


async def registration(nurse: Nurse) -> dict[str, Any]:
    found: dict[str, Any] = (await nurse.caller.get("/api/v1/my/registration"))["registration"]
    return found


async def message(nurse: Nurse, template: str) -> dict[str, Any]:
    """The newest message of a kind in her inbox, once it is there."""
    return await told(nurse.caller, template)


async def told(who: Caller, template: str, saying: str = "") -> dict[str, Any]:
    """The newest message of a kind in somebody's inbox that says this, once it is there."""
    async with asyncio.timeout(15):
        while True:
            items = (await who.get("/api/v1/my/messages?limit=50"))["items"]
            for item in items:
                if item["template"] == template and saying in str(item):
                    return item  # type: ignore[no-any-return]
            await asyncio.sleep(0.05)


def fit() -> dict[str, Any]:
    return {
        "full_civil_capacity": True,
        "health": {"meets_standard": True, "checked_on": Nurse.health_checked_on()},
    }


WORK = {"department": "emergency", "work_category": "clinical-nursing"}
HOME = HEAN
