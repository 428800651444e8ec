"""The life of an institution, zones and the import, through the gateway, by the accounts that would
do it in life (Q15, Q48, Q55, Q56, Q57, domain section 8)."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.offices import first_log_in, issue, licence, new_phone, user_name

INSTITUTIONS, FILINGS = "/api/v1/institutions", "/api/v1/institution-filings"
ZONES, IMPORTS = "/api/v1/zones", "/api/v1/institution-imports"
SEVEN = (
    *("application-form", "setting-up-approval", "premises", "floor-plan"),
    *("assets", "rules", "leaders"),
)


def _name(kind: str) -> str:
    return f"北京示例{kind}{user_name()[1:]}"


async def _decide(authority: Caller, filing: str, **decision: Any) -> dict[str, Any]:
    read = await authority.get(f"{FILINGS}/{filing}")
    return await authority.post(  # type: ignore[no-any-return]
        f"{FILINGS}/{filing}/decision", decision, headers={"If-Match": read["etag"]}
    )


async def test_a_clinic_is_licensed_changes_its_name_and_closes(
    connect: Connect, staff: Staff
) -> None:
    county, elsewhere = await staff("xicheng1"), await staff("changan1")
    name, phone = _name("诊所"), new_phone(connect)
    planned = {"name": name, "region": "110102", "category": "D211", "ownership": "11"}
    clinic = (await county.post(INSTITUTIONS, planned | {"status": "planned"}))["id"]
    await issue(county, clinic, user_name(), phone)
    main = await first_log_in(connect, phone)

    proposed = {"address": "北京市西城区示例路1号", "person_in_charge": "李静", "beds": 0}
    draft = {
        "kind": "practice-licence",
        "proposed": proposed | {"subjects": ["内科"]},
        "materials": dict.fromkeys(SEVEN, "paper"),
    }
    filing = (await main.post(FILINGS, draft))["id"]
    missing = await main.refused(
        "POST",
        f"{FILINGS}/{filing}/submission",
        status=422,
        code="material_missing",
        field="materials.drugs",
    )
    assert {"materials.drugs", "materials.staff"} == {r["field"] for r in missing["reasons"]}, (
        "a clinic brings two lists more, told at once"
    )
    read = await main.get(f"{FILINGS}/{filing}")
    draft.pop("kind")
    draft["materials"] = dict.fromkeys((*SEVEN, "drugs", "staff"), "paper")
    answer = await main.ask("PUT", f"{FILINGS}/{filing}", draft, headers={"If-Match": read["etag"]})
    assert answer.status_code == 200, answer.text
    submitted = await main.post(f"{FILINGS}/{filing}/submission")
    assert submitted["deadline"]
    await elsewhere.refused("GET", f"{FILINGS}/{filing}", status=404, code="not_found")
    waiting = (await county.get(f"{FILINGS}?waiting_for_me=true&limit=200"))["items"]
    assert filing in [item["id"] for item in waiting]
    number = licence("D211")
    done = await _decide(
        county,
        filing,
        decision="approve",
        registration_number=number,
        materials_seen=list(draft["materials"]),
    )
    assert done["state"] == "approved"
    shown = await connect().get(f"{INSTITUTIONS}/{clinic}")
    assert (shown["status"], shown["registration_number"]) == ("in_force", number)
    assert (await phone.newest("filing_approved"))["number"] == done["number"]

    renamed = _name("门诊")
    change = {
        "kind": "change",
        "proposed": {"name": renamed},
        "materials": {"change-form": "paper", "change-reason": "electronic"},
    }
    second = (await main.post(FILINGS, change))["id"]
    await main.post(f"{FILINGS}/{second}/submission")
    returned = await _decide(
        county,
        second,
        decision="return",
        reasons=[{"code": "form_incorrect", "text": "名称与批准书不一致"}],
    )
    assert (returned["state"], returned["deadline"]) == ("returned", None), "the clock stops"
    await main.post(f"{FILINGS}/{second}/submission")
    await _decide(
        county, second, decision="approve", materials_seen=["change-form", "change-reason"]
    )
    found = (await connect().get(f"{INSTITUTIONS}?q={name}"))["items"]
    assert [(i["name"], i["matched_name"]) for i in found] == [(renamed, name)], "by its old name"
    history = (await main.get(f"{INSTITUTIONS}/{clinic}/history"))["items"]
    assert {"change", "practice-licence"} <= {entry["change"] for entry in history}


async def test_a_campus_is_found_under_the_standard_name(connect: Connect, staff: Staff) -> None:
    """Q57."""
    county, standard = await staff("xicheng1"), _name("医院")
    body = {"region": "110102", "category": "A100", "ownership": "11"}
    main = (await county.post(INSTITUTIONS, body | {"name": standard}))["id"]
    campus = (await county.post(INSTITUTIONS, body | {"name": _name("南院"), "campus_of": main}))[
        "id"
    ]
    found = (await connect().get(f"{INSTITUTIONS}?q={standard}"))["items"]
    assert {item["id"] for item in found} == {main, campus}
    campuses = (await connect().get(f"{INSTITUTIONS}/{main}/campuses"))["items"]
    assert [item["id"] for item in campuses] == [campus]


async def test_a_zone_gets_its_code_centrally_and_institutions_lie_in_it(
    connect: Connect, staff: Staff
) -> None:
    """Q56."""
    province, operator = await staff("beijing1"), await staff("operator1")
    zone = {"name": _name("开发区"), "parent": "110000", "document": "京政函〔2026〕1号"}
    reported = (await province.post(ZONES, zone))["id"]
    await province.refused(
        "POST",
        f"{ZONES}/{reported}/decision",
        {"decision": "assign"},
        status=403,
        code="zone_decider",
        languages=("zh",),
    )
    code = (await operator.post(f"{ZONES}/{reported}/decision", {"decision": "assign"}))["code"]
    assert code.startswith("1199")
    body = {"name": _name("医院"), "region": code, "category": "A100", "ownership": "11"}
    inside = (await province.post(INSTITUTIONS, body))["id"]
    assert (await connect().get(f"{INSTITUTIONS}/{inside}"))["region"] == code
    listed = (await connect().get("/api/v1/divisions?parent=110000"))["items"]
    assert code in [division["code"] for division in listed]


async def _imported(authority: Caller, file: str, query: str = "") -> dict[str, Any]:
    answer = await authority.ask(
        "POST",
        f"{IMPORTS}{query}",
        content=file.encode("gb18030"),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(30):
        while True:
            read: dict[str, Any] = await authority.get(f"{IMPORTS}/{answer.json()['id']}")
            if read["state"] not in ("waiting", "running"):
                return read
            await asyncio.sleep(0.05)


async def test_existing_institutions_are_imported_after_a_dry_run_and_rejects_say_why(
    connect: Connect, staff: Staff
) -> None:
    county, elsewhere = await staff("xicheng1"), await staff("changan1")
    good, wrong = _name("卫生站"), licence("A100")
    mistyped = wrong[:9] + wrong[9:].replace("0", "O", 1)
    file = (
        "机构名称,登记号,行政区划,机构类别,经济类型,其他名称\n"
        f"{good},{licence('A100')},北京市西城区,,,示例站{good[4:]}\n"
        f"{_name('医院')},{mistyped},110102,,,\n"
        f"{_name('外地医院')},{licence('A100', '130102')},130102,,,\n"
    )
    tried = await _imported(county, file, "?dry_run=true")
    assert (tried["state"], tried["recorded"], tried["rejected"]) == ("done", 1, 2)
    assert (await connect().get(f"{INSTITUTIONS}?q={good}"))["items"] == [], "nothing was recorded"
    done = await _imported(county, file)
    assert (done["recorded"], done["rejected"], done["percent"]) == (1, 2, 100)
    again = await _imported(county, file)
    assert (again["recorded"], again["unchanged"]) == (0, 1), "the same file again changes nothing"
    answer = await county.ask("GET", f"{IMPORTS}/{done['id']}/rejects")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("3", "institution_number_letter_o"),
        ("4", "region_not_yours"),
    ]
    await elsewhere.refused("GET", f"{IMPORTS}/{done['id']}", status=404, code="not_found")
    found = (await connect().get(f"{INSTITUTIONS}?q=示例站{good[4:]}"))["items"]
    assert [item["name"] for item in found] == [good], "by its other name"
