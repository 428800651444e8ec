"""Routes about medical institutions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import refused
from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Schema, Tx, etag
from zhiye_contracts.codes import BUSINESS_TYPES, ECONOMIC_TYPES, INSTITUTION_CATEGORIES
from zhiye_contracts.identifiers import parse_institution_number
from zhiye_contracts.reasons import Language, Refused
from zhiye_institutions.application import queries
from zhiye_institutions.application.register_institution import register_institution
from zhiye_institutions.application.set_deciding_authority import set_deciding_authority
from zhiye_institutions.domain.institution import INSTITUTION_LEVELS
from zhiye_institutions.domain.lifecycle import STATUSES
from zhiye_institutions.domain.regions import full_name
from zhiye_institutions.entrypoints.authorities import Region
from zhiye_institutions.entrypoints.scope import require_over, require_own
from zhiye_institutions.kit import Kit

_EXAMPLE: dict[str, JsonValue] = {
    "registration_number": "40000001811010211A1001",
    "name": "北京示例医院",
    "region": "110102",
    "category": "A100",
    "level": "tertiary-a",
    "ownership": "11",
}


class InstitutionIn(Schema):
    """A medical institution to put on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(min_length=2, max_length=200, description="Standard name")
    region: str = Field(pattern="^[0-9]{6}$", description="6-digit division or zone code")
    registration_number: str | None = Field(
        None, description="22 characters, WS 218-2002; blood and plasma stations may have none"
    )
    category: str | None = Field(None, description="Default: that of the registration number")
    level: str = Field("ungraded", description="Code of the table institution_level")
    ownership: str | None = Field(
        None, description="Code of the table economic_type; default: that of the number"
    )

    @field_validator("registration_number")
    @classmethod
    def _valid(cls, value: str | None) -> str | None:
        return parse_institution_number(value).value if value else None


class InstitutionOut(BaseModel):
    """What anybody may know of an institution."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "id": "01JD0000000000000000INS001",
                    "region_name": "北京市西城区",
                    "category_label": "综合医院",
                    "level_label": "三级甲等",
                    "ownership_label": "国有全资",
                    "status": "in_force",
                    "status_label": "执业",
                    "version": 1,
                }
            ]
        }
    )

    id: str
    registration_number: str | None
    name: str
    region: str
    region_name: str
    category: str
    category_label: str
    level: str
    level_label: str
    ownership: str
    ownership_label: str
    status: str = Field(description="Code of the table institution_status")
    status_label: str
    version: int


class InstitutionId(BaseModel):
    id: str = Field(examples=["01JD0000000000000000INS001"])


class DecidingAuthorityIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"authority_id": "01JD0000000000000000AUT001"}]}
    )

    authority_id: str = Field(max_length=64)


class AuthorityName(BaseModel):
    id: str = Field(examples=["01JD0000000000000000AUT001"])
    name: str = Field(examples=["北京市西城区卫生健康委员会"])


class DecidingAuthorityOut(BaseModel):
    business_type: str = Field(examples=["nurse-first"])
    business_type_label: str = Field(examples=["首次注册"])
    authority: AuthorityName | None = Field(None, description="Absent: nobody can decide yet")
    origin: Literal["set", "default", "none"] = Field(examples=["default"])


class DecidingAuthoritiesOut(BaseModel):
    """Who decides, for every business type. The ETag is the institution's version."""

    items: list[DecidingAuthorityOut]


def shown(row: RowMapping, language: Language) -> InstitutionOut:
    return InstitutionOut(
        id=row["id"],
        registration_number=row["registration_number"],
        name=row["name"],
        region=row["region"],
        region_name=full_name(row["region"]),
        category=row["category"],
        category_label=INSTITUTION_CATEGORIES.label(row["category"], language),
        level=row["level"],
        level_label=INSTITUTION_LEVELS.label(row["level"], language),
        ownership=row["ownership"],
        ownership_label=ECONOMIC_TYPES.label(row["ownership"], language),
        status=row["status"],
        status_label=STATUSES.label(row["status"], language),
        version=row["version"],
    )


def _not_found() -> Refused:
    return refused(
        "institution_not_found",
        ("没有找到该机构。", "There is no such institution."),
        ("请按名称或登记号查找。", "Search for it by name or registration number."),
        status=404,
    )


def routes(kit: Kit) -> Routes:
    api = Routes("institutions")

    @api.expose("GET", "/api/v1/institutions", PUBLIC)
    async def search_institutions(
        language: Reader,
        q: Annotated[
            str | None,
            Query(max_length=100, description="Part of the name, or how the number begins"),
        ] = None,
        region: Region = None,
        cursor: Cursor = None,
        limit: Limit = 20,
    ) -> Page[InstitutionOut]:
        """Find institutions by part of the name or the beginning of the registration number."""
        after = decode_cursor(cursor, str, str) if cursor else None
        async with kit.database.reading() as connection:
            rows = await queries.find_institutions(
                connection,
                q.strip() if q else None,
                region,
                (str(after[0]), str(after[1])) if after else None,
                limit + 1,
            )
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=[shown(row, language) for row in rows],
            next_cursor=encode_cursor(rows[-1]["name"], rows[-1]["id"]) if more else None,
        )

    @api.expose("GET", "/api/v1/institutions/{institution_id}", PUBLIC)
    async def read_institution(
        institution_id: str, language: Reader, response: Response
    ) -> InstitutionOut:
        """One institution."""
        async with kit.database.reading() as connection:
            row = await queries.get_institution(connection, institution_id)
        if row is None:
            raise _not_found()
        response.headers["ETag"] = etag(row["version"])
        return shown(row, language)

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
        """Put an institution on record; an authority does so inside its own region."""
        require_over(caller, body.region)
        institution_id = await register_institution(tx, kit, **body.model_dump())
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
        row = await queries.get_institution(tx.connection, institution_id)
        if row is None:
            raise _not_found()
        require_own(caller, institution_id, row["region"])
        changed = await set_deciding_authority(
            tx,
            kit,
            institution_id=institution_id,
            business_type=business_type,
            authority_id=body.authority_id,
            expected_version=version,
            set_by=caller.account_id,
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
        raise _not_found()
    version, items = found
    response.headers["ETag"] = etag(version)
    return DecidingAuthoritiesOut(
        items=[
            DecidingAuthorityOut(
                **item, business_type_label=BUSINESS_TYPES.label(item["business_type"], language)
            )
            for item in items
        ]
    )
