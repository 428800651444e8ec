"""Recording lines of an import together: compared with what is on record, then inserted at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from sqlalchemy import RowMapping, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.rows import insert_rows
from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Reason
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.events import registration_changed
from zhiye_registration.adapters.facts import is_online
from zhiye_registration.adapters.record_tables import registration_import_reject
from zhiye_registration.adapters.tables import qualification, registration, registration_history
from zhiye_registration.application.import_chunk import Candidate, Chunk
from zhiye_registration.application.landing import Landing, land
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.information import value_of
from zhiye_registration.domain.periods import add_months
from zhiye_registration.domain.registration import VALID_YEARS, Registration
from zhiye_registration.kit import Kit

_NAMES = [each.name for each in fields(Registration)]
_r, _q = registration.c, qualification.c


class Recording:
    """One chunk of one import, in one transaction."""

    def __init__(self, tx: Transaction, kit: Kit, job: RowMapping, chunk: Chunk) -> None:
        self._tx, self._kit, self._job = tx, kit, job
        self._candidates = chunk.candidates
        self._rejects: dict[int, Sequence[Reason]] = dict(chunk.rejects)
        self._unchanged = 0

    async def run(self) -> dict[str, int]:
        """Record what is new, unless it is a dry run; how many lines were recorded, unchanged and
        rejected."""
        job = self._job
        place = await land(self._tx, job["institution_id"], job["institution_name"], job["region"])
        new = await self._compare(place.id)
        recorded = len(new) if job["dry_run"] else await self._insert(new, place)
        rows = [
            {"line": line, "reasons": [{"field": r.field, "code": r.code} for r in reasons]}
            for line, reasons in sorted(self._rejects.items())
        ]
        await insert_rows(self._tx, registration_import_reject, rows, {"import_id": job["id"]})
        return {
            "recorded": recorded,
            "unchanged": self._unchanged,
            "rejected": len(self._rejects),
        }

    async def _compare(self, institution_id: str) -> list[Candidate]:
        """Those that nothing on record speaks against."""
        held, taken = await self._on_record()
        names = await self._names_of_exams()
        new = []
        for one in self._candidates:
            before = held.get(one.person_key)
            if before is not None:
                reasons = self._against(one, before, institution_id)
                if not reasons:
                    self._unchanged += 1
            elif one.certificate_key in taken:
                reasons = [why.CERTIFICATE_TAKEN]
            elif _named_otherwise(one.record.name, names.get(one.person_key, [])):
                reasons = [why.NAME_DIFFERS]
            else:
                new.append(one)
                continue
            if reasons:
                self._rejects[one.line] = reasons
        return new

    async def _on_record(self) -> tuple[dict[str, Registration], set[str]]:
        """The registration of each person, the one in force before all others; and the
        certificates that are on record."""
        people = [one.person_key for one in self._candidates]
        found = await self._tx.execute(
            select(*(_r[name] for name in _NAMES))
            .where(_r.person_key.in_(people), _r.profession == "nurse")
            .order_by((_r.status == "registered"), _r.id)
        )
        held = {row["person_key"]: Registration(**row) for row in found.mappings()}
        certificates = [one.certificate_key for one in self._candidates]
        taken = await self._tx.execute(
            select(_r.certificate_key).where(_r.certificate_key.in_(certificates))
        )
        return held, set(taken.scalars())

    async def _names_of_exams(self) -> dict[str, list[str]]:
        people = [one.person_key for one in self._candidates]
        found = await self._tx.execute(
            select(_q.person_key, _q.name).where(
                _q.person_key.in_(people), _q.profession == "nurse", _q.in_force
            )
        )
        names: dict[str, list[str]] = {}
        for row in found:
            names.setdefault(row.person_key, []).append(row.name)
        return names

    def _against(self, one: Candidate, held: Registration, institution_id: str) -> list[Reason]:
        """Why a line about somebody who is on record is not as it is there."""
        record = one.record
        if held.institution_id != institution_id:
            # Where she is, and what is on record there, is not told.
            return [why.ELSEWHERE]
        if held.status != record.status:
            return [why.CANCELLED if held.status == "cancelled" else _differs("status")]
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

    async def _insert(self, new: list[Candidate], place: Landing) -> int:
        """Record them and tell of them; how many. Another import may have been quicker."""
        if not new:
            return 0
        tx, online = self._tx, await is_online(self._tx.connection, place.id)
        made = [self._registration(one, place) for one in new]
        rows = [{name: getattr(one, name) for name in _NAMES} for one in made]
        inserted = await insert_rows(tx, registration, rows, returning="id")
        done = [one for one in made if one.id in inserted]
        await insert_rows(
            tx,
            registration_history,
            [
                {
                    "registration_id": one.id,
                    "at": one.updated_at,
                    "status": one.status,
                    "valid_from": one.valid_from,
                    "valid_until": one.valid_until,
                }
                for one in done
            ],
            {
                "version": 1,
                "change": "imported",
                "institution_id": place.id,
                "institution_name": place.name,
                "authority_name": self._job["authority_name"],
                "region": place.region,
            },
        )
        if place.hops:
            for one in done:
                await place.note(tx, one.id)
        await self._reserve(new)
        tx.emit(*(registration_changed(one, region_online=online) for one in done))
        for candidate, one in zip(new, made, strict=True):
            if one.id not in inserted:
                self._rejects[candidate.line] = [why.REPEATED]
        return len(done)

    def _registration(self, one: Candidate, place: Landing) -> Registration:
        record = one.record
        # Five years that end on the day given; whoever registered later began later.
        began = add_months(record.valid_until, -12 * VALID_YEARS)
        registered_on = record.registered_on or began
        return Registration(
            id=new_id(),
            version=1,
            profession="nurse",
            person_key=one.person_key,
            sealed_id_number=one.sealed_id_number,
            name=record.name,
            gender=record.person.gender,
            birth_date=record.person.birth_date,
            certificate_key=one.certificate_key,
            sealed_certificate_number=one.sealed_certificate_number,
            status=record.status,
            institution_id=place.id,
            region=place.region,
            authority_id=self._job["authority_id"],
            authority_name=self._job["authority_name"],
            registered_on=registered_on,
            valid_from=max(registered_on, began),
            valid_until=record.valid_until,
            business_completed=False,
            updated_at=self._kit.clock.now(),
            details=record.details(),
            name_pinyin=one.pinyin,
            name_initials=one.initials,
            last_change=record.last_change,
            cancelled_on=record.cancelled_on,
            cancellation_ground=record.cancellation_ground,
            **record.of_registration(),
        )

    async def _reserve(self, new: list[Candidate]) -> None:
        """Certificates that are given out later have higher serials."""
        highest: dict[tuple[int, str], int] = {}
        for one in new:
            certificate = one.record.certificate
            if certificate.year and certificate.province and certificate.serial:
                key = (certificate.year, certificate.province[:2])
                highest[key] = max(highest.get(key, 0), certificate.serial)
        for (year, province), serial in sorted(highest.items()):
            await registrations.reserve_serial(self._tx, year, province, serial)


def _differs(field: str) -> Reason:
    return replace(why.DIFFERS, field=field)


def _named_otherwise(name: str, of_exams: list[str]) -> bool:
    return bool(of_exams) and all(names_match(name, other) == "different" for other in of_exams)
