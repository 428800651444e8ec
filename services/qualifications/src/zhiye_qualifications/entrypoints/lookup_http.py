"""Routes that find qualifications."""

from __future__ import annotations

from fastapi import Response

from zhiye_chassis.pagination import Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Tx
from zhiye_qualifications.adapters import corrections
from zhiye_qualifications.application.lookup import (
    NOT_FOUND,
    Question,
    look_up,
    own_qualifications,
)
from zhiye_qualifications.application.search import Filters, search
from zhiye_qualifications.entrypoints.qualification_view import listed, shown
from zhiye_qualifications.entrypoints.schemas import (
    LookupIn,
    OwnQualificationsOut,
    QualificationItem,
    QualificationsOut,
    SearchIn,
)
from zhiye_qualifications.kit import Kit


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
            items = [
                shown(
                    kit,
                    row,
                    language,
                    "own",
                    corrections=await corrections.of_qualification(connection, row["id"]),
                )
                for row in rows
            ]
        response.headers["Cache-Control"] = "no-store"
        missing = [] if rows else [reason_out(reason, language) for reason in NOT_FOUND]
        return OwnQualificationsOut(items=items, missing=missing)

    @r.expose(
        "POST",
        "/api/v1/qualifications/lookup",
        allow("authority", "exam_centre"),
        idempotent=False,
    )
    async def look_up_qualifications(
        body: LookupIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> QualificationsOut:
        """Find a person's qualifications; the numbers are secrets and travel in the body.

        An authority finds those of its province, the national authority and the exam centre all.
        Who looked is recorded, and the person can read it.
        """
        question = Question(**body.model_dump(exclude={"purpose"}))
        rows = await look_up(kit, tx, caller, question, body.purpose)
        response.headers["Cache-Control"] = "no-store"
        items = [shown(kit, row, language, "masked", asked_name=body.name) for row in rows]
        return QualificationsOut(items=items)

    @r.expose("POST", "/api/v1/qualifications/search", allow("authority"), idempotent=False)
    async def search_qualifications(
        body: SearchIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> Page[QualificationItem]:
        """Search the qualifications of a province in the order of names, masked; for provincial
        and national authorities.

        A page looks at a bounded part of the register: it may have few items, or none, and still
        a ``next_cursor``.
        """
        after = None
        if body.cursor:
            name, id_ = decode_cursor(body.cursor, str, str)
            after = str(name), str(id_)
        filters = Filters(**body.model_dump(exclude={"limit", "cursor"}))
        rows, beyond = await search(tx, kit, caller, filters, body.limit, after)
        response.headers["Cache-Control"] = "no-store"
        return Page(
            items=[listed(kit, row, language) for row in rows],
            next_cursor=encode_cursor(*beyond) if beyond else None,
        )

    return r
