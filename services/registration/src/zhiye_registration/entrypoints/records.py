"""Routes of an authority's records: search, the whole record, correction (deck ch. 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from sqlalchemy import RowMapping

from zhiye_chassis.security import Principal, allow
from zhiye_chassis.telemetry import log
from zhiye_chassis.web import Caller, IfMatch, Reader, Routes, Tx, etag
from zhiye_contracts import purposes
from zhiye_contracts.codes import ETHNIC_GROUPS, GENDERS, OFF_POST_GROUNDS
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.correct_record import correct_record
from zhiye_registration.application.find_records import (
    Asked,
    WholeRecord,
    find_records,
    read_record,
)
from zhiye_registration.application.practice_views import practice_view
from zhiye_registration.application.roster_access import person_on_roster
from zhiye_registration.domain.information import LABELS, PHOTO, SIDES, label_of
from zhiye_registration.domain.information_change import STATES as CHANGE_STATES
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import STATES
from zhiye_registration.entrypoints.own_record import history_view
from zhiye_registration.entrypoints.own_registrations import own_filing_view
from zhiye_registration.entrypoints.photos import Id
from zhiye_registration.entrypoints.record_schemas import (
    CorrectionIn,
    RecordItem,
    RecordOut,
    RecordSearchIn,
)
from zhiye_registration.entrypoints.roster_views import (
    details_view,
    happened_view,
    item_view,
    shared_line,
)
from zhiye_registration.kit import Kit

PATH = "/api/v1/registration-records"
_AUTHORITY = allow("authority")
_TABLES = {"gender": GENDERS, "ethnic_group": ETHNIC_GROUPS}


def routes(kit: Kit) -> Routes:
    router = Routes("records")

    @router.expose("POST", f"{PATH}/search", _AUTHORITY, idempotent=False)
    async def search_registration_records(
        body: RecordSearchIn, caller: Caller, language: Reader
    ) -> list[RecordItem]:
        """Nurses and physicians of the authority's region by ID number, by certificate number, or
        by name at an institution (50 at most)."""
        rows = await find_records(kit, caller, Asked(**body.model_dump()))
        return [RecordItem.model_validate(_item(kit, row, language)) for row in rows]

    @router.expose("GET", f"{PATH}/{{id}}", _AUTHORITY)
    async def get_registration_record(
        id: Id, caller: Caller, language: Reader, response: Response
    ) -> RecordOut:
        """Everything on record about a registration of the region, the ID number whole, with the
        history, the applications, the changes of information and the corrections."""
        return await _whole(kit, caller, id, language, response)

    @router.expose("POST", f"{PATH}/{{id}}/correction", _AUTHORITY, refusals=(409, 412, 428))
    async def correct_registration_record(
        id: Id,
        body: CorrectionIn,
        version: IfMatch,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> RecordItem:
        """The province where somebody is registered corrects key information; others of the region
        are told whom to ask. Of a physician every registration is corrected. Before and after stay
        in the history. Needs If-Match."""
        given = {
            name: value
            for name, value in body.model_dump(exclude={"ground"}).items()
            if value is not None
        }
        await correct_record(tx, kit, caller, id, version, given, body.ground)
        row = await person_on_roster(tx.connection, caller, id)
        response.headers["ETag"] = etag(row["version"])
        return RecordItem.model_validate(_item(kit, row, language))

    return router


async def _whole(
    kit: Kit, caller: Principal, key: str, language: Language, response: Response
) -> RecordOut:
    found = await read_record(kit, caller, key)
    person = found.person
    log.info("record_read", account=caller.account_id, registration=key)
    response.headers["ETag"] = etag(person.row["version"])
    today = kit.clock.today()
    number = kit.settings.cipher.open(person.row["sealed_id_number"], purposes.ID_NUMBER)
    photo = f"{PATH}/{key}/photo" if person.has_photo else None
    return RecordOut.model_validate(
        _item(kit, person.row, language)
        | details_view(person.row, photo, language)
        | happened_view(person.interruptions, person.confirmations, language)
        | {"filings": [own_filing_view(one, today, language) for one in found.filings]}
        | {"id_number": number}
        | _around(found, language)
    )


def _item(kit: Kit, row: RowMapping, language: Language) -> dict[str, Any]:
    today, ground = kit.clock.today(), row["filing_ground"]
    same = ("profession", "version", "institution_id", "institution_name", "region")
    own = {name: row[name] for name in (*same, "filed_on", "filing_ground")} | {
        "filing_ground_label": ground and OFF_POST_GROUNDS.label(ground, language)
    }
    if row["profession"] == "nurse":
        return item_view(kit, row, today, language) | own
    view = shared_line(kit, row, today, language)
    masked = {"id_number": mask_id_number(view["id_number"])}
    return view | practice_view(row, language) | own | masked


def _around(found: WholeRecord, language: Language) -> dict[str, Any]:
    return {
        "history": [_history(entry, language) for entry in found.history],
        "applications": [
            {
                "id": one.id,
                "number": one.number,
                "business_type": one.business_type,
                "business_type_label": BUSINESS_TYPES[one.business_type].name.read(language),
                "state": one.state,
                "state_label": _state(one.state, language),
                "submitted_at": one.submitted_at,
                "decided_at": one.decided_at,
            }
            for one in found.applications
        ],
        "information_changes": [_change(one, language) for one in found.information_changes],
        "corrections": [{**one, "by": one["account_name"]} for one in found.corrections],
        "verifications": found.verifications,
    }


def _history(entry: RowMapping, language: Language) -> dict[str, Any]:
    """Codes of corrected fields with their labels, as of all others."""
    view = history_view(entry, language, id_numbers=True)
    for value in view["values"]:
        table = _TABLES.get(value["field"])
        for side in SIDES:
            if table and value[side] is not None:
                value[f"{side}_label"] = table.label(value[side], language)
    return view


def _change(one: RowMapping, language: Language) -> dict[str, Any]:
    changes: Mapping[str, Mapping[str, Any]] = one["changes"]
    return {
        "id": one["id"],
        "state": one["state"],
        "state_label": CHANGE_STATES[one["state"]].read(language),
        "requested_at": one["created_at"],
        "decided_at": one["decided_at"],
        "institution_name": one["institution_name"],
        "changes": [
            {
                "field": name,
                "field_label": LABELS[name].read(language),
                # Of a photo there are digests, which tell nobody anything.
                **{side: None if name == PHOTO else _text(change[side]) for side in SIDES},
                **{f"{side}_label": label_of(name, change[side], language) for side in SIDES},
            }
            for name, change in changes.items()
        ],
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _state(state: Any, language: Language) -> str:
    text: Text = STATES[state]
    return text.read(language)
