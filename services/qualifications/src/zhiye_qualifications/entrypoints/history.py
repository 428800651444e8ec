"""Routes of one qualification: its versions, its revocation, and who may see it whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Response

from zhiye_chassis.database import Transaction
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.reasons import Language, Text
from zhiye_qualifications.adapters import corrections
from zhiye_qualifications.application.accesses import accesses_of
from zhiye_qualifications.application.case_access import organisation_label
from zhiye_qualifications.application.disclose import disclose
from zhiye_qualifications.application.revoke import CODES, Change, Ground, change_force
from zhiye_qualifications.application.versions import Version, versions_of
from zhiye_qualifications.domain.access import ACCESS_KINDS, PURPOSES
from zhiye_qualifications.domain.cases import KINDS
from zhiye_qualifications.entrypoints.access_schemas import AccessOut, DisclosureIn
from zhiye_qualifications.entrypoints.case_schemas import (
    ChangeOut,
    ForceIn,
    RestorationIn,
    RevocationIn,
    VersionOut,
    VersionsOut,
)
from zhiye_qualifications.entrypoints.case_views import reasons_view
from zhiye_qualifications.entrypoints.qualification_view import Sight, shown
from zhiye_qualifications.entrypoints.schemas import QualificationOut
from zhiye_qualifications.kit import Kit

Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000QUA001"])]
_PATH = "/api/v1/qualifications"
_KINDS: dict[str, Text] = {
    **{str(kind): text for kind, text in KINDS.items()},
    "revocation": Text("撤销", "revocation"),
    "restoration": Text("恢复", "restoration"),
}


def routes(kit: Kit) -> Routes:
    r = Routes("qualification history")

    @r.expose("GET", f"{_PATH}/{{id}}/versions", allow("practitioner", "authority", "exam_centre"))
    async def list_qualification_versions(
        id: Id, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> VersionsOut:
        """Every version of a qualification and who made it, the newest first: for its owner; for
        the authority of the province and the exam centre masked, and recorded."""
        sight: Sight = "own" if caller.role == "practitioner" else "masked"
        found = await versions_of(tx, kit, caller, id)
        response.headers["Cache-Control"] = "no-store"
        return VersionsOut(items=[_version(kit, one, language, sight) for one in found])

    @r.expose("POST", f"{_PATH}/{{id}}/disclosure", allow("authority", "exam_centre"))
    async def disclose_qualification(
        id: Id,
        body: DisclosureIn,
        tx: Tx,
        caller: Caller,
        language: Reader,
        response: Response,
    ) -> QualificationOut:
        """Somebody else's whole record, for a purpose. It is recorded who saw it and what for, and
        the person can read that."""
        row = await disclose(tx, kit, caller, id, body.purpose, body.note)
        standing = await corrections.of_qualification(tx.connection, id)
        response.headers["Cache-Control"] = "no-store"
        return shown(kit, row, language, "whole", corrections=standing)

    @r.expose("GET", "/api/v1/my/qualifications/accesses", allow("practitioner"))
    async def list_accesses_to_own_qualifications(
        caller: Caller, language: Reader, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[AccessOut]:
        """Who looked at one's qualifications, and what for; the newest first."""
        before = int(decode_cursor(cursor, int)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await accesses_of(connection, caller.person_key, limit + 1, before)
        items = [
            AccessOut(
                qualification_id=row["qualification_id"],
                at=row["at"],
                kind=row["kind"],
                kind_label=ACCESS_KINDS.label(row["kind"], language),
                purpose=row["purpose"],
                purpose_label=PURPOSES.label(row["purpose"], language) if row["purpose"] else None,
                note=row["note"],
                by=organisation_label(row["region"] or row["role"], language) or row["role"],
            )
            for row in rows[:limit]
        ]
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=items, next_cursor=more)

    async def force(
        tx: Transaction,
        caller: Principal,
        key: str,
        change: Change,
        body: ForceIn,
        language: Language,
    ) -> QualificationOut:
        ground = Ground(body.reason, body.document, body.note)
        row = await change_force(tx, kit, caller, key, change, ground)
        return shown(kit, row, language, "masked")

    @r.expose(
        "POST",
        f"{_PATH}/{{id}}/revocation",
        allow("authority", "exam_centre", "operator"),
        refusals=(409,),
    )
    async def revoke_qualification(
        id: Id, body: RevocationIn, tx: Tx, caller: Caller, language: Reader
    ) -> QualificationOut:
        """Revoke a qualification: the province of the exam or recognition, the exam centre for
        exams, or an operator by order. It is not in force from now on, whatever is fed."""
        return await force(tx, caller, id, "revocation", body, language)

    @r.expose(
        "POST",
        f"{_PATH}/{{id}}/restoration",
        allow("authority", "exam_centre", "operator"),
        refusals=(409,),
    )
    async def restore_qualification(
        id: Id, body: RestorationIn, tx: Tx, caller: Caller, language: Reader
    ) -> QualificationOut:
        """Take a revocation back; the qualification is in force again."""
        return await force(tx, caller, id, "restoration", body, language)

    return r


def _version(kit: Kit, one: Version, language: Language, sight: Sight) -> VersionOut:
    change = None
    if (made := one.change) is not None:
        codes = CODES.get(made["kind"])
        reasons = (
            [
                {"code": r["code"], "text": sentence(codes, r["code"], r["note"], language)}
                for r in made["reasons"]
            ]
            if codes
            else reasons_view(made["reasons"], language)
        )
        told: dict[str, Any] = {
            name: made[name] for name in ("kind", "number", "document", "fields", "asked_by", "at")
        }
        change = ChangeOut(
            **told,
            kind_label=_KINDS[made["kind"]].read(language),
            decided_by=organisation_label(made["organisation"], language)
            or made["decided_by_role"],
            reasons=reasons,
        )
    return VersionOut(
        version=one.row["version"],
        changed_at=one.row["changed_at"],
        change=change,
        qualification=shown(kit, one.row, language, sight),
    )
