"""Other names under which people are recorded at an institution (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_institutions.adapters.tables import other_name
from zhiye_institutions.application.access import not_found, require_over
from zhiye_institutions.application.changing import change_institution, lock_institution
from zhiye_institutions.kit import Kit


async def insert_names(
    tx: Transaction,
    kit: Kit,
    institution_id: str,
    names: Sequence[str],
    by: Principal | None,
    *,
    kind: str = "other",
    merge_id: str | None = None,
) -> list[str]:
    """Add names; those that were not there yet. The caller tells of the change."""
    if not names:
        return []
    added = await tx.execute(
        insert(other_name)
        .values(
            [
                {
                    "id": new_id(),
                    "institution_id": institution_id,
                    "name": name,
                    "kind": kind,
                    "merge_id": merge_id,
                    "added_by": by.account_id if by else "set-up",
                    "added_at": kit.clock.now(),
                }
                for name in names
            ]
        )
        .on_conflict_do_nothing(index_elements=["institution_id", "name"])
        .returning(other_name.c.name)
    )
    return sorted(added.scalars())


async def add_other_name(
    tx: Transaction, kit: Kit, caller: Principal, institution_id: str, name: str
) -> tuple[str, int]:
    """Record a name; its id, and the institution's new version.

    Raises ``Refused``: 403 ``region_not_yours``, 404, 409 ``other_name_exists``,
    ``institution_ended``.
    """
    row = await lock_institution(tx, institution_id)
    require_over(caller, row["region"])
    if row["status"] in ("cancelled", "merged"):
        raise refused(
            "institution_ended",
            ("该机构已注销或已合并。", "The institution was cancelled or merged."),
            ("请对现行的标准名称机构操作。", "Use the institution that goes on."),
            status=409,
        )
    added = [] if name == row["name"] else await insert_names(tx, kit, row["id"], [name], caller)
    if not added:
        raise refused(
            "other_name_exists",
            ("该名称已在此机构名下。", "The institution is on record under this name already."),
            ("无需重复登记。", "There is nothing to be done."),
            field="name",
            status=409,
        )
    version = await change_institution(
        tx, kit, row, "other-name-added", caller, also=({}, {"other_names": added})
    )
    id_ = await tx.connection.scalar(
        select(other_name.c.id).where(
            other_name.c.institution_id == institution_id, other_name.c.name == name
        )
    )
    return str(id_), version


async def remove_other_name(
    tx: Transaction, kit: Kit, caller: Principal, institution_id: str, name_id: str
) -> int:
    """Remove a name that was recorded by mistake; the institution's new version.

    Raises ``Refused``: 403 ``region_not_yours``, 404, 409 ``other_name_kept``.
    """
    row = await lock_institution(tx, institution_id)
    require_over(caller, row["region"])
    found = (
        await tx.execute(
            delete(other_name)
            .where(other_name.c.id == name_id, other_name.c.institution_id == institution_id)
            .returning(other_name.c.name, other_name.c.kind)
        )
    ).first()
    if found is None:
        raise not_found()
    if found.kind != "other":
        raise refused(
            "other_name_kept",
            (
                "曾用名和合并带来的名称不能单独删除，人员记录可能仍在使用。",
                "A former name, or one from a merge, stays: people may be recorded under it.",
            ),
            (
                "合并有误的，请在一日内撤销合并。",
                "If a merge was wrong, undo it within a day.",
            ),
            source="Q20.4.2, Q41.4.2",
            status=409,
        )
    return await change_institution(
        tx, kit, row, "other-name-removed", caller, also=({"other_names": [found.name]}, {})
    )
