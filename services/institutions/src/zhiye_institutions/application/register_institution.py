"""An institution is put on record under its standard name: set up, or in practice already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text as TextType
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.identifiers import parse_institution_number
from zhiye_contracts.reasons import Reason, Refused
from zhiye_institutions.adapters.tables import institution, nearest_authority
from zhiye_institutions.application.access import is_over
from zhiye_institutions.application.changing import note_change
from zhiye_institutions.application.other_names import insert_names
from zhiye_institutions.application.publishing import hold_authorities, publish_institutions
from zhiye_institutions.application.search_keys import refresh_search
from zhiye_institutions.application.zones import is_zone
from zhiye_institutions.domain.filing_conditions import NUMBER_REGION_DIFFERS
from zhiye_institutions.domain.institution import (
    CAMPUS_ELSEWHERE,
    CAMPUS_OF_CAMPUS,
    CAMPUS_OF_ENDED,
    CAMPUS_UNKNOWN,
    NUMBER_NOT_YET,
    Description,
    refusals,
)
from zhiye_institutions.domain.regions import is_official
from zhiye_institutions.kit import Kit


async def register_institution(
    tx: Transaction,
    kit: Kit,
    *,
    name: str,
    region: str,
    registration_number: str | None = None,
    category: str | None = None,
    level: str = "ungraded",
    ownership: str | None = None,
    status: str = "in_force",
    campus_of: str | None = None,
    address: str | None = None,
    person_in_charge: str | None = None,
    reserved_phone: str | None = None,
    beds: int | None = None,
    departments: Sequence[str] = (),
    subjects: Sequence[str] = (),
    other_names: Sequence[str] = (),
    institution_id: str | None = None,
    by: Principal | None = None,
) -> str:
    """Record a medical institution; returns its id.

    ``status`` is ``planned`` once it was allowed to be set up (设置批准), without a licence yet,
    or ``in_force``. A campus is its own record, found under the standard name of ``campus_of``
    (Q57). Category and ownership may be left to the registration number; stations without one
    (Q55) must give both. With an ``institution_id`` that exists already nothing is done, so that
    seeding may be repeated. Raises ``IdentifierError`` for the number and ``Refused`` with every
    reason at once, or institution_number_taken (409).
    """
    number = parse_institution_number(registration_number) if registration_number else None
    await hold_authorities(tx, to_change=False)
    described = Description(
        region=region,
        region_known=is_official(region, kit.clock.today()) or await is_zone(tx, region),
        number=number,
        category=category,
        level=level,
        ownership=ownership,
    )
    reasons = refusals(described)
    if described.numbered_elsewhere:
        reasons.append(NUMBER_REGION_DIFFERS)
    if status == "planned" and number is not None:
        reasons.append(NUMBER_NOT_YET)
    if campus_of is not None:
        reasons += await _campus_refusals(tx, campus_of, by)
    if reasons:
        raise Refused(*reasons)
    now = kit.clock.now()
    id_ = institution_id or new_id()
    phone = reserved_phone and kit.settings.cipher.seal(reserved_phone, purposes.PHONE)
    values: dict[str, Any] = {
        "registration_number": number.value if number else None,
        "name": name,
        "region": region,
        "category": described.resolved_category,
        "level": level,
        "ownership": described.resolved_ownership,
        "status": status,
        "standard_id": campus_of,
        "address": address,
        "person_in_charge": person_in_charge,
        "beds": beds,
        "departments": list(departments),
        "subjects": list(subjects),
    }
    added = await tx.execute(
        insert(institution)
        .values(
            **values,
            id=id_,
            sealed_reserved_phone=phone,
            default_authority_id=nearest_authority(literal(region, TextType)),
            version=1,
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(institution.c.id)
    )
    if added.first() is None:
        same = await tx.execute(select(institution.c.id).where(institution.c.id == id_))
        if same.first() is None:
            raise number_taken()
        return id_
    names = [other for other in dict.fromkeys(other_names) if other != name]
    await insert_names(tx, kit, id_, names, by)
    told = {field: value for field, value in values.items() if value not in (None, [])}
    if names:
        told["other_names"] = names
    await note_change(tx, kit, id_, 1, "registered", by, before={}, after=told)
    await publish_institutions(tx, [id_])
    await refresh_search(tx, [id_])
    return id_


async def _campus_refusals(tx: Transaction, campus_of: str, by: Principal | None) -> list[Reason]:
    # Locked, so that it is not merged away at this moment.
    found = (
        (
            await tx.execute(
                select(institution).where(institution.c.id == campus_of).with_for_update(read=True)
            )
        )
        .mappings()
        .first()
    )
    if found is None:
        return [CAMPUS_UNKNOWN]
    reasons: list[Reason] = []
    if found["standard_id"] is not None:
        reasons.append(CAMPUS_OF_CAMPUS)
    if found["status"] in ("cancelled", "merged"):
        reasons.append(CAMPUS_OF_ENDED)
    if by is not None and by.role == "authority" and not is_over(by, found["region"]):
        reasons.append(CAMPUS_ELSEWHERE)
    return reasons


def number_taken() -> Refused:
    """409: another institution has this registration number."""
    return refused(
        "institution_number_taken",
        (
            "该登记号已有机构登记。",
            "An institution is on record with this registration number.",
        ),
        (
            "请按登记号查找已有机构；登记号有误的请更正。",
            "Search for the number to find it; correct the number if it is wrong.",
        ),
        field="registration_number",
        source="WS 218-2002",
        status=409,
    )
