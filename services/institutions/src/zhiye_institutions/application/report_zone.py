"""A province reports its special zones (Q56)."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_contracts.reasons import Refused
from zhiye_institutions.adapters.tables import zone
from zhiye_institutions.application.access import REGION_NOT_YOURS, is_over
from zhiye_institutions.domain.regions import ZONE_PARENT, is_zone_parent, level_of
from zhiye_institutions.kit import Kit


async def report_zone(
    tx: Transaction, kit: Kit, caller: Principal, *, name: str, parent: str, document: str
) -> str:
    """A province reports a zone that a government in it has set up; the report's id.

    One that was refused may be reported again. Raises ``Refused``: 403 ``zone_reporter``,
    ``region_not_yours``; 409 ``zone_exists``; 422 ``zone_parent``.
    """
    if level_of(caller.region or "") != "province":
        raise refused(
            "zone_reporter",
            (
                "开发区等非正式区划由省级主管部门汇总上报。",
                "Zones are reported by the authority of the province.",
            ),
            ("请由所在省的主管部门上报。", "Ask the authority of the province to report it."),
            source="Q56",
            status=403,
        )
    if not is_over(caller, parent):
        raise Refused(REGION_NOT_YOURS, status=403)
    if not is_zone_parent(parent, kit.clock.today()):
        raise Refused(ZONE_PARENT)
    report = {
        "document": document,
        "state": "reported",
        "reason": None,
        "reported_by": caller.account_id,
        "reported_at": kit.clock.now(),
        "decided_by": None,
        "decided_at": None,
    }
    added = await tx.execute(
        insert(zone)
        .values(id=new_id(), name=name, parent=parent, **report)
        .on_conflict_do_update(
            index_elements=["parent", "name"], set_=report, where=zone.c.state == "refused"
        )
        .returning(zone.c.id)
    )
    id_ = added.scalar_one_or_none()
    if id_ is None:
        raise refused(
            "zone_exists",
            ("该区划下已有同名开发区的上报记录。", "A zone of this name was reported already."),
            ("请查看已有的上报记录。", "See the report that is there."),
            field="name",
            source="Q56",
            status=409,
        )
    return str(id_)
