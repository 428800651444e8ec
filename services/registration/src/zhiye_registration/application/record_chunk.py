"""Recording lines of an import together: compared with what is on record, then inserted at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

from sqlalchemy import ARRAY, RowMapping, Text, any_, bindparam, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.rows import insert_rows
from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Reason
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.record_tables import registration_import_reject
from zhiye_registration.adapters.tables import OF_NURSES, qualification, registration
from zhiye_registration.application.import_chunk import Chunk
from zhiye_registration.application.landing import Landing, land
from zhiye_registration.application.take_over import Candidate, Office, take_over
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.information import value_of
from zhiye_registration.domain.registration import Registration
from zhiye_registration.kit import Kit

_r, _q = registration.c, qualification.c
_KEYS = bindparam("keys", type_=ARRAY(Text))
_HELD = (
    select(*(_r[each.name] for each in fields(Registration)))
    .where(_r.person_key == any_(_KEYS), _r.profession == "nurse")
    .order_by((_r.status == "registered"), _r.id)
)
_TAKEN = select(_r.certificate_key).where(OF_NURSES, _r.certificate_key == any_(_KEYS))
_NAMES = select(_q.person_key, _q.name).where(
    _q.person_key == any_(_KEYS), _q.profession == "nurse", _q.in_force
)


class Recording:
    """One chunk of one import, in one transaction."""

    def __init__(self, tx: Transaction, kit: Kit, job: RowMapping, chunk: Chunk) -> None:
        self._tx, self._kit, self._job = tx, kit, job
        self._candidates: Mapping[int, Candidate] = chunk.candidates
        self._rejects: dict[int, Sequence[Reason]] = dict(chunk.rejects)
        self._unchanged = 0

    async def run(self) -> dict[str, int]:
        """Record what is new, unless it is a dry run; how many lines were recorded, unchanged and
        rejected."""
        job = self._job
        place = await land(self._tx, job["institution_id"], job["institution_name"], job["region"])
        new = await self._compare(self._candidates, place.id)
        recorded = len(new) if job["dry_run"] else await self._record(new, place)
        rejected = len(self._rejects)
        told = dict(self._rejects)
        for line, one in self._candidates.items():
            if one.record.upgraded and line not in told:
                told[line] = [why.UPGRADED]
        rows = [
            {"line": line, "reasons": [{"field": r.field, "code": r.code} for r in reasons]}
            for line, reasons in sorted(told.items())
        ]
        await insert_rows(self._tx, registration_import_reject, rows, {"import_id": job["id"]})
        return {"recorded": recorded, "unchanged": self._unchanged, "rejected": rejected}

    async def _record(self, new: Mapping[int, Candidate], place: Landing) -> int:
        """How many; somebody else may have been quicker with the others, just now."""
        if not new:
            return 0
        online = await is_online(self._tx.connection, place.id)
        office = Office(self._job["authority_id"], self._job["authority_name"], online)
        done = await take_over(self._tx, self._kit, list(new.values()), place, office)
        lost = {line: one for line, one in new.items() if one.person_key not in done}
        if lost:
            for line in await self._compare(lost, place.id):
                self._rejects[line] = [why.REPEATED]
        return len(done)

    async def _compare(
        self, candidates: Mapping[int, Candidate], institution_id: str
    ) -> dict[int, Candidate]:
        """Those that nothing on record speaks against."""
        held, taken = await self._on_record(candidates.values())
        names = await self._names_of_exams(candidates.values())
        new = {}
        for line, one in candidates.items():
            before = held.get(one.person_key)
            reasons: list[Reason] = []
            if before is not None:
                reasons = _against(one, before, institution_id)
                self._unchanged += not reasons
            elif one.certificate_key in taken:
                reasons = [why.CERTIFICATE_TAKEN]
            elif _named_otherwise(one.record.name, names.get(one.person_key, [])):
                reasons = [why.NAME_DIFFERS]
            else:
                new[line] = one
            if reasons:
                self._rejects[line] = reasons
        return new

    async def _on_record(
        self, candidates: Iterable[Candidate]
    ) -> tuple[dict[str, Registration], set[str]]:
        """The registration of each person, the one in force before all others; and the
        certificates that are on record."""
        people, certificates = _keys(candidates)
        rows = (await self._tx.execute(_HELD, {"keys": people})).mappings()
        held = {row["person_key"]: Registration(**row) for row in rows}
        taken = await self._tx.execute(_TAKEN, {"keys": certificates})
        return held, set(taken.scalars())

    async def _names_of_exams(self, candidates: Iterable[Candidate]) -> dict[str, list[str]]:
        people, _ = _keys(candidates)
        names: dict[str, list[str]] = {}
        for row in await self._tx.execute(_NAMES, {"keys": people}):
            names.setdefault(row.person_key, []).append(row.name)
        return names


def _keys(candidates: Iterable[Candidate]) -> tuple[list[str], list[str]]:
    """Of people and of certificates."""
    pairs = [(one.person_key, one.certificate_key) for one in candidates]
    return [person for person, _ in pairs], [certificate for _, certificate in pairs]


def _against(one: Candidate, held: Registration, institution_id: str) -> list[Reason]:
    """Why a line about somebody who is on record is not as it is there. What is on record at
    another institution, and which it is, is not told."""
    record = one.record
    if held.status == "cancelled" != record.status:
        return [why.CANCELLED]
    if held.institution_id != institution_id:
        return [why.ELSEWHERE]
    if held.status != record.status:
        return [_differs("status")]
    differing = [
        name
        for name, said, known in (
            ("name", record.name, held.name),
            ("certificate_number", one.certificate_key, held.certificate_key),
            ("valid_until", record.valid_until, held.valid_until),
            ("registered_on", record.registered_on or held.registered_on, held.registered_on),
            ("cancelled_on", record.cancelled_on, held.cancelled_on),
            ("cancellation_ground", record.cancellation_ground, held.cancellation_ground),
        )
        if said != known
    ]
    differing += [name for name, said in record.values.items() if said != value_of(held, name)]
    return [_differs(name) for name in differing]


def _differs(field: str) -> Reason:
    return replace(why.DIFFERS, field=field)


def _named_otherwise(name: str, of_exams: list[str]) -> bool:
    return bool(of_exams) and all(names_match(name, other) == "different" for other in of_exams)
