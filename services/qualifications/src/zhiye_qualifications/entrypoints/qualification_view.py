"""A qualification as a reader is shown it: whole, as its owner sees it, or masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import RowMapping

from zhiye_contracts import purposes
from zhiye_contracts.codes import EDUCATION, GENDERS, ID_TYPES, PROFESSIONS, PROVINCES
from zhiye_contracts.identifiers import (
    mask_certificate,
    mask_id_number,
    mask_id_number_for_others,
    names_match,
)
from zhiye_contracts.reasons import Language
from zhiye_qualifications.adapters.corrections import IN_FORCE
from zhiye_qualifications.domain.codes import (
    ADMISSION_NUMBER,
    CATEGORIES,
    LEVELS,
    ROUTES,
)
from zhiye_qualifications.domain.corrections import TITLES
from zhiye_qualifications.entrypoints.schemas import QualificationItem, QualificationOut
from zhiye_qualifications.kit import Kit

Sight = Literal["masked", "own", "whole"]
"""The owner sees all but the middle of the ID number; whole is what a purpose is recorded for."""

_AS_STORED = (
    "id",
    "profession",
    "name",
    "gender",
    "birth_date",
    "id_type",
    "category",
    "level",
    "school",
    "education",
    "major",
    "title",
    "exam_year",
    "passed_on",
    "province",
    "route",
    "in_force",
    "version",
)
_IN_A_LIST = (
    "id",
    "profession",
    "name",
    "gender",
    "category",
    "level",
    "school",
    "exam_year",
    "province",
    "route",
    "in_force",
)


def shown(
    kit: Kit,
    row: RowMapping | Mapping[str, Any],
    language: Language,
    sight: Sight,
    *,
    corrections: Sequence[RowMapping] = (),
    asked_name: str | None = None,
) -> QualificationOut:
    """``corrections`` are those that stand for it: what the exam's record says instead is told."""
    opened = kit.cipher.open
    certificate = opened(row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    sealed_admission = row["sealed_admission_number"]
    admission = opened(sealed_admission, ADMISSION_NUMBER) if sealed_admission else None
    match = names_match(asked_name, row["name"]) if asked_name is not None else "different"
    titles = TITLES[row["profession"]]
    return QualificationOut(
        **{name: row[name] for name in _AS_STORED},
        name_match=None if match == "different" else match,
        id_number=_sighted("id_number", opened(row["sealed_id_number"], purposes.ID_NUMBER), sight),
        certificate_number=_sighted("certificate_number", certificate, sight),
        admission_number=_sighted("admission_number", admission, sight) if admission else None,
        original=_originals(kit, corrections, sight),
        profession_label=PROFESSIONS.label(row["profession"], language),
        gender_label=GENDERS.label(row["gender"], language),
        id_type_label=ID_TYPES.label(row["id_type"], language),
        category_label=CATEGORIES[row["profession"]].label(row["category"], language),
        level_label=LEVELS[row["profession"]].label(row["level"], language),
        education_label=EDUCATION.label(row["education"], language),
        title_label=titles.label(row["title"], language) if row["title"] else None,
        province_label=PROVINCES.label(row["province"], language),
        route_label=ROUTES.label(row["route"], language),
    )


def listed(kit: Kit, row: RowMapping, language: Language) -> QualificationItem:
    """One line of a search, for readers who did not know the numbers before."""
    certificate = kit.cipher.open(row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    number = kit.cipher.open(row["sealed_id_number"], purposes.ID_NUMBER)
    return QualificationItem(
        **{name: row[name] for name in _IN_A_LIST},
        id_number=mask_id_number_for_others(number),
        certificate_number=mask_certificate(certificate),
        profession_label=PROFESSIONS.label(row["profession"], language),
        category_label=CATEGORIES[row["profession"]].label(row["category"], language),
        level_label=LEVELS[row["profession"]].label(row["level"], language),
        route_label=ROUTES.label(row["route"], language),
    )


def _originals(kit: Kit, corrections: Sequence[RowMapping], sight: Sight) -> dict[str, str | None]:
    return {
        row["field"]: _sighted(
            row["field"], kit.cipher.open(row["sealed_original"], purposes.CASE), sight
        )
        or None
        for row in corrections
        if row["field"] != IN_FORCE
    }


def _sighted(field: str, value: str, sight: Sight) -> str:
    """The value of a field as this reader sees it."""
    if field == "id_number" and sight != "whole":
        return mask_id_number(value)
    if field in ("certificate_number", "admission_number") and sight == "masked":
        return mask_certificate(value)
    return value
