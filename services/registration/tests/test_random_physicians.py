"""Whatever anybody tries, in whatever order: what must never break about physicians does not."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL
from services.registration.tests.physicians import (
    FIT,
    HEBEI_CLINIC,
    HOSPITAL3,
    INFORMED,
    Physicians,
)
from services.registration.tests.walking import ALWAYS_WRONG, OPEN_STATES, Walk
from sqlalchemy import text

from zhiye_chassis.security import Principal
from zhiye_registration.domain.periods import add_years

KINDS = (
    *("registration", "re-registration", "add-location", "change", "change-level"),
    *("multi-institution", "multi-institution", "off-post", "cancellation"),
    *("moving-out", "certificate-reissue"),
)
RARER = ("off-post", "cancellation", "moving-out", "certificate-reissue")
AT_THE_OWN = (*RARER, "change-level")
INSTITUTIONS = ("HOSPITAL", "HOSPITAL2", "CHAOYANG-HOSPITAL", "HEBEI-HOSPITAL", "HEBEI-CLINIC")
_IN_FORCE = "SELECT * FROM registration WHERE profession = 'physician' AND status = 'registered'"


@dataclass
class PhysiciansWalk(Walk):
    """Physicians, five institutions of two provinces, their authorities."""

    never = ALWAYS_WRONG | {
        "two main institutions in one location": f"SELECT person_key FROM ({_IN_FORCE}) r"
        " GROUP BY person_key, location HAVING count(*) > 1",
        "an assistant in two locations": f"SELECT person_key FROM ({_IN_FORCE}) r"
        " GROUP BY person_key HAVING count(*) > 1 AND bool_or(level = '2')",
        "a location that is not the institution's": "SELECT id FROM registration"
        " WHERE location <> left(region, CASE level WHEN '1' THEN 2 ELSE 6 END)",
        "different scopes or qualifications across locations": "SELECT person_key"
        f" FROM ({_IN_FORCE}) r GROUP BY person_key"
        " HAVING count(DISTINCT (level, category, scopes)) > 1",
        "a filing outside a location in force": "SELECT f.id FROM practice_filing f"
        f" LEFT JOIN ({_IN_FORCE}) r ON r.id = f.registration_id"
        " AND left(f.region, length(r.location)) = r.location"
        " WHERE f.status = 'in_force' AND f.until_on >= '{today}' AND r.id IS NULL",
        "a filing at the main institution": "SELECT f.id FROM practice_filing f"
        f" JOIN ({_IN_FORCE}) r ON r.id = f.registration_id"
        " WHERE f.status = 'in_force' AND f.until_on >= '{today}'"
        " AND f.institution_id = r.institution_id",
        "a filing with scopes that are not registered": "SELECT f.id FROM practice_filing f"
        f" JOIN ({_IN_FORCE}) r ON r.id = f.registration_id"
        " WHERE f.status = 'in_force' AND f.until_on >= '{today}'"
        " AND NOT f.scopes <@ r.scopes",
        "filings at one institution at the same time": "SELECT f.id FROM practice_filing f"
        " JOIN practice_filing g ON g.registration_id = f.registration_id AND g.id < f.id"
        " AND g.institution_id = f.institution_id AND g.from_on <= f.until_on"
        " AND f.from_on <= g.until_on WHERE f.status = 'in_force' AND g.status = 'in_force'",
        "two numbers of one person": "SELECT person_key FROM registration"
        " WHERE profession = 'physician' GROUP BY person_key"
        " HAVING count(DISTINCT certificate_key) > 1",
        "a number of two people": "SELECT certificate_key FROM registration"
        " WHERE profession = 'physician' GROUP BY certificate_key"
        " HAVING count(DISTINCT person_key) > 1",
        "two open applications": "SELECT person_key FROM application"
        f" WHERE state IN ({OPEN_STATES}) AND NOT (source <> 'person' AND state = 'draft')"
        " AND business_type <> 'physician-multi-institution'"
        " GROUP BY person_key HAVING count(*) > 1",
        "an approval without its effect": "SELECT a.id FROM application a"
        " WHERE a.state = 'approved'"
        " AND (SELECT count(*) FROM registration_history h WHERE h.application_id = a.id)"
        " + (SELECT count(*) FROM practice_filing f WHERE f.application_id = a.id) <> 1",
        "a cancelled registration without a ground": "SELECT id FROM registration"
        " WHERE (status = 'cancelled') <> (cancellation_ground IS NOT NULL)"
        " OR (status = 'filed' AND filing_ground IS NULL)",
    }

    def everybody_else(self) -> list[Principal]:
        w = self.world
        return [
            *(w.HOSPITAL, w.OTHER_HOSPITAL, HOSPITAL3, HEBEI_HOSPITAL, HEBEI_CLINIC),
            *(w.XICHENG, w.BEIJING, w.HEBEI),
        ]

    def form(self) -> dict[str, Any]:
        dice, today = self.dice, self._today()
        form: dict[str, Any] = FIT | {
            "department": "03",
            "informed": INFORMED,
            "left_on": "2026-10-01",
            "destination": "西藏自治区",
            "from_on": str(today),
            "until_on": str(add_years(today, 1)),
            "training": {
                "institution_name": "北京示例医院",
                "began_on": "2026-01-01",
                "ended_on": "2026-07-31",
                "passed": True,
            },
        }
        if dice.random() < 0.3:
            form["scopes"] = dice.choice([["11"], ["12"], ["51"], ["11", "12"]])
        return form

    async def _start(self) -> Any:
        dice = self.dice
        who = dice.choice(self.people) if dice.random() < 0.8 else self._anybody()
        whose = who if who.role == "practitioner" else dice.choice(self.people)
        held = await self.b.all(whose)
        own = dice.choice(held) if held else None
        if who.role == "practitioner":
            kind = self._kind(own)
            place = dice.choice(INSTITUTIONS)
            if own is not None and kind in AT_THE_OWN:
                place = own.institution_id
            body: dict[str, Any] = {"institution_id": place}
            if own is not None and kind != "multi-institution" and dice.random() < 0.7:
                body["registration_id"] = own.id
        elif own is None:
            return None
        else:
            kind = dice.choice(["off-post", "cancellation"])
            body = {"registration_id": own.id}
        form = self.form() | self._ground(kind, who)
        if kind in ("registration", "re-registration"):
            form.setdefault("scopes", ["11"])
        answer = await self.b.start(who, kind, form, **body)
        if answer.status_code == 201:
            self.made.append(answer.json()["id"])
            if who.role != "practitioner" and dice.random() < 0.9:
                await self.b.prove(who, self.made[-1])
        return answer

    def _kind(self, own: Any) -> str:
        """Mostly one that may be applied for."""
        if self.dice.random() < 0.2:
            return self.dice.choice(KINDS)
        if own is None:
            return "registration"
        if own.status != "registered":
            return self.dice.choice(["re-registration", "add-location"])
        rises = ["change-level"] * 3 if own.level == "2" else ["add-location"]
        return self.dice.choice(
            ["change", "change", "multi-institution", "multi-institution", *rises, *RARER]
        )

    def _ground(self, kind: str, who: Principal) -> dict[str, str]:
        others = who.role != "practitioner"
        grounds = {
            "cancellation": ["revoked", "criminal"] if others else ["own-request", "unfit-health"],
            "off-post": ["resigned", "trainee-finished"] if others else ["resigned"],
            "certificate-reissue": ["lost"],
        }
        return {"ground": self.dice.choice(grounds[kind])} if kind in grounds else {}


@pytest.mark.parametrize("seed", range(6))
async def test_the_rules_about_physicians_hold_whatever_anybody_does(world, seed):
    p = await Physicians(world).open()
    both = await p.physician()
    await p.register(both, institution=("HEBEI-HOSPITAL", "130102"))
    rising = await p.assistant()
    await p.qualified(level="1", serial=int(rising.account_id.removeprefix("ACC-P")))
    people = [
        both,
        rising,
        await p.physician(),
        await p.physician(status="filed", filed_on=date(2026, 1, 9), filing_ground="resigned"),
        await p.qualified(),
    ]
    await p.filed_at(people[2])
    # Written without a history: give them one, so that it counts.
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO registration_history (registration_id, version, at, change, status,"
                " institution_id, institution_name, valid_from)"
                " SELECT id, version, now(), 'imported', status, institution_id, '', valid_from"
                " FROM registration"
            )
        )
    walk = PhysiciansWalk(world, p, random.Random(seed), people)
    for _ in range(240):
        await walk.step()
        await walk.check()
    # A walk that achieved nothing shows nothing.
    approved = "SELECT count(*) FROM application WHERE state = 'approved'"
    async with world.kit.database.reading() as connection:
        assert await connection.scalar(text(approved)) > 1
    assert sum(count for status, count in walk.answers.items() if status >= 400) > 10
