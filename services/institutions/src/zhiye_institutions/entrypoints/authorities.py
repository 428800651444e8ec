"""Routes about health authorities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import IfMatch, Reader, Routes, Schema, Tx, etag
from zhiye_contracts.reasons import Language, Refused
from zhiye_institutions.application import queries, record_queries
from zhiye_institutions.application.authority_tree import authorities_above, authorities_below
from zhiye_institutions.application.change_authority import change_authority
from zhiye_institutions.application.register_authority import register_authority
from zhiye_institutions.domain.institution import AUTHORITY_UNKNOWN
from zhiye_institutions.domain.regions import AUTHORITY_LEVELS, full_name
from zhiye_institutions.kit import Kit

Region = Annotated[
    str | None,
    Query(pattern="^[0-9]{6}$", description="6-digit division code", examples=["110000"]),
]

_EXAMPLE = {"name": "北京市西城区卫生健康委员会", "level": "county", "region": "110102"}


class AuthorityIn(Schema):
    """A health authority to put on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "online": True}]})

    name: str = Field(min_length=2, max_length=100)
    level: Literal["nation", "province", "city", "county", "zone"]
    region: str = Field(pattern="^[0-9]{6}$", description="6-digit division code")
    online: bool = Field(True, description="Whether it registers electronically (Q5, Q29)")


class AuthorityChange(Schema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": _EXAMPLE["name"], "online": False}]}
    )

    name: str = Field(min_length=2, max_length=100)
    online: bool


class AuthorityOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "id": "01JD0000000000000000AUT001",
                    "level_label": "区县级",
                    "region_name": "北京市西城区",
                    "online": True,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    name: str
    level: str
    level_label: str
    region: str
    region_name: str
    online: bool
    version: int


class AuthorityTreeOut(BaseModel):
    """An authority with those above it and directly below it (deck 3)."""

    authority: AuthorityOut
    above: list[AuthorityOut] = Field(description="From the nation down")
    below: Page[AuthorityOut] = Field(
        description="Inside its region with no other between; a zone under what it lies in (Q56)"
    )


class AuthorityId(BaseModel):
    id: str = Field(examples=["01JD0000000000000000AUT001"])


def shown(
    row: RowMapping, language: Language, zones: Mapping[str, tuple[str, str]]
) -> AuthorityOut:
    return AuthorityOut(
        id=row["id"],
        name=row["name"],
        level=row["level"],
        level_label=AUTHORITY_LEVELS.label(row["level"], language),
        region=row["region"],
        region_name=full_name(row["region"], zones),
        online=row["online"],
        version=row["version"],
    )


def routes(kit: Kit) -> Routes:
    api = Routes("authorities")

    @api.expose("GET", "/api/v1/authorities", PUBLIC)
    async def list_authorities(
        language: Reader, region: Region = None, cursor: Cursor = None, limit: Limit = 50
    ) -> Page[AuthorityOut]:
        """Health authorities, of the whole country or inside one region's subtree."""
        after = decode_cursor(cursor, str, str) if cursor else None
        async with kit.database.reading() as connection:
            rows = await queries.find_authorities(
                connection, region, (str(after[0]), str(after[1])) if after else None, limit + 1
            )
            zones = await record_queries.zones_of(connection, {row["region"] for row in rows})
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=[shown(row, language, zones) for row in rows],
            next_cursor=encode_cursor(rows[-1]["region"], rows[-1]["id"]) if more else None,
        )

    @api.expose("GET", "/api/v1/authorities/{authority_id}", PUBLIC)
    async def read_authority(
        authority_id: str, language: Reader, response: Response
    ) -> AuthorityOut:
        """One health authority."""
        async with kit.database.reading() as connection:
            row = await queries.get_authority(connection, authority_id)
            if row is None:
                raise Refused(AUTHORITY_UNKNOWN, status=404)
            zones = await record_queries.zones_of(connection, [row["region"]])
        response.headers["ETag"] = etag(row["version"])
        return shown(row, language, zones)

    @api.expose("GET", "/api/v1/authorities/{authority_id}/tree", PUBLIC)
    async def read_tree(
        authority_id: str, language: Reader, cursor: Cursor = None, limit: Limit = 50
    ) -> AuthorityTreeOut:
        """Who is above an authority, and who directly below it, in pages."""
        after = decode_cursor(cursor, str, str) if cursor else None
        async with kit.database.reading() as connection:
            row = await queries.get_authority(connection, authority_id)
            if row is None:
                raise Refused(AUTHORITY_UNKNOWN, status=404)
            upper = await authorities_above(connection, row["region"])
            lower = await authorities_below(
                connection,
                row["region"],
                (str(after[0]), str(after[1])) if after else None,
                limit + 1,
            )
            zones = await record_queries.zones_of(
                connection, {one["region"] for one in (row, *lower)}
            )
        more = len(lower) > limit
        lower = lower[:limit]
        return AuthorityTreeOut(
            authority=shown(row, language, zones),
            above=[shown(one, language, zones) for one in upper],
            below=Page(
                items=[shown(one, language, zones) for one in lower],
                next_cursor=encode_cursor(lower[-1]["region"], lower[-1]["id"]) if more else None,
            ),
        )

    @api.expose("POST", "/api/v1/authorities", allow("operator"), refusals=(409,), status_code=201)
    async def add_authority(tx: Tx, body: AuthorityIn, response: Response) -> AuthorityId:
        """Put a health authority on record; institutions nearest to it get it as their default.
        One of a special zone needs the zone's assigned code (Q56)."""
        authority_id = await register_authority(tx, kit, **body.model_dump())
        response.headers["ETag"] = etag(1)
        response.headers["Location"] = f"/api/v1/authorities/{authority_id}"
        return AuthorityId(id=authority_id)

    @api.expose(
        "PUT",
        "/api/v1/authorities/{authority_id}",
        allow("operator"),
        refusals=(409, 412, 428),
    )
    async def replace_authority(
        tx: Tx, authority_id: str, body: AuthorityChange, version: IfMatch, response: Response
    ) -> AuthorityId:
        """Change the name, or take the authority online or offline."""
        changed = await change_authority(
            tx, kit, authority_id, expected_version=version, **body.model_dump()
        )
        response.headers["ETag"] = etag(changed)
        return AuthorityId(id=authority_id)

    return api
