"""Routes about medical institutions."""

from __future__ import annotations

from fastapi import Response

from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.reasons import Language
from zhiye_institutions.application import queries, record_queries
from zhiye_institutions.application.access import require_over
from zhiye_institutions.application.changing import institution_not_found
from zhiye_institutions.application.register_institution import register_institution
from zhiye_institutions.application.set_deciding_authority import set_deciding_authority
from zhiye_institutions.domain.institution import NOBODY_DECIDES
from zhiye_institutions.entrypoints.institution_schemas import (
    DecidingAuthoritiesOut,
    DecidingAuthorityIn,
    DecidingAuthorityOut,
    InstitutionDetail,
    InstitutionId,
    InstitutionIn,
    InstitutionName,
    OtherNameOut,
    shown,
)
from zhiye_institutions.kit import Kit


def routes(kit: Kit) -> Routes:
    api = Routes("institutions")

    @api.expose("GET", "/api/v1/institutions/{institution_id}", PUBLIC)
    async def read_institution(
        institution_id: str, language: Reader, response: Response
    ) -> InstitutionDetail:
        """One institution with its names and what its licence states."""
        async with kit.database.reading() as connection:
            row = await record_queries.read_institution(connection, institution_id)
            if row is None:
                raise institution_not_found()
            names = await record_queries.names_of(connection, institution_id)
            zones = await record_queries.zones_of(connection, [row["region"]])
        response.headers["ETag"] = etag(row["version"])
        campus = row["standard_id"] and InstitutionName(
            id=row["standard_id"], name=row["standard_name"]
        )
        merged = row["merged_into"] and InstitutionName(
            id=row["merged_into"], name=row["merged_into_name"]
        )
        return InstitutionDetail(
            **shown(row, language, zones).model_dump(),
            campus_of=campus,
            merged_into=merged,
            other_names=[OtherNameOut.model_validate(dict(name)) for name in names],
            address=row["address"],
            person_in_charge=row["person_in_charge"],
            beds=row["beds"],
            departments=row["departments"],
            subjects=row["subjects"],
            licensed_on=row["licensed_on"],
            next_check_due=row["next_check_due"],
        )

    @api.expose(
        "POST",
        "/api/v1/institutions",
        allow("authority", "operator"),
        refusals=(409,),
        status_code=201,
    )
    async def add_institution(
        tx: Tx, caller: Caller, body: InstitutionIn, response: Response
    ) -> InstitutionId:
        """Put an institution on record, set up or in practice already; a campus is a record of
        its own (Q57). An authority does so inside its own region."""
        require_over(caller, body.region)
        institution_id = await register_institution(tx, kit, **body.model_dump(), by=caller)
        response.headers["ETag"] = etag(1)
        response.headers["Location"] = f"/api/v1/institutions/{institution_id}"
        return InstitutionId(id=institution_id)

    @api.expose("GET", "/api/v1/institutions/{institution_id}/deciding-authorities", PUBLIC)
    async def list_deciding_authorities(
        institution_id: str, language: Reader, response: Response
    ) -> DecidingAuthoritiesOut:
        """Who decides the applications of an institution's people, for each business type."""
        return await _deciding(kit, institution_id, language, response)

    @api.expose(
        "PUT",
        "/api/v1/institutions/{institution_id}/deciding-authorities/{business_type}",
        allow("institution", "authority"),
        refusals=(409, 412, 428),
    )
    async def choose_deciding_authority(
        tx: Tx,
        caller: Caller,
        institution_id: str,
        business_type: str,
        body: DecidingAuthorityIn,
        version: IfMatch,
        response: Response,
    ) -> InstitutionId:
        """Choose who decides one business type: by the institution, or an authority over it."""
        changed = await set_deciding_authority(
            tx,
            kit,
            caller,
            institution_id=institution_id,
            business_type=business_type,
            authority_id=body.authority_id,
            expected_version=version,
        )
        response.headers["ETag"] = etag(changed)
        return InstitutionId(id=institution_id)

    return api


async def _deciding(
    kit: Kit, institution_id: str, language: Language, response: Response
) -> DecidingAuthoritiesOut:
    async with kit.database.reading() as connection:
        found = await queries.deciding_authorities(connection, institution_id)
    if found is None:
        raise institution_not_found()
    version, items = found
    response.headers["ETag"] = etag(version)
    return DecidingAuthoritiesOut(
        items=[
            DecidingAuthorityOut(
                **item,
                business_type_label=BUSINESS_TYPES.label(item["business_type"], language),
                warning=None if item["authority"] else reason_out(NOBODY_DECIDES, language),
            )
            for item in items
        ]
    )
