"""Random walks: legal and illegal steps by everybody, some of them at once, over days that pass.
After each step the rules that must never break are read from the database itself."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from services.registration.tests.businesses import PATH
from sqlalchemy import text

from zhiye_chassis.security import Principal
from zhiye_registration.domain.workflow import OPEN

OPEN_STATES = ", ".join(repr(state) for state in OPEN)
ALWAYS_WRONG = {
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
    b: Any
    dice: random.Random
    people: list[Principal]
    made: list[str] = field(default_factory=list)
    history: list[Any] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    never: ClassVar[dict[str, str]]

    async def step(self) -> None:
        """One thing that somebody tries."""
        dice = self.dice
        if dice.random() < 0.05:
            self.world.clock.instant += timedelta(days=dice.choice((1, 7, 40, 400)))
        chosen = dice.choice(
            (
                *(self._start, self._start, self._advance, self._advance, self._advance),
                *(self._submit, self._review, self._revise, self._withdraw),
            )
        )
        tries = [chosen() for _ in range(2 if dice.random() < 0.2 else 1)]
        for answer in await asyncio.gather(*tries):
            if answer is not None:
                assert answer.status_code < 500, answer.text
                self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1

    def _anybody(self) -> Principal:
        return self.dice.choice([*self.people, *self.everybody_else()])

    def everybody_else(self) -> list[Principal]:
        """The institutions and authorities that take part."""
        raise NotImplementedError

    def form(self) -> dict[str, Any]:
        """A form for a revision."""
        raise NotImplementedError

    async def _start(self) -> Any:
        raise NotImplementedError

    def _today(self) -> date:
        today: date = self.world.clock.today()
        return today

    async def _applicant(self, key: str) -> Principal:
        """Mostly whoever it belongs to."""
        if self.dice.random() < 0.2:
            return self._anybody()
        query = (
            "SELECT source, person_key, institution_id, authority_id"
            " FROM application WHERE id = :key"
        )
        async with self.world.kit.database.reading() as connection:
            row = (await connection.execute(text(query), {"key": key})).one()
        offices = self.everybody_else()
        if row.source == "institution":
            return next(o for o in offices if o.institution_id == row.institution_id)
        if row.source == "authority":
            return next(o for o in offices if o.authority_id == row.authority_id)
        return next(p for p in self.people if p.person_key == row.person_key)

    async def _advance(self) -> Any:
        """What an open application waits for."""
        chosen = await self._pick(*OPEN)
        if chosen is None:
            return None
        query = text("SELECT state FROM application WHERE id = :key")
        async with self.world.kit.database.reading() as connection:
            state = await connection.scalar(query, {"key": chosen})
        return await (self._review(chosen) if "awaiting" in state else self._submit(chosen))

    async def _submit(self, chosen: str | None = None) -> Any:
        key = chosen or await self._pick("draft", "returned")
        if key is None:
            return None
        return await self.world.submit(await self._applicant(key), key)

    async def _withdraw(self) -> Any:
        key = await self._pick(*OPEN)
        if key is None or self.dice.random() < 0.8:
            return None
        who = await self._applicant(key)
        return await self.world.call(who, "POST", f"{PATH}/{key}/withdrawal")

    async def _revise(self) -> Any:
        key = await self._pick("draft", "returned")
        if key is None or self.dice.random() < 0.7:
            return None
        body = {"form": self.form()}
        who, version = await self._applicant(key), await self._version(key)
        return await self.world.call(who, "PUT", f"{PATH}/{key}", body, If_Match=f'"{version}"')

    async def _review(self, chosen: str | None = None) -> Any:
        key = chosen or await self._pick("awaiting_institution", "awaiting_authority")
        if key is None:
            return None
        who = await self._reviewer(key)
        decision = self.dice.choice(["approve"] * 6 + ["return", "refuse"])
        version = await self._version(key) - (self.dice.random() < 0.1)
        reasons = [] if decision == "approve" else [{"code": "form_incorrect", "text": ""}]
        one = {"id": key, "version": version}
        return await self.world.review(who, one, decision, reasons=reasons)

    async def _pick(self, *states: str) -> str | None:
        """One of the applications, mostly one in these states."""
        query = text("SELECT id FROM application WHERE state = ANY(:states) ORDER BY id")
        async with self.world.kit.database.reading() as connection:
            found = list((await connection.execute(query, {"states": list(states)})).scalars())
        if not self.made or (not found and self.dice.random() < 0.8):
            return None
        return self.dice.choice(found if found and self.dice.random() < 0.85 else self.made)

    async def _reviewer(self, key: str) -> Principal:
        """Mostly whoever it waits for."""
        offices = self.everybody_else()
        query = text("SELECT state, institution_id, authority_id FROM application WHERE id = :key")
        async with self.world.kit.database.reading() as connection:
            row = (await connection.execute(query, {"key": key})).one()
        if self.dice.random() < 0.2:
            return self.dice.choice(offices)
        if row.state == "awaiting_authority":
            return next(o for o in offices if o.authority_id == row.authority_id)
        return next(o for o in offices if o.institution_id == row.institution_id)

    async def _version(self, key: str) -> int:
        async with self.world.kit.database.reading() as connection:
            query = text("SELECT version FROM application WHERE id = :key")
            found: int = (await connection.execute(query, {"key": key})).scalar_one()
        return found

    async def check(self) -> None:
        """The rules, as the database has it now."""
        async with self.world.kit.database.reading() as connection:
            for what, query in self.never.items():
                asked = text(query.replace("{today}", str(self._today())))
                assert (await connection.execute(asked)).first() is None, what
            history = list((await connection.execute(text(HISTORY))).all())
        assert history[: len(self.history)] == self.history, "the history only grows"
        for entry in history[len(self.history) :]:
            self.look_at(entry, history)
        self.history = history

    def look_at(self, entry: Any, history: list[Any]) -> None:
        """A new line of a registration's history, and all lines."""
