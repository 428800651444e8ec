"""Nurses of an import, compared with what is on record of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from sqlalchemy import ARRAY, Text, any_, bindparam, select

from zhiye_chassis.database import Transaction
from zhiye_registration.adapters.projection_tables import qualification
from zhiye_registration.adapters.tables import OF_NURSES, registration
from zhiye_registration.application.compare import Compared, differing, named_otherwise
from zhiye_registration.application.landing import Landing
from zhiye_registration.application.take_over import Candidate
from zhiye_registration.domain import import_reasons as why
from zhiye_registration.domain.registration import Registration

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


async def compare_nurses(
    tx: Transaction, given: Mapping[int, Candidate], place: Landing
) -> Compared:
    """Those that nothing on record speaks against."""
    held, taken = await _on_record(tx, given.values())
    names = await _names_of_exams(tx, given.values())
    compared = Compared()
    for line, one in given.items():
        before = held.get(one.person_key)
        if before is not None:
            reasons = differing(one, before, place.id)
            compared.unchanged += not reasons
            if reasons:
                compared.rejects[line] = reasons
        elif one.certificate_key in taken:
            compared.rejects[line] = [why.CERTIFICATE_TAKEN]
        elif named_otherwise(one.record.name, names.get(one.person_key, [])):
            compared.rejects[line] = [why.NAME_DIFFERS]
        else:
            compared.new[line] = one
    return compared


async def _on_record(
    tx: Transaction, given: Iterable[Candidate]
) -> tuple[dict[str, Registration], set[str]]:
    """The registration of each person, the one in force before all others; and the certificates
    that are on record."""
    pairs = [(one.person_key, one.certificate_key) for one in given]
    rows = (await tx.execute(_HELD, {"keys": [person for person, _ in pairs]})).mappings()
    held = {row["person_key"]: Registration(**row) for row in rows}
    taken = await tx.execute(_TAKEN, {"keys": [certificate for _, certificate in pairs]})
    return held, set(taken.scalars())


async def _names_of_exams(tx: Transaction, given: Iterable[Candidate]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for row in await tx.execute(_NAMES, {"keys": [one.person_key for one in given]}):
        names.setdefault(row.person_key, []).append(row.name)
    return names
