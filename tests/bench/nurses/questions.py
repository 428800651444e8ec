"""What is asked of the loaded databases: the same of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import orjson
from tests.bench.nurses import data

from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.security import Principal
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_launcher.demo_data import BEIJING, XICHENG

_ROSTER, _LISTS = "/api/v1/roster", "/api/v1/applications"
HOSPITAL = Principal("bench-h", "institution", "bench", institution_id=data.HOSPITAL)
COUNTY = Principal("bench-c", "authority", "bench", authority_id=XICHENG, region="110102")
PROVINCE = Principal("bench-p", "authority", "bench", authority_id=BEIJING, region="110000")
NATION = Principal("bench-n", "authority", "bench", authority_id="N", region=divisions.NATION)
ROSTER = "roster of 10,000, first page"
_OTHERS = 150
"""Institutions beside the hospital that every database has."""


@dataclass(frozen=True)
class Question:
    who: Principal
    paths: Sequence[str]
    bodies: Sequence[bytes] | None = None


def questions(settings: Settings) -> dict[str, Question]:
    known = list(data.people())
    pinyin = sorted({name_pinyin(one.name)[0][:5] for one in known[::20]})
    parts = sorted({one.name[:2] for one in known[::20]})
    nurse = known[4_000]
    herself = Principal(
        nurse.account_id,
        "practitioner",
        nurse.name,
        person_key=settings.blind_index.of(nurse.id_number, purposes.ID_NUMBER),
    )
    others = [f"01JBENCH{number:018d}" for number in range(1, _OTHERS)]
    return {
        ROSTER: Question(HOSPITAL, [_ROSTER]),
        "the same, by name": Question(HOSPITAL, [f"{_ROSTER}?sort=name"]),
        "… by department": Question(HOSPITAL, [f"{_ROSTER}?sort=department"]),
        "… due or expired (待延续注册)": Question(HOSPITAL, [f"{_ROSTER}?list=due_or_expired"]),
        "… of one department": Question(HOSPITAL, [f"{_ROSTER}?department=emergency"]),
        "… by the beginning of the pinyin": Question(HOSPITAL, _found(pinyin)),
        "… by a part of the name": Question(HOSPITAL, _found(parts)),
        "… by the account": Question(HOSPITAL, [f"{_ROSTER}?account=inactive"]),
        "… one of the people by ID number": Question(
            HOSPITAL,
            [f"{_ROSTER}/search"] * len(known),
            [orjson.dumps({"id_number": one.id_number}) for one in known],
        ),
        "rosters of other institutions": Question(
            NATION, [f"{_ROSTER}?institution_id={one}" for one in others]
        ),
        "applications that wait for the hospital": Question(HOSPITAL, [_LISTS]),
        "… that are completed there": Question(HOSPITAL, [f"{_LISTS}?list=completed"]),
        "… that wait for a county, by deadline": Question(COUNTY, [f"{_LISTS}?sort=deadline"]),
        "… that are completed in a province": Question(PROVINCE, [f"{_LISTS}?list=completed"]),
        "… of one person by ID number": Question(
            HOSPITAL,
            [f"{_LISTS}/search"] * len(known),
            [orjson.dumps({"id_number": one.id_number}) for one in known],
        ),
        "how many wait for the hospital": Question(HOSPITAL, [f"{_LISTS}/counts"]),
        "who moved to the hospital": Question(HOSPITAL, ["/api/v1/movements?direction=in"]),
        # As many as the smaller database has: a full page takes longer than half of one.
        "who left a province": Question(PROVINCE, ["/api/v1/movements?direction=out&limit=10"]),
        "statistics of the hospital": Question(HOSPITAL, ["/api/v1/statistics/nurses"]),
        "verification by ID number": Question(
            HOSPITAL,
            ["/api/v1/verifications"] * len(known),
            [orjson.dumps({"id_number": one.id_number}) for one in known],
        ),
        "“May I?” for a renewal": Question(herself, ["/api/v1/my/eligibility/nurse-renewal"]),
        "the own registration": Question(herself, ["/api/v1/my/registration"]),
    }


def _found(terms: Sequence[str]) -> list[str]:
    return [f"{_ROSTER}?q={quote(term)}" for term in terms]
