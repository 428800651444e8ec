"""From what the database has to what a reader of filings is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.security import Principal
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.reasons import Language, read_source
from zhiye_institutions.adapters import filings
from zhiye_institutions.application.filing_access import side_of
from zhiye_institutions.application.filing_queries import names_for
from zhiye_institutions.domain.filing import Filing
from zhiye_institutions.domain.filing_policy import FIELDS, Kind, Material
from zhiye_institutions.domain.filing_reasons import FILING_REASONS
from zhiye_institutions.domain.filing_workflow import ACTIONS, STATES, Action, allowed
from zhiye_institutions.domain.lifecycle import STATUSES
from zhiye_institutions.entrypoints.filing_schemas import (
    CheckedMaterialOut,
    CodeOut,
    FilingItem,
    FilingOut,
    FilingStepOut,
    KindOut,
    MaterialOut,
    ToldReasonOut,
)
from zhiye_institutions.entrypoints.institution_schemas import InstitutionName
from zhiye_institutions.kit import Kit


def item_view(one: Filing, names: RowMapping, today: date, language: Language) -> dict[str, Any]:
    """One line of a list; ``names`` has institution_name and authority_name."""
    left = one.days_left(today)
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "kind_label": one.row.name.read(language),
        "institution": InstitutionName(id=one.institution_id, name=names["institution_name"]),
        "state": one.state,
        "state_label": STATES[one.state].read(language),
        "authority_id": one.authority_id,
        "authority_name": names["authority_name"],
        "submitted_at": one.submitted_at,
        "deadline": one.deadline,
        "days_left": left,
        "late": one.deadline is not None and left is not None and left < 0,
        "clock_stopped": one.state == "returned",
        "reasons": _reasons(one.reasons, language),
    }


def item(one: Filing, names: RowMapping, today: date, language: Language) -> FilingItem:
    return FilingItem.model_validate(item_view(one, names, today, language))


async def filing_view(
    connection: AsyncConnection, kit: Kit, one: Filing, caller: Principal, language: Language
) -> FilingOut:
    """A filing whole, with its checklist, its timeline and what the caller may do."""
    names = await names_for(connection, one.institution_id, one.authority_id)
    steps = await filings.STEPS.of(connection, one.id)
    return FilingOut.model_validate(
        item_view(one, names, kit.clock.today(), language)
        | {
            "version": one.version,
            "created_at": one.created_at,
            "proposed": one.proposed,
            "proposed_labels": {name: FIELDS[name].read(language) for name in one.proposed},
            "materials": [
                CheckedMaterialOut(
                    **_material(material, language),
                    declared=one.materials.get(material.code),
                    seen=material.code in one.materials_seen,
                    missing=material.required and material.code not in one.materials,
                )
                for material in one.row.materials_for(names["category"])
            ],
            "actions": _actions(one, caller),
            "decided_at": one.decided_at,
            "timeline": [
                FilingStepOut(
                    at=step["at"],
                    action=step["action"],
                    action_label=_action_label(step["action"], language),
                    state=step["state"],
                    state_label=STATES[step["state"]].read(language),
                    actor_role=step["actor_role"],
                    actor_name=step["actor_name"],
                    reasons=_reasons(step["reasons"], language),
                    deadline=step["deadline"],
                )
                for step in steps
            ],
        }
    )


def kind_view(kit: Kit, row: Kind, language: Language) -> KindOut:
    days = kit.days_of(row)
    return KindOut(
        kind=row.slug,
        name=row.name.read(language),
        summary=row.summary.read(language),
        from_status=[
            CodeOut(code=code, label=STATUSES.label(code, language)) for code in row.from_status
        ],
        fields=[CodeOut(code=name, label=FIELDS[name].read(language)) for name in row.fields],
        needed=list(row.needed),
        materials=[MaterialOut(**_material(one, language)) for one in row.materials],
        days=days,
        days_source=_source(row.days_source, language) if days == row.days else None,
        effect=row.effect.read(language),
        refusal_effect=row.refusal_effect and row.refusal_effect.read(language),
    )


def _material(one: Material, language: Language) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name.read(language),
        "required": one.required,
        "only_for": list(one.categories),
        "source": _source(one.source, language),
    }


def _source(source: str, language: Language) -> str | None:
    return read_source(source, language) if source else None


def _action_label(action: str, language: Language) -> str:
    text = next((text for name, text in ACTIONS.items() if name == action), STATES["draft"])
    return text.read(language)


def _reasons(told: Sequence[Mapping[str, str]], language: Language) -> list[ToldReasonOut]:
    return [
        ToldReasonOut(
            code=one["code"], text=sentence(FILING_REASONS, one["code"], one["note"], language)
        )
        for one in told
    ]


def _actions(one: Filing, caller: Principal) -> list[Action]:
    side = side_of(caller, one)
    if side is None or (side == "authority" and caller.authority_id != one.authority_id):
        return []
    return allowed(one.state, side)
