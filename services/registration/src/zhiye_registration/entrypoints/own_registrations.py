"""One's own registrations in both professions, each with its history and filings."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from zhiye_contracts import purposes
from zhiye_contracts.codes import (
    OFF_POST_GROUNDS,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_LEVELS,
    PROFESSIONS,
)
from zhiye_contracts.reasons import Language
from zhiye_registration.application.practice_views import filing_view
from zhiye_registration.application.read_own_registrations import OwnProfession, OwnRegistration
from zhiye_registration.domain.facts import STATUSES, Status
from zhiye_registration.domain.filing import ENDED, Filing
from zhiye_registration.domain.grounds import cancellation_label
from zhiye_registration.domain.information import label_of
from zhiye_registration.entrypoints.own_record import (
    ExamOut,
    HistoryOut,
    OwnRegistrationOut,
    exam_view,
    history_view,
    own_view,
)
from zhiye_registration.entrypoints.practice_schemas import FilingOut
from zhiye_registration.kit import Kit

_SAME = (
    *("id", "in_force", "level", "category", "route", "passed_on", "province"),
    *("school", "major", "education"),
)


class QualificationOut(BaseModel):
    """A qualification as the exam centre or the province has told it."""

    id: str
    in_force: bool
    certificate_number: str | None = Field(description="Absent where it was never told")
    level: str = Field(examples=["1"])
    level_label: str | None = Field(description="Of physicians", examples=["执业医师"])
    category: str | None = Field(examples=["1"])
    category_label: str | None = Field(description="Of physicians", examples=["临床"])
    route: str = Field(examples=["exam"])
    passed_on: date
    province: str = Field(examples=["110000"])
    school: str = Field(examples=["北京医学院"])
    major: str = Field(examples=["临床医学"])
    education: str = Field(examples=["20"])
    education_label: str | None = Field(examples=["大学本科"])


class OwnFilingOut(FilingOut):
    """A filing, those that have not begun or are over as well."""

    id: str
    version: int = Field(description="For If-Match when it is ended")
    ended_on: date | None
    ended_because: str | None = Field(examples=["by_person"])
    ended_because_label: str | None = Field(examples=["本人终止"])


class OwnedRegistrationOut(OwnRegistrationOut):
    """One registration; of a physician the one in a location."""

    registration_id: str
    version: int
    qualification_id: str | None = Field(description="That a physician is registered by")
    filed_on: date | None = Field(description="Off post since (离岗备案)")
    filing_ground: str | None = Field(examples=["left-post"])
    filing_ground_label: str | None
    cancelled_on: date | None
    cancellation_ground: str | None
    cancellation_ground_label: str | None
    exam: ExamOut | None
    filings: list[OwnFilingOut] = Field(description="At further institutions, the newest first")
    history: list[HistoryOut] = Field(description="历史沿革, the oldest first")


class OwnProfessionOut(BaseModel):
    """What is on record of oneself in one profession. ``status`` is of the first registration."""

    profession: str = Field(examples=["physician"])
    profession_label: str = Field(examples=["医师"])
    status: Status
    status_label: str = Field(examples=["在册"])
    certificate_number: str | None = Field(
        description="A physician's is for life (Q9.3)", examples=["110110102000007"]
    )
    qualifications: list[QualificationOut] = Field(description="The one to go by first")
    registrations: list[OwnedRegistrationOut] = Field(description="Those in force first")


def profession_view(kit: Kit, one: OwnProfession, language: Language) -> dict[str, Any]:
    held = [_registration(kit, each, language) for each in one.registrations]
    status: Status = held[0]["status"] if held else "never_registered"
    return {
        "profession": one.profession,
        "profession_label": PROFESSIONS.label(one.profession, language),
        "status": status,
        "status_label": STATUSES[status].read(language),
        "certificate_number": held[0]["certificate_number"] if held else None,
        "qualifications": [_qualification(kit, each, language) for each in one.qualifications],
        "registrations": held,
    }


def _registration(kit: Kit, one: OwnRegistration, language: Language) -> dict[str, Any]:
    row, today = one.row, kit.clock.today()
    cancelled, filed = row["cancellation_ground"], row["filing_ground"]
    same = ("version", "qualification_id", "filed_on", "filing_ground", "cancelled_on")
    return own_view(kit, row, one.exam, language) | {
        **{name: row[name] for name in same},
        "registration_id": row["id"],
        "filing_ground_label": filed and OFF_POST_GROUNDS.label(filed, language),
        "cancellation_ground": cancelled,
        "cancellation_ground_label": cancellation_label(row["profession"], cancelled, language),
        "exam": exam_view(one.exam, language),
        "filings": [own_filing_view(each, today, language) for each in one.filings],
        "history": [history_view(entry, language) for entry in one.history],
    }


def own_filing_view(one: Filing, today: date, language: Language) -> dict[str, Any]:
    because = one.ended_because
    text = ENDED.get(because) if because else None
    return filing_view(asdict(one), today, language) | {
        "id": one.id,
        "version": one.version,
        "ended_on": one.ended_on,
        "ended_because": because,
        "ended_because_label": text and text.read(language),
    }


def _qualification(kit: Kit, one: Row[Any], language: Language) -> dict[str, Any]:
    sealed = one.sealed_certificate_number
    physician = one.profession == "physician"
    return {
        **{name: getattr(one, name) for name in _SAME},
        "certificate_number": sealed
        and kit.settings.cipher.open(sealed, purposes.CERTIFICATE_NUMBER),
        "level_label": PHYSICIAN_LEVELS.label(one.level, language) if physician else None,
        "category_label": PHYSICIAN_CATEGORIES.label(one.category, language)
        if physician and one.category
        else None,
        "education_label": label_of("education", one.education or None, language),
    }
