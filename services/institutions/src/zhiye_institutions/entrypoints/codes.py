"""Routes about divisions and code tables: public, the same for everybody, cacheable."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from zhiye_chassis.clock import Clock
from zhiye_chassis.problems import refused
from zhiye_chassis.security import PUBLIC
from zhiye_chassis.web import Reader, Routes
from zhiye_contracts.codes import TABLES, CodeTable, divisions
from zhiye_contracts.reasons import Language
from zhiye_institutions.application.zones import find_zones
from zhiye_institutions.domain.institution import INSTITUTION_LEVELS
from zhiye_institutions.domain.lifecycle import STATUSES
from zhiye_institutions.domain.regions import AUTHORITY_LEVELS, full_name
from zhiye_institutions.kit import Kit

_ALL: dict[str, CodeTable] = {
    **TABLES,
    INSTITUTION_LEVELS.name: INSTITUTION_LEVELS,
    AUTHORITY_LEVELS.name: AUTHORITY_LEVELS,
    STATUSES.name: STATUSES,
}
_CACHE = {"Cache-Control": "public, max-age=86400", "Vary": "Accept-Language"}
_ZONES_CHANGE = {"Cache-Control": "public, max-age=300"}


class DivisionOut(BaseModel):
    code: str = Field(examples=["110102"])
    name: str = Field(examples=["西城区"])
    full_name: str = Field(examples=["北京市西城区"])
    current: bool = Field(description="In force today", examples=[True])
    since: int | None = Field(
        None, description="First year under this name, if known", examples=[1980]
    )
    until: int | None = Field(None, description="Last year, if abolished", examples=[None])
    zone: bool = Field(
        False, description="A special zone with a centrally assigned code, no official division"
    )


class DivisionsOut(BaseModel):
    items: list[DivisionOut]


class CodeRowOut(BaseModel):
    code: str = Field(examples=["20"])
    label: str = Field(examples=["本科"])


class TableName(BaseModel):
    name: str = Field(examples=["education"])
    source: str = Field(description="Standard or document", examples=["GB/T 4658-2006"])
    size: int = Field(description="Codes in it", examples=[9])


class TablesOut(BaseModel):
    items: list[TableName]


class TableOut(BaseModel):
    name: str = Field(examples=["education"])
    source: str = Field(examples=["GB/T 4658-2006"])
    items: list[CodeRowOut]


def _division(division: divisions.Division, clock: Clock) -> DivisionOut:
    return DivisionOut(
        code=division.code,
        name=division.name,
        full_name=full_name(division.code),
        current=division.current or division.in_force(clock.today().year),
        since=division.since,
        until=division.until,
    )


def _zone(row: RowMapping) -> DivisionOut:
    return DivisionOut(
        code=row["code"],
        name=row["name"],
        full_name=full_name(row["parent"]) + row["name"],
        current=True,
        zone=True,
    )


def routes(kit: Kit) -> Routes:
    api = Routes("codes")

    @api.expose("GET", "/api/v1/divisions", PUBLIC)
    async def list_divisions(
        response: Response,
        parent: Annotated[
            str, Query(pattern="^[0-9]{6}$", description="000000: the provinces")
        ] = divisions.NATION,
    ) -> DivisionsOut:
        """Divisions in force directly below another, in the order of their codes; then the special
        zones that lie in it (Q56), flagged."""
        async with kit.database.reading() as connection:
            zones = await find_zones(connection, parent=parent, assigned_only=True)
        response.headers.update(_CACHE | _ZONES_CHANGE)
        return DivisionsOut(
            items=[
                *(_division(division, kit.clock) for division in divisions.children(parent)),
                *(_zone(row) for row in zones),
            ]
        )

    @api.expose("GET", "/api/v1/divisions/{code}", PUBLIC)
    async def read_division(code: str, response: Response) -> DivisionOut:
        """A division under the newest name it has had, in force or abolished; or a zone (Q56)."""
        division = divisions.get(code)
        if division is None:
            async with kit.database.reading() as connection:
                zones = await find_zones(connection, code=code, assigned_only=True)
            if zones:
                response.headers.update(_CACHE | _ZONES_CHANGE)
                return _zone(zones[0])
            raise refused(
                "division_unknown",
                ("没有这个行政区划代码。", "There is no such division code."),
                ("请从行政区划列表中查找。", "Look it up in the list of divisions."),
                source="GB/T 2260",
                status=404,
            )
        response.headers.update(_CACHE)
        return _division(division, kit.clock)

    @api.expose("GET", "/api/v1/codes", PUBLIC)
    async def list_code_tables(response: Response) -> TablesOut:
        """The code tables there are."""
        response.headers.update(_CACHE)
        return TablesOut(
            items=[
                TableName(name=table.name, source=table.source, size=len(table))
                for table in _ALL.values()
            ]
        )

    @api.expose("GET", "/api/v1/codes/{table}", PUBLIC, response_model=TableOut)
    async def read_code_table(
        request: Request, response: Response, table: str, language: Reader
    ) -> TableOut | Response:
        """One code table in its official order, labels in the reader's language."""
        if table not in _ALL:
            raise refused(
                "code_table_unknown",
                ("没有这个代码表。", "There is no such code table."),
                ("请从代码表列表中选择。", "Choose one from the list of code tables."),
                status=404,
            )
        headers = {**_CACHE, "ETag": _digest(table, language)}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        found = _ALL[table]
        return TableOut(
            name=found.name,
            source=found.source,
            items=[CodeRowOut(code=code, label=found.label(code, language)) for code in found],
        )

    return api


@cache
def _digest(table: str, language: Language) -> str:
    lines = [language, *(f"{code} {_ALL[table].label(code, language)}" for code in _ALL[table])]
    return f'"{hashlib.sha256("|".join(lines).encode()).hexdigest()[:20]}"'
