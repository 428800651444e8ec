"""Routes of the catalogues of scopes that the provinces publish (执业范围名录, Q49)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Path, Query, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts.codes import (
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_SCOPES,
    PROVINCES,
)
from zhiye_contracts.codes.scopes import SCOPE_DEPARTMENTS
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.adapters import scopes as store
from zhiye_registration.application.access import not_found
from zhiye_registration.application.publish_scope_catalogue import (
    known_province,
    publish_scope_catalogue,
)
from zhiye_registration.domain.practice import location_label
from zhiye_registration.domain.scopes import (
    FIRST_YEAR,
    Entry,
    national_catalogue,
)
from zhiye_registration.entrypoints.schemas import CodeOut
from zhiye_registration.entrypoints.scope_schemas import (
    CatalogueIn,
    CatalogueItem,
    CatalogueOut,
    EntryIn,
    EntryOut,
    PublishedOut,
)
from zhiye_registration.kit import Kit

PATH = "/api/v1/scope-catalogues"
Province = Annotated[
    str,
    Path(
        pattern=r"^[0-9]{2}([0-9]{4})?$",
        description="Two digits, or a code inside the province",
        examples=["11"],
    ),
]
Year = Annotated[int, Path(ge=FIRST_YEAR, le=2199, examples=[2026])]


def routes(kit: Kit) -> Routes:
    router = Routes("scopes of practice")

    @router.expose("GET", PATH, PUBLIC)
    async def list_scope_catalogues(language: Reader) -> list[CatalogueItem]:
        """The newest catalogue of each province that has published one; elsewhere the national
        list of scopes holds."""
        async with kit.database.reading() as connection:
            rows = await store.newest(connection)
        return [
            CatalogueItem(
                **_published(row).model_dump(),
                province=row["province"],
                province_label=location_label(row["province"], language),
                scopes=len(row["entries"]),
            )
            for row in rows
        ]

    @router.expose("GET", f"{PATH}/{{province}}", PUBLIC)
    async def get_scope_catalogue(
        province: Province,
        language: Reader,
        response: Response,
        year: Annotated[
            int | None, Query(ge=FIRST_YEAR, le=2199, description="Absent: this year")
        ] = None,
        version: Annotated[
            int | None,
            Query(ge=1, le=1_000_000, description="An older version of that year"),
        ] = None,
    ) -> CatalogueOut:
        """The catalogue that holds in a year: the newest version of that year, else of the newest
        year before it, else the national list. Or one older version of the year."""
        key, asked = known_province(province), year or kit.clock.today().year
        async with kit.database.reading() as connection:
            if version is None:
                row = await store.row_of(connection, key, asked)
            else:
                row = await store.version_of(connection, key, asked, version)
                if row is None:
                    raise not_found()
            return await _answer(connection, key, asked, row, language, response)

    @router.expose("PUT", f"{PATH}/{{province}}/{{year}}", allow("authority"), refusals=(412, 428))
    async def publish_catalogue(
        province: Province,
        year: Year,
        body: CatalogueIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> CatalogueOut:
        """Publish a year's catalogue, or the next version of it: by the province's own authority.
        Older versions are kept. Needs If-Match: the version of the year, `"0"` for the first."""
        entries = [_entry(one) for one in body.entries]
        await publish_scope_catalogue(
            tx, kit, caller, province, year, version, entries, body.most_scopes
        )
        key = known_province(province)
        row = await store.row_of(tx.connection, key, year)
        return await _answer(tx.connection, key, year, row, language, response)

    return router


async def _answer(
    connection: AsyncConnection,
    province: str,
    asked: int,
    row: RowMapping | None,
    language: Language,
    response: Response,
) -> CatalogueOut:
    catalogue = store.read(row) if row else national_catalogue()
    past = await store.versions(connection, province)
    newest = max((p["version"] for p in past if p["year"] == catalogue.year), default=0)
    own = max((p["version"] for p in past if p["year"] == asked), default=0)
    response.headers["ETag"] = etag(own)
    return CatalogueOut(
        province=province,
        province_label=PROVINCES.label(f"{province}0000", language),
        asked_year=asked,
        year=row and row["year"],
        version=row and row["version"],
        newest=row is None or row["version"] == newest,
        most_scopes=catalogue.most_scopes,
        entries=[
            EntryOut(
                category=entry.category,
                category_label=PHYSICIAN_CATEGORIES.label(entry.category, language),
                scope=entry.scope,
                label=entry.label.read(language),
                label_zh=entry.label.zh,
                label_en=entry.label.en,
                departments=departments_view(entry.departments, language),
            )
            for entry in catalogue.entries
        ],
        published_at=row and row["published_at"],
        authority_name=row and row["authority_name"],
        versions=[_published(one) for one in past],
    )


def _published(row: RowMapping) -> PublishedOut:
    return PublishedOut.model_validate({name: row[name] for name in PublishedOut.model_fields})


def _entry(one: EntryIn) -> Entry:
    label = Text(one.label.zh, one.label.en) if one.label else PHYSICIAN_SCOPES[one.scope]
    departments = SCOPE_DEPARTMENTS[one.scope] if one.departments is None else one.departments
    return Entry(one.category, one.scope, label, tuple(departments))


def departments_view(codes: Iterable[str], language: Language) -> list[CodeOut]:
    return [CodeOut(code=code, label=PHYSICIAN_DEPARTMENTS.label(code, language)) for code in codes]
