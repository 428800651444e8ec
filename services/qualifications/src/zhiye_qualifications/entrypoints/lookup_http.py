"""Routes that find qualifications."""

from __future__ import annotations

from fastapi import Response
from sqlalchemy import RowMapping

from zhiye_chassis.problems import ReasonOut
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts import purposes
from zhiye_contracts.codes import EDUCATION, GENDERS, ID_TYPES, PROVINCES
from zhiye_contracts.identifiers import mask_certificate, mask_id_number, names_match
from zhiye_contracts.reasons import Language
from zhiye_qualifications.application.lookup import (
    NOT_FOUND,
    Question,
    look_up,
    own_qualifications,
)
from zhiye_qualifications.domain.codes import (
    ADMISSION_NUMBER,
    CATEGORIES,
    LEVELS,
    PROFESSIONS,
    ROUTES,
)
from zhiye_qualifications.entrypoints.schemas import (
    LookupIn,
    OwnQualificationsOut,
    QualificationOut,
    QualificationsOut,
)
from zhiye_qualifications.kit import Kit

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
    "exam_year",
    "passed_on",
    "province",
    "route",
    "in_force",
    "version",
)


def _shown(
    kit: Kit, row: RowMapping, language: Language, *, own: bool, asked_name: str | None = None
) -> QualificationOut:
    opened = kit.cipher.open
    certificate = opened(row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    sealed_admission = row["sealed_admission_number"]
    admission = opened(sealed_admission, ADMISSION_NUMBER) if sealed_admission else None
    if not own:
        certificate = mask_certificate(certificate)
        admission = mask_certificate(admission) if admission else None
    match = names_match(asked_name, row["name"]) if asked_name is not None else "different"
    return QualificationOut(
        **{name: row[name] for name in _AS_STORED},
        name_match=None if match == "different" else match,
        id_number=mask_id_number(opened(row["sealed_id_number"], purposes.ID_NUMBER)),
        certificate_number=certificate,
        admission_number=admission,
        profession_label=PROFESSIONS.label(row["profession"], language),
        gender_label=GENDERS.label(row["gender"], language),
        id_type_label=ID_TYPES.label(row["id_type"], language),
        category_label=CATEGORIES[row["profession"]].label(row["category"], language),
        level_label=LEVELS[row["profession"]].label(row["level"], language),
        education_label=EDUCATION.label(row["education"], language),
        province_label=PROVINCES.label(row["province"], language),
        route_label=ROUTES.label(row["route"], language),
    )


def routes(kit: Kit) -> Routes:
    r = Routes("qualifications")

    @r.expose("GET", "/api/v1/my/qualifications", allow("practitioner"))
    async def list_own_qualifications(
        caller: Caller, language: Reader, response: Response
    ) -> OwnQualificationsOut:
        """One's own qualifications, whole but for the ID number. For active accounts only: the
        latest certificate's number activates an account (Q29.4), so whoever opened one with
        somebody else's ID number must not learn it here."""
        async with kit.database.reading() as connection:
            rows = await own_qualifications(connection, caller.person_key)
        response.headers["Cache-Control"] = "no-store"
        return OwnQualificationsOut(
            items=[_shown(kit, row, language, own=True) for row in rows],
            missing=[]
            if rows
            else [
                ReasonOut(
                    code=reason.code,
                    field=None,
                    reason=reason.reason.read(language),
                    next_step=reason.next_step.read(language),
                    source=reason.source,
                )
                for reason in NOT_FOUND
            ],
        )

    @r.expose(
        "POST",
        "/api/v1/qualifications/lookup",
        allow("authority", "exam_centre"),
        idempotent=False,
    )
    async def look_up_qualifications(
        body: LookupIn, caller: Caller, language: Reader, response: Response
    ) -> QualificationsOut:
        """Find a person's qualifications; the numbers are secrets and travel in the body.

        An authority finds those of its province, the national authority and the exam centre all.
        """
        question = Question(**body.model_dump())
        async with kit.database.reading() as connection:
            rows = await look_up(kit, connection, caller, question)
        response.headers["Cache-Control"] = "no-store"
        items = [_shown(kit, row, language, own=False, asked_name=body.name) for row in rows]
        return QualificationsOut(items=items)

    return r
