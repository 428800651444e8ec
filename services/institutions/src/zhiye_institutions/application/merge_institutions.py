"""A record under a non-standard name is merged into the standard one, and taken out again."""

from __future__ import annotations

from sqlalchemy import RowMapping, delete, insert, select, update

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts.events import InstitutionMerged
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters import filings
from zhiye_institutions.adapters.tables import institution, institution_merge, other_name
from zhiye_institutions.application.access import is_over, not_found
from zhiye_institutions.application.changing import change_institution, lock_institutions
from zhiye_institutions.application.other_names import insert_names
from zhiye_institutions.domain import merging
from zhiye_institutions.kit import Kit


async def merge_institutions(
    tx: Transaction, kit: Kit, caller: Principal, source_id: str, target_id: str, reason: str
) -> str:
    """Merge the first into the second; the id of the merge.

    Both are locked in the order of their ids: of two merges that happen at once one sees what the
    other did. Raises ``Refused`` with every reason at once: 403 where one is not inside the
    caller's region, else 409.
    """
    rows = await lock_institutions(tx, source_id, target_id)
    source, target = rows.get(source_id), rows.get(target_id)
    reasons = merging.refusals(
        await _party(tx, kit, caller, source), await _party(tx, kit, caller, target)
    )
    if reasons or source is None or target is None:
        elsewhere = any(reason in merging.ELSEWHERE for reason in reasons)
        raise Refused(*reasons, status=403 if elsewhere else 409)
    now, merge_id = kit.clock.now(), new_id()
    await tx.execute(
        insert(institution_merge).values(
            id=merge_id,
            source_id=source_id,
            target_id=target_id,
            source_status=source["status"],
            reason=reason,
            merged_by=caller.account_id,
            merged_by_name=caller.name,
            merged_at=now,
            undo_until=now + merging.UNDO_WITHIN,
        )
    )
    others = await tx.execute(
        select(other_name.c.name).where(other_name.c.institution_id == source_id)
    )
    names = [
        name
        for name in dict.fromkeys([source["name"], *sorted(others.scalars())])
        if name != target["name"]
    ]
    added = await insert_names(tx, kit, target_id, names, caller, kind="merged", merge_id=merge_id)
    version = await change_institution(
        tx, kit, source, "merged", caller, {"status": "merged", "merged_into": target_id}
    )
    await change_institution(
        tx,
        kit,
        target,
        "merge-received",
        caller,
        also=({}, {"merged": source_id, "other_names": added}),
    )
    tx.emit(_merged(merge_id, source, target, version, kit))
    return merge_id


async def undo_merge(tx: Transaction, kit: Kit, caller: Principal, merge_id: str) -> None:
    """Take the record out again, within a day.

    Raises ``Refused``: 404 unless the caller is over both; 409 ``merge_undone``,
    ``merge_undo_too_late``.
    """
    found = await _read(tx, merge_id)
    rows = await lock_institutions(tx, found["source_id"], found["target_id"])
    source, target = rows[found["source_id"]], rows[found["target_id"]]
    if not all(is_over(caller, row["region"]) for row in rows.values()):
        raise not_found()
    now = kit.clock.now()
    if (await _read(tx, merge_id))["undone_at"] is not None:
        raise Refused(merging.UNDONE, status=409)
    if now > found["undo_until"]:
        raise Refused(merging.UNDO_TOO_LATE, status=409)
    await tx.execute(
        update(institution_merge)
        .where(institution_merge.c.id == merge_id)
        .values(undone_by=caller.account_id, undone_by_name=caller.name, undone_at=now)
    )
    removed = await tx.execute(
        delete(other_name).where(other_name.c.merge_id == merge_id).returning(other_name.c.name)
    )
    names = sorted(removed.scalars())
    back = {"status": found["source_status"], "merged_into": None}
    version = await change_institution(tx, kit, source, "merge-undone", caller, back)
    await change_institution(
        tx,
        kit,
        target,
        "merge-undone",
        caller,
        also=({"merged": source["id"], "other_names": names}, {}),
    )
    tx.emit(_merged(merge_id, source, target, version, kit, undone=True))


async def _read(tx: Transaction, merge_id: str) -> RowMapping:
    # Read again once both institutions are locked, so that of two who undo it one comes second.
    found = await tx.execute(select(institution_merge).where(institution_merge.c.id == merge_id))
    row: RowMapping | None = found.mappings().first()
    if row is None:
        raise not_found()
    return row


async def _party(
    tx: Transaction, kit: Kit, caller: Principal, row: RowMapping | None
) -> merging.Party | None:
    if row is None:
        return None
    campus = await tx.execute(
        select(institution.c.id).where(institution.c.standard_id == row["id"]).limit(1)
    )
    received = await tx.execute(
        select(institution_merge.c.id)
        .where(
            institution_merge.c.target_id == row["id"],
            institution_merge.c.undone_at.is_(None),
            institution_merge.c.undo_until >= kit.clock.now(),
        )
        .limit(1)
    )
    return merging.Party(
        id=row["id"],
        status=row["status"],
        inside=is_over(caller, row["region"]),
        campuses=campus.first() is not None,
        open_filings=bool(await filings.open_of(tx.connection, row["id"])),
        merge_pending=received.first() is not None,
    )


def _merged(
    merge_id: str,
    source: RowMapping,
    target: RowMapping,
    version: int,
    kit: Kit,
    *,
    undone: bool = False,
) -> InstitutionMerged:
    return InstitutionMerged(
        aggregate_id=source["id"],
        version=version,
        occurred_at=kit.clock.now(),
        merge_id=merge_id,
        into_id=target["id"],
        name=source["name"],
        into_name=target["name"],
        into_region=target["region"],
        undone=undone,
    )
