"""Route of what a physician can be registered with at an institution (Q7, Q8, Q49, Q53)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import PUBLIC
from zhiye_chassis.web import Reader, Routes
from zhiye_contracts.codes import PHYSICIAN_CATEGORIES, PHYSICIAN_LEVELS
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.practice_options import practice_options
from zhiye_registration.domain.practice import location_label
from zhiye_registration.domain.registration import PHYSICIAN
from zhiye_registration.domain.scopes import Catalogue
from zhiye_registration.entrypoints.schemas import CodeOut
from zhiye_registration.entrypoints.scope_catalogues import departments_view
from zhiye_registration.entrypoints.scope_schemas import (
    Category,
    CategoryOption,
    ChosenOut,
    Level,
    LocationOut,
    PracticeOptionsOut,
    Scope,
    ScopeOption,
)
from zhiye_registration.kit import Kit

_KINDS = {
    "province": Text("省级行政区划", "province"),
    "county": Text("县级行政区划", "county"),
}


def routes(kit: Kit) -> Routes:
    router = Routes("scopes of practice")

    @router.expose("GET", "/api/v1/practice-options", PUBLIC)
    async def get_practice_options(
        language: Reader,
        institution_id: Annotated[str, Query(max_length=64)],
        level: Annotated[
            Level,
            Query(description="`1` physician, `2` assistant"),
        ] = PHYSICIAN,
        category: Annotated[Category | None, Query()] = None,
        scopes: Annotated[
            list[Scope],
            Query(max_length=10, description="Given once for each; with a category"),
        ] = [],  # noqa: B006
    ) -> PracticeOptionsOut:
        """What a physician can be registered with at an institution: the location of practice
        (Q7, Q8), the scopes that the province offers (Q49), and the departments that follow from
        category and scopes (Q53)."""
        async with kit.database.reading() as connection:
            found = await practice_options(connection, kit, institution_id, level)
        catalogue = found.catalogue
        groups = [category] if category else list(PHYSICIAN_CATEGORIES)
        kind = "province" if level == PHYSICIAN else "county"
        return PracticeOptionsOut(
            institution_id=found.institution_id,
            institution_name=found.institution_name,
            level=CodeOut(code=level, label=PHYSICIAN_LEVELS.label(level, language)),
            location=LocationOut(
                code=found.location,
                label=location_label(found.location, language),
                kind=kind,
                kind_label=_KINDS[kind].read(language),
            ),
            catalogue_year=catalogue.year if catalogue.version else None,
            most_scopes=catalogue.most_scopes,
            categories=[_category(catalogue, group, language) for group in groups],
            chosen=_chosen(catalogue, category, scopes, language) if category and scopes else None,
        )

    return router


def _category(catalogue: Catalogue, category: str, language: Language) -> CategoryOption:
    return CategoryOption(
        code=category,
        label=PHYSICIAN_CATEGORIES.label(category, language),
        scopes=[
            ScopeOption(
                code=entry.scope,
                label=entry.label.read(language),
                departments=departments_view(entry.departments, language),
            )
            for entry in catalogue.in_category(category)
        ],
    )


def _chosen(
    catalogue: Catalogue, category: str, scopes: list[str], language: Language
) -> ChosenOut:
    faults = catalogue.faults(category, scopes)
    return ChosenOut(
        category=CodeOut(code=category, label=PHYSICIAN_CATEGORIES.label(category, language)),
        scopes=[
            CodeOut(code=scope, label=catalogue.label(scope).read(language)) for scope in scopes
        ],
        offered=not faults,
        reasons=[reason_out(fault, language) for fault in faults],
        departments=departments_view(catalogue.departments(category, scopes), language),
    )
