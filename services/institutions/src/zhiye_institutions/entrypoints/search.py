"""The route that finds institutions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import ConfigDict, Field

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import PUBLIC
from zhiye_chassis.web import Reader, Routes
from zhiye_contracts.codes import divisions
from zhiye_institutions.adapters.frequencies import Frequencies
from zhiye_institutions.adapters.institution_search import Filters, Key
from zhiye_institutions.application import record_queries
from zhiye_institutions.application.find_institutions import find_institutions
from zhiye_institutions.domain.search import read_term
from zhiye_institutions.entrypoints.authorities import Region
from zhiye_institutions.entrypoints.institution_schemas import InstitutionOut, shown
from zhiye_institutions.kit import Kit


class InstitutionFound(InstitutionOut):
    """An institution, and the name it was found by if that is not its own."""

    model_config = ConfigDict(json_schema_extra={"examples": []})

    matched_name: str | None = Field(
        None,
        description="Its other name that was found, or the standard name of what it is part of",
        examples=["北京示例医院（西区）"],
    )


def routes(kit: Kit) -> Routes:
    api = Routes("institutions")
    frequencies = Frequencies()

    @api.expose("GET", "/api/v1/institutions", PUBLIC)
    async def search_institutions(
        language: Reader,
        q: Annotated[
            str | None,
            Query(
                max_length=100,
                description="Part of the standard name or of another name; or the beginning of"
                " the initials of its pinyin or of the registration number",
                examples=["协和医院", "bjxhyy", "40000001"],
            ),
        ] = None,
        region: Region = None,
        category: Annotated[
            str | None,
            Query(
                pattern="^[A-Z][0-9]{0,3}$",
                description="Code of the table institution_category, or how it begins",
                examples=["A"],
            ),
        ] = None,
        status: Annotated[
            Literal["planned", "in_force", "suspended", "closed", "cancelled", "merged"] | None,
            Query(description="Default: all but cancelled and merged"),
        ] = None,
        campus_of: Annotated[
            str | None,
            Query(max_length=64, description="The institution that it is a campus of"),
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 20,
    ) -> Page[InstitutionFound]:
        """Find institutions by name, other name, initials, number, region or category. A campus
        is found under the standard name of what it is part of as well (Q57)."""
        after = _place(cursor) if cursor else None
        async with kit.database.reading() as connection:
            found = await find_institutions(
                connection,
                frequencies,
                read_term(q) if q else None,
                Filters(region, category, status, campus_of),
                after,
                limit + 1,
            )
            more = found[limit - 1].key if len(found) > limit else None
            rows = found[:limit]
            unknown = {one.row["region"] for one in rows if not divisions.get(one.row["region"])}
            zones = await record_queries.zones_of(connection, unknown) if unknown else {}
        return Page(
            items=[
                InstitutionFound(
                    **shown(one.row, language, zones).model_dump(), matched_name=one.matched_name
                )
                for one in rows
            ],
            next_cursor=encode_cursor(*more) if more else None,
        )

    return api


def _place(cursor: str) -> Key:
    how, name, id_ = decode_cursor(cursor, int, str, str)
    return int(how), str(name), str(id_)
