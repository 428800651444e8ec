"""An exam result under a misspelt name: from "name differs" to an active account, by a correction
that the province checks and the exam centre decides (Q4, Q14, Q46)."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

from PIL import Image
from tests.journeys.caller import Caller, Staff
from tests.journeys.people import Nurse, People

CASES = "/api/v1/qualification-cases"


async def eventually(look: Callable[[], Awaitable[Any]], right: Callable[[Any], bool]) -> Any:
    """What is seen once it is right: it comes over the bus."""
    async with asyncio.timeout(15):
        while True:
            if right(found := await look()):
                return found
            await asyncio.sleep(0.05)


async def misspelt(people: People, exam_centre: Caller) -> Nurse:
    """Somebody who passed in Beijing, under a wrong name."""
    nurse = people.nobody()
    right = nurse.record["name"]
    wrong = nurse.record | {"name": "王错错", "province": "110000", "version": 2}
    answer = await exam_centre.ask(
        "POST",
        "/api/v1/qualification-batches",
        content=json.dumps(wrong),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.json()["counts"]["updated"] == 1, answer.text
    nurse.record = wrong | {"name": right}
    return nurse


def scan(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 400), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


async def test_a_misspelt_name_is_corrected_and_the_account_goes_on(
    people: People, staff: Staff
) -> None:
    exam_centre, province = await staff("examcentre"), await staff("beijing1")
    nurse = await misspelt(people, exam_centre)
    await nurse.caller.post("/api/v1/accounts", await nurse.registration())
    await nurse.caller.log_in(nurse.user_name, nurse.password)
    await eventually(
        nurse.account, lambda found: found["identity"]["code"] == "identity_name_differs"
    )

    case = await nurse.caller.post(
        CASES,
        {
            "kind": "correction",
            "certificate_number": nurse.record["certificate_number"],
            "name": "王错错",
            "changes": {"name": nurse.record["name"]},
        },
    )
    for shade, needed in enumerate(case["evidence_needed"], 100):
        answer = await nurse.caller.ask(
            "POST",
            f"{CASES}/{case['id']}/evidence?kind={needed['kind']}",
            content=scan(shade),
            headers={"Content-Type": "image/jpeg"},
        )
        assert answer.status_code == 201, answer.text
    await nurse.caller.post(f"{CASES}/{case['id']}/submission")

    (waiting,) = (await province.get(f"{CASES}?state=awaiting_province&kind=correction"))["items"]
    assert waiting["id"] == case["id"]
    seen = await province.get(f"{CASES}/{case['id']}")
    files = [await province.ask("GET", one["url"]) for one in seen["evidence"]]
    assert {answer.headers["Content-Security-Policy"] for answer in files} == {
        "default-src 'none'; sandbox"
    }
    await province.post(
        f"{CASES}/{case['id']}/decision",
        {"decision": "forward"},
        headers={"If-Match": seen["etag"]},
    )

    forwarded = await exam_centre.get(f"{CASES}/{case['id']}")
    assert forwarded["recorded"]["name"] == "王错错"
    await exam_centre.post(
        f"{CASES}/{case['id']}/decision",
        {"decision": "approve"},
        headers={"If-Match": forwarded["etag"]},
    )

    await eventually(nurse.account, lambda found: found["identity"]["code"] == "identity_matched")
    await nurse.verify_phone()
    await nurse.activate()
    (own,) = (await nurse.caller.get("/api/v1/my/qualifications"))["items"]
    assert (own["name"], own["original"]) == (nurse.record["name"], {"name": "王错错"})
    versions = await nurse.caller.get(f"/api/v1/qualifications/{own['id']}/versions")
    assert [one["change"] and one["change"]["kind"] for one in versions["items"]] == [
        "correction",
        None,
        None,
    ]

    async def titles() -> list[str]:
        items = (await nurse.caller.get("/api/v1/my/messages"))["items"]
        return [one["title"] for one in items]

    told = await eventually(titles, lambda found: "资格信息申请已办结" in found)
    assert {"资格信息申请已提交", "资格信息申请已提交考试中心"} <= set(told)
