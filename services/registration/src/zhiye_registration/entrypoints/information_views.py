"""Changes of information as a reader is shown them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import GENDERS
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.adapters import information_changes
from zhiye_registration.adapters.images import WARNINGS
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.application.information_queries import actions_of
from zhiye_registration.domain.information import COLUMNS, LABELS, PHOTO, SIDES, label_of
from zhiye_registration.domain.information_change import STATES
from zhiye_registration.domain.information_reasons import INFORMATION_REASONS
from zhiye_registration.kit import Kit

MINE = "/api/v1/my/information-changes"
OF_INSTITUTION = "/api/v1/information-changes"
STEPS: dict[str, Text] = {
    "requested": Text("提交修改申请", "asked for"),
    "replaced": Text("重新上传相片，覆盖之前的相片", "another photo was uploaded instead"),
    "withdrawn": Text("撤回申请", "withdrawn"),
    "approved": Text("机构审核同意", "approved by the institution"),
    "refused": Text("机构审核不同意", "refused by the institution"),
    "settled": Text("随业务申请办结自动完成", "completed with an approved application"),
}
_SYSTEM_NAME = Text("系统", "the system")


def item_view(kit: Kit, row: RowMapping, caller: Principal, language: Language) -> dict[str, Any]:
    """One line of a list."""
    cipher = kit.settings.cipher
    present = "present_" if row["state"] == "pending" else ""
    return {
        "id": row["id"],
        "state": row["state"],
        "state_label": _state(row["state"], language),
        "requested_at": row["created_at"],
        "decided_at": row["decided_at"],
        "registration_id": row["registration_id"],
        "profession": row["profession"],
        "name": row["name"],
        "gender": row["gender"],
        "gender_label": GENDERS.label(row["gender"], language),
        "id_number": mask_id_number(cipher.open(row["sealed_id_number"], purposes.ID_NUMBER)),
        "certificate_number": cipher.open(
            row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER
        ),
        "institution_id": row[f"{present}institution_id"],
        "institution_name": row[f"{present}institution_name"] or "",
        "changes": [
            _change(row, name, change, caller, language) for name, change in row["changes"].items()
        ],
        "reasons": _reasons(row["reasons"], language),
        "actions": actions_of(caller, row),
    }


async def request_view(
    connection: AsyncConnection, kit: Kit, row: RowMapping, caller: Principal, language: Language
) -> dict[str, Any]:
    """A request whole, with its timeline."""
    steps = await information_changes.STEPS.of(connection, row["id"])
    return item_view(kit, row, caller, language) | {
        "version": row["version"],
        "timeline": [
            {
                "at": step["at"],
                "action": step["action"],
                "action_label": STEPS[step["action"]].read(language),
                "state": step["state"],
                "state_label": _state(step["state"], language),
                "actor_role": step["actor_role"],
                "actor_name": step["actor_name"]
                if step["actor_role"] != SYSTEM
                else _SYSTEM_NAME.read(language),
                "organisation": step["organisation"],
                "reasons": _reasons(step["reasons"], language),
            }
            for step in steps
        ],
    }


def _change(
    row: RowMapping,
    name: str,
    change: Mapping[str, Any],
    caller: Principal,
    language: Language,
) -> dict[str, Any]:
    values = {side: change[side] for side in SIDES}
    if row["state"] == "pending" and name != PHOTO:
        # As it is now: it may have changed since she asked.
        now = row[name] if name in COLUMNS else row["details"].get(name)
        values["before"] = now if now is not None else values["before"]
    base = MINE if caller.role == "practitioner" else OF_INSTITUTION
    shown: dict[str, Any] = {
        "field": name,
        "field_label": LABELS[name].read(language),
        "warnings": [
            reason_out(WARNINGS[code], language)
            for code in change.get("warnings", ())
            if code in WARNINGS
        ],
    }
    for side, value in values.items():
        is_photo = name == PHOTO and value is not None
        shown |= {
            side: None if value is None else str(value),
            f"{side}_label": label_of(name, value, language),
            f"{side}_photo": f"{base}/{row['id']}/photo?which={side}" if is_photo else None,
        }
    return shown


def _reasons(told: Sequence[Mapping[str, str]], language: Language) -> list[dict[str, str]]:
    return [
        {
            "code": one["code"],
            "text": sentence(INFORMATION_REASONS, one["code"], one["note"], language),
        }
        for one in told
    ]


def _state(state: Any, language: Language) -> str:
    text: Text = STATES[state]
    return text.read(language)
