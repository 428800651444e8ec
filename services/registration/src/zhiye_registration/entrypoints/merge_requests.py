"""The authority sees which names institutions ask it to merge (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Routes, Tx
from zhiye_registration.application.merge_requests import list_merge_requests, people_of
from zhiye_registration.entrypoints.reconciliation_schemas import MergeRequestOut
from zhiye_registration.entrypoints.reconciliations import PATH
from zhiye_registration.kit import Kit

_PREVIEWS = "/api/v1/institution-merges/previews"


def routes(kit: Kit) -> Routes:
    router = Routes("reconciliations")

    @router.expose("GET", PATH + "/merge-requests", allow("authority"))
    async def get_merge_requests(
        tx: Tx,
        caller: Caller,
        state: Annotated[Literal["open", "settled"], Query()] = "open",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[MergeRequestOut]:
        """Requests about names in one's own region, the newest first. Merging the name settles
        one."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        rows = await list_merge_requests(
            tx, kit, caller, settled=state == "settled", before=before, limit=limit + 1
        )
        people = await people_of(tx.connection, [row["id"] for row in rows[:limit]])
        items = [
            MergeRequestOut.model_validate(
                {
                    **row,
                    "people": people.get(row["id"], 0),
                    "requested_by": row["requested_by_name"],
                    "preview": f"{_PREVIEWS}/{row['source_id']}",
                }
            )
            for row in rows[:limit]
        ]
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return Page(items=items, next_cursor=more)

    return router
