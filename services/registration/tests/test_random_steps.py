"""Whatever anybody tries, in whatever order: what must never break about nurses does not.

Each seed is a sequence of legal and illegal steps by everybody, some of them at once, over days
that pass. After each step the rules are read from the database itself.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from services.registration.tests.businesses import ARMY, FIT, TODAY, WORK, Businesses
from services.registration.tests.walking import ALWAYS_WRONG, OPEN_STATES, Walk
from sqlalchemy import text

from zhiye_chassis.security import Principal
from zhiye_registration.domain.periods import last_day

KINDS = ("first", "renewal", "change", "cancellation", "re-registration", "certificate-reissue")
FORM: dict[str, Any] = FIT | WORK | {"ground": "other", "note": "个人原因"}
INFORMED = {"informed": {"on": "2026-11-20", "by": "post"}}


@dataclass
class NursesWalk(Walk):
    """Nurses, two hospitals, the army, two authorities."""

    never = ALWAYS_WRONG | {
        "two registrations in force": "SELECT person_key FROM registration"
        " WHERE status = 'registered' GROUP BY person_key, profession HAVING count(*) > 1",
        "two open applications": "SELECT person_key FROM application"
        f" WHERE state IN ({OPEN_STATES}) AND NOT (source = 'institution' AND state = 'draft')"
        " GROUP BY person_key HAVING count(*) > 1",
    }

    def everybody_else(self) -> list[Principal]:
        w = self.world
        return [w.HOSPITAL, w.OTHER_HOSPITAL, w.XICHENG, w.XICHENG, w.HEBEI, ARMY]

    def form(self) -> dict[str, Any]:
        return FORM | {"department": self.dice.choice(["ward", "emergency"])} | INFORMED

    async def _start(self) -> Any:
        who = self._anybody()
        form = FORM | {"health": {"meets_standard": True, "checked_on": str(self._today())}}
        body: dict[str, Any] = {"institution_id": self.dice.choice(["HOSPITAL", "HOSPITAL2"])}
        kind = self.dice.choice(KINDS)
        if kind == "certificate-reissue":
            form |= {"ground": "lost"}
        if who.role == "institution":
            held = await self.b.registration(self.dice.choice(self.people[:3]))
            body = {"registration_id": held.id}
            kind, form = "cancellation", form | INFORMED
        answer = await self.b.start(who, kind, form, **body)
        if answer.status_code == 201:
            self.made.append(answer.json()["id"])
            if who.role == "institution" and self.dice.random() < 0.8:
                await self.b.prove(who, self.made[-1])
        return answer

    def look_at(self, entry: Any, history: list[Any]) -> None:
        """The expiry moves by the effects of the policy table alone."""
        before = [
            h for h in history if h.registration_id == entry.registration_id and h.id < entry.id
        ]
        if not before:
            return
        old = before[-1].valid_until
        if entry.change == "nurse-renewal":
            assert entry.valid_until == last_day(old + timedelta(days=1), 60)
        elif entry.change == "nurse-re-registration":
            assert entry.valid_until == last_day(self._today(), 60)
        else:
            assert entry.valid_until == old


async def agreed_by_everybody(walk: NursesWalk) -> None:
    """What the roster, the person and the verification show is the same."""
    world = walk.world
    for nurse in walk.people:
        mine = (await world.call(nurse, "GET", "/api/v1/my/registration")).json()
        found = mine["registration"]
        rosters = {}
        for hospital in (world.HOSPITAL, world.OTHER_HOSPITAL):
            page = (await world.call(hospital, "GET", "/api/v1/roster?list=all&limit=200")).json()
            rosters[hospital.institution_id] = {
                line["certificate_number"]: line for line in page["items"]
            }
        if found is None:
            continue
        number, home = found["certificate_number"], found["institution_id"]
        for institution, lines in rosters.items():
            assert (number in lines) == (institution == home)
        line = rosters[home][number]
        looked_up = await world.call(world.XICHENG, "GET", f"/api/v1/registrations/{number}")
        for shown in (line, looked_up.json()):
            assert (shown["status"], shown["valid_until"]) == (
                found["status"],
                found["valid_until"],
            )


@pytest.mark.parametrize("seed", range(8))
async def test_the_rules_about_nurses_hold_whatever_anybody_does(world, seed):
    b = await Businesses(world).open()
    people = [
        await b.nurse(TODAY + timedelta(days=20)),
        await b.nurse(TODAY + timedelta(days=900)),
        await b.cancelled(TODAY - timedelta(days=40)),
        await world.nurse(700),
    ]
    # The cancelled one was written without a history: give it one, so that it counts.
    async with world.kit.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO registration_history (registration_id, version, at, change, status,"
                " institution_id, institution_name, valid_from, valid_until)"
                " SELECT id, version, now(), 'imported', status, institution_id, '', valid_from,"
                " valid_until FROM registration WHERE status = 'cancelled'"
            )
        )
    walk = NursesWalk(world, b, random.Random(seed), people)
    for _ in range(160):
        await walk.step()
        await walk.check()
    await agreed_by_everybody(walk)
    # A walk that achieved nothing shows nothing.
    assert walk.answers.get(200, 0) > 5
    assert sum(count for status, count in walk.answers.items() if status >= 400) > 10
