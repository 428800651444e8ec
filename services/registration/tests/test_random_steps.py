"""Whatever anybody tries, in whatever order: what must never break about nurses does not.

Each seed is a sequence of legal and illegal steps by everybody, some of them at once, over days
that pass. After each step the rules are read from the database itself.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from services.registration.tests.businesses import ARMY, FIT, PATH, TODAY, WORK, Businesses
from sqlalchemy import text

from zhiye_chassis.security import Principal
from zhiye_registration.domain.periods import last_day
from zhiye_registration.domain.workflow import OPEN

KINDS = ("first", "renewal", "change", "cancellation", "re-registration", "certificate-reissue")
FORM: dict[str, Any] = FIT | WORK | {"ground": "other", "note": "个人原因"}
INFORMED = {"informed": {"on": "2026-11-20", "by": "post"}}
_OPEN = ", ".join(repr(state) for state in OPEN)
NEVER = {
    "two registrations in force": "SELECT person_key FROM registration"
    " WHERE status = 'registered' GROUP BY person_key, profession HAVING count(*) > 1",
    "two open applications": "SELECT person_key FROM application"
    f" WHERE state IN ({_OPEN}) AND NOT (source = 'institution' AND state = 'draft')"
    " GROUP BY person_key HAVING count(*) > 1",
    "an effect without an approval": "SELECT h.id FROM registration_history h"
    " JOIN application a ON a.id = h.application_id WHERE a.state <> 'approved'",
    "an approval without its effect": "SELECT a.id FROM application a WHERE a.state = 'approved'"
    " AND (SELECT count(*) FROM registration_history h WHERE h.application_id = a.id) <> 1",
    "an approval without its reviews": "SELECT a.id FROM application a WHERE a.state = 'approved'"
    " AND NOT (EXISTS (SELECT FROM application_step s WHERE s.application_id = a.id"
    " AND s.action IN ('institution_approved', 'filed')) AND EXISTS (SELECT FROM application_step s"
    " WHERE s.application_id = a.id AND s.action = 'approved'))",
    "something decided twice": "SELECT application_id FROM application_step"
    " WHERE state IN ('approved', 'refused', 'institution_refused', 'withdrawn')"
    " GROUP BY application_id HAVING count(*) > 1",
    "a version that is missing in the history": "SELECT r.id FROM registration r"
    " JOIN registration_history h ON h.registration_id = r.id GROUP BY r.id, r.version"
    " HAVING count(*) <> r.version OR max(h.version) <> r.version",
    "a step that is missing in the timeline": "SELECT a.id FROM application a"
    " JOIN application_step s ON s.application_id = a.id GROUP BY a.id, a.version"
    " HAVING count(*) <> a.version",
    "a cancelled registration without a ground": "SELECT id FROM registration"
    " WHERE status = 'cancelled' AND cancellation_ground IS NULL",
}
HISTORY = (
    "SELECT id, registration_id, version, at, change, status, valid_until"
    " FROM registration_history ORDER BY id"
)


@dataclass
class Walk:
    """Everybody who takes part, and the applications that were made."""

    world: Any
    b: Businesses
    dice: random.Random
    people: list[Principal]
    made: list[str] = field(default_factory=list)
    history: list[Any] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)

    async def step(self) -> None:
        """One thing that somebody tries."""
        dice = self.dice
        if dice.random() < 0.05:
            self.world.clock.instant += timedelta(days=dice.choice((1, 7, 40, 400)))
        chosen = dice.choice(
            (self._start, self._submit, self._review, self._review, self._revise, self._withdraw)
        )
        tries = [chosen() for _ in range(2 if dice.random() < 0.2 else 1)]
        for answer in await asyncio.gather(*tries):
            if answer is not None:
                assert answer.status_code < 500, answer.text
                self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1

    def _anybody(self) -> Principal:
        w = self.world
        offices = [w.HOSPITAL, w.OTHER_HOSPITAL, w.XICHENG, w.HEBEI, ARMY]
        return self.dice.choice([*self.people, *offices])

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

    def _today(self) -> date:
        today: date = self.world.clock.today()
        return today

    async def _applicant(self, key: str) -> Principal:
        """Mostly whoever it belongs to."""
        if self.dice.random() < 0.2:
            return self._anybody()
        query = "SELECT source, person_key, institution_id FROM application WHERE id = :key"
        async with self.world.kit.database.reading() as connection:
            row = (await connection.execute(text(query), {"key": key})).one()
        offices = (self.world.HOSPITAL, self.world.OTHER_HOSPITAL)
        if row.source == "institution":
            return next(o for o in offices if o.institution_id == row.institution_id)
        return next(p for p in self.people if p.person_key == row.person_key)

    async def _submit(self) -> Any:
        if not self.made:
            return None
        key = self.dice.choice(self.made[-6:])
        return await self.world.submit(await self._applicant(key), key)

    async def _withdraw(self) -> Any:
        if not self.made or self.dice.random() < 0.6:
            return None
        key = self.dice.choice(self.made[-6:])
        who = await self._applicant(key)
        return await self.world.call(who, "POST", f"{PATH}/{key}/withdrawal")

    async def _revise(self) -> Any:
        if not self.made:
            return None
        key = self.dice.choice(self.made[-6:])
        body = {"form": FORM | {"department": self.dice.choice(["ward", "emergency"])} | INFORMED}
        who, version = await self._applicant(key), await self._version(key)
        return await self.world.call(who, "PUT", f"{PATH}/{key}", body, If_Match=f'"{version}"')

    async def _review(self) -> Any:
        if not self.made:
            return None
        key = self.dice.choice(self.made[-6:])
        w = self.world
        who = self.dice.choice([w.HOSPITAL, w.OTHER_HOSPITAL, w.XICHENG, w.XICHENG, w.HEBEI])
        decision = self.dice.choice(["approve"] * 6 + ["return", "refuse"])
        version = await self._version(key) - (self.dice.random() < 0.1)
        reasons = [] if decision == "approve" else [{"code": "form_incorrect", "text": ""}]
        one = {"id": key, "version": version}
        return await w.review(who, one, decision, reasons=reasons)

    async def _version(self, key: str) -> int:
        async with self.world.kit.database.reading() as connection:
            query = text("SELECT version FROM application WHERE id = :key")
            found: int = (await connection.execute(query, {"key": key})).scalar_one()
        return found

    async def check(self) -> None:
        """The rules, as the database has it now."""
        async with self.world.kit.database.reading() as connection:
            for what, query in NEVER.items():
                assert (await connection.execute(text(query))).first() is None, what
            history = list((await connection.execute(text(HISTORY))).all())
        assert history[: len(self.history)] == self.history, "the history only grows"
        for entry in history[len(self.history) :]:
            self._check_expiry(entry, history)
        self.history = history

    def _check_expiry(self, entry: Any, history: list[Any]) -> None:
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


async def agreed_by_everybody(walk: Walk) -> None:
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
    walk = Walk(world, b, random.Random(seed), people)
    for _ in range(160):
        await walk.step()
        await walk.check()
    await agreed_by_everybody(walk)
    # A walk that achieved nothing shows nothing.
    assert walk.answers.get(200, 0) > 5
    assert sum(count for status, count in walk.answers.items() if status >= 400) > 10
