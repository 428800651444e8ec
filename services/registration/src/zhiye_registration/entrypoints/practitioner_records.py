"""Routes of what other systems stated about people. No route writes it: that comes over the broker
alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts import purposes
from zhiye_contracts.codes import PHYSICIAN_CANCELLATION_GROUNDS, PROFESSIONS
from zhiye_contracts.identifiers import mask_certificate
from zhiye_contracts.reasons import Language
from zhiye_registration.application.read_own_records import (
    OwnRecords,
    read_own_records,
    read_records_on_roster,
)
from zhiye_registration.domain.record_feeds import RESIDENCY_STATES, RESULTS, TITLES
from zhiye_registration.entrypoints.practitioner_record_schemas import RecordsOfPerson, RecordsOut
from zhiye_registration.entrypoints.roster import READERS, ROSTER, Id
from zhiye_registration.kit import Kit

FAILED = "assessment-failed"
_LISTS = {
    "assessment": "assessments",
    "residency": "residencies",
    "education": "education",
    "promotion": "promotions",
}


def routes(kit: Kit) -> Routes:
    router = Routes("practitioner-records")

    @router.expose("GET", "/api/v1/my/records", allow("practitioner"))
    async def get_my_records(caller: Caller, language: Reader) -> RecordsOut:
        """What other systems stated about oneself: periodic assessments, residency training,
        continuing education with the credits of each year, promotions (Q58)."""
        found = await read_own_records(kit, caller)
        return RecordsOut.model_validate(_view(kit, found, language, own=True))

    @router.expose("GET", f"{ROSTER}/{{id}}/records", READERS)
    async def get_roster_records(id: Id, caller: Caller, language: Reader) -> RecordsOfPerson:
        """The same of one of the people on a roster, in the profession of the registration."""
        row, found = await read_records_on_roster(kit, caller, id)
        view = _view(kit, found, language, own=False)
        ground = found.failed and {
            "cancellation_ground": FAILED,
            "cancellation_ground_label": PHYSICIAN_CANCELLATION_GROUNDS.label(FAILED, language),
            "cancellation_ground_since": found.failed.since,
        }
        return RecordsOfPerson.model_validate(
            {
                **view,
                "registration_id": row["id"],
                "name": row["name"],
                **(ground or {}),
            }
        )

    return router


def _view(kit: Kit, found: OwnRecords, language: Language, *, own: bool) -> dict[str, Any]:
    lists: dict[str, Any] = {name: [] for name in _LISTS.values()}
    for row in found.rows:
        lists[_LISTS[row["feed"]]].append(
            {
                **row,
                **row["data"],
                **_OF_FEED[row["feed"]](row, found, language),
                "profession_label": PROFESSIONS.label(row["profession"], language),
                "certificate_number": _certificate(kit, row["sealed_certificate_number"], own=own),
            }
        )
    lists["credits_by_year"] = [
        {
            "year": year,
            "credits_class_1": first / 10,
            "credits_class_2": second / 10,
            "credits": (first + second) / 10,
        }
        for year, first, second in found.credits
    ]
    return lists


def _certificate(kit: Kit, sealed: str | None, *, own: bool) -> str | None:
    if sealed is None:
        return None
    number = kit.settings.cipher.open(sealed, purposes.CERTIFICATE_NUMBER)
    return number if own else mask_certificate(number)


def _assessment(row: RowMapping, found: OwnRecords, language: Language) -> dict[str, Any]:
    return {
        "assessed_on": row["happened_on"],
        "result_label": RESULTS.label(row["data"]["result"], language),
    }


def _residency(row: RowMapping, found: OwnRecords, language: Language) -> dict[str, Any]:
    data = row["data"]
    name = found.institutions.get(data["base_institution_id"], data["base_institution_name"])
    return {
        "state_label": RESIDENCY_STATES.label(data["state"], language),
        "base_institution_name": name,
    }


def _education(row: RowMapping, found: OwnRecords, language: Language) -> dict[str, Any]:
    return {name: row["data"][name] / 10 for name in ("credits_class_1", "credits_class_2")}


def _promotion(row: RowMapping, found: OwnRecords, language: Language) -> dict[str, Any]:
    return {
        "obtained_on": row["happened_on"],
        "title_label": TITLES[row["profession"]].label(row["data"]["title"], language),
    }


_OF_FEED = {
    "assessment": _assessment,
    "residency": _residency,
    "education": _education,
    "promotion": _promotion,
}
