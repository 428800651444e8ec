"""From what the database has of a scope case to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.calendar import working_days_left
from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import BUSINESS_TYPES, PHYSICIAN_CATEGORIES, PROVINCES
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.identifiers import mask_id_number
from zhiye_contracts.reasons import Language
from zhiye_registration.adapters import scope_cases as store
from zhiye_registration.adapters import scopes as catalogues
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.application.practice_views import scopes_view
from zhiye_registration.application.scope_case_access import acting_side
from zhiye_registration.domain import scope_case as cases
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.scope_case import CHANGES, SIDES, STATES, ScopeCase, Side
from zhiye_registration.domain.scope_case_reasons import DISAGREEMENT_REASONS
from zhiye_registration.domain.scopes import Catalogue
from zhiye_registration.entrypoints.views import SYSTEM_NAME
from zhiye_registration.kit import Kit

OTHER_SIDE: dict[Side, Side] = {"from": "to", "to": "from"}


def item_view(
    one: ScopeCase, about: Mapping[str, Any], today: date, language: Language
) -> dict[str, Any]:
    """One line of the list; ``about`` has number, type and name of the application."""
    is_open = one.state == "open"
    return {
        "id": one.id,
        "number": one.number,
        "state": one.state,
        "state_label": STATES[one.state].read(language),
        "application_id": one.application_id,
        "application_number": about["application_number"],
        "business_type": about["business_type"],
        "business_type_label": BUSINESS_TYPES.label(about["business_type"], language),
        "name": about["name"],
        "category": {
            "code": one.category,
            "label": PHYSICIAN_CATEGORIES.label(one.category, language),
        },
        "scopes": _scopes(one.scopes, language),
        "from_side": _side(
            "from", one.from_province, one.from_authority_id, one.from_authority_name, language
        ),
        "to_side": _side(
            "to", one.to_province, one.to_authority_id, one.to_authority_name, language
        ),
        "opened_on": one.opened_on,
        "deadline": one.deadline,
        "working_days_left": working_days_left(today, one.deadline) if is_open else None,
        "waits_for": OTHER_SIDE[one.proposed_by] if is_open and one.proposed_by else None,
        "updated_at": one.updated_at,
    }


async def case_view(
    connection: AsyncConnection,
    kit: Kit,
    one: ScopeCase,
    about: Application,
    caller: Principal,
    language: Language,
) -> dict[str, Any]:
    """A case whole: the proposal, what the new province offers, what the caller may do."""
    steps: Sequence[Mapping[Any, Any]] = await store.STEPS.of(connection, one.id)
    catalogue = await catalogues.catalogue_of(connection, one.to_province, kit.clock.today())
    from_name = await connection.scalar(
        select(institution.c.name).where(institution.c.id == one.from_institution_id)
    )
    if caller.role == "practitioner" and not caller.active:
        from_name, steps = None, [_without_origin(one, step) for step in steps]
        one = _of_nobody_seen(one)
    number = kit.settings.cipher.open(about.sealed_id_number, purposes.ID_NUMBER)
    side = acting_side(caller, one)
    shown = {
        "application_number": about.number,
        "business_type": about.business_type,
        "name": about.name,
    }
    return item_view(one, shown, kit.clock.today(), language) | {
        "version": one.version,
        "id_number": mask_id_number(number),
        "from_institution_name": from_name,
        "to_institution_name": about.institution_name,
        "proposal": _proposal(one, catalogue, language),
        "agreed_scopes": None
        if one.agreed_scopes is None
        else _scopes(one.agreed_scopes, language, catalogue),
        "reasons": _reasons(one.reasons, language),
        "own_side": side,
        "actions": cases.actions(one, side, kit.moment()),
        "offered": [
            {"code": entry.scope, "label": entry.label.read(language)}
            for entry in catalogue.in_category(one.category)
        ],
        "most_scopes": catalogue.most_scopes,
        "timeline": [_step(step, catalogue, language) for step in steps],
    }


def _of_nobody_seen(one: ScopeCase) -> ScopeCase:
    """For an account that is not active, whose holder may only say to be this person: not where and
    with which scopes the person is registered."""
    agreed = one.agreed_scopes
    return replace(
        one,
        scopes=(),
        from_authority_id=None,
        from_authority_name=None,
        proposed_scopes=() if one.keeps_scopes else one.proposed_scopes,
        proposal_note="" if one.proposed_by == "from" else one.proposal_note,
        agreed_scopes=() if agreed and tuple(agreed) == tuple(one.scopes) else agreed,
    )


def _without_origin(one: ScopeCase, step: Mapping[Any, Any]) -> dict[Any, Any]:
    kept = tuple(step["scopes"] or ()) == tuple(one.scopes)
    shown = dict(step) | ({"scopes": None} if kept else {})
    if step["side"] == "from":
        shown |= {"actor_name": SIDES["from"].zh, "organisation": None, "note": ""}
    return shown


def _proposal(one: ScopeCase, catalogue: Catalogue, language: Language) -> dict[str, Any] | None:
    if one.proposed_by is None or one.proposed_scopes is None:
        return None
    return {
        "by": one.proposed_by,
        "by_label": SIDES[one.proposed_by].read(language),
        "scopes": _scopes(one.proposed_scopes, language, catalogue),
        "keeps": one.keeps_scopes,
        "note": one.proposal_note,
    }


def _step(step: Mapping[Any, Any], catalogue: Catalogue, language: Language) -> dict[str, Any]:
    side: Side | None = step["side"]
    return {
        "at": step["at"],
        "action": step["action"],
        "action_label": CHANGES[step["action"]].read(language),
        "state": step["state"],
        "state_label": STATES[step["state"]].read(language),
        "actor_name": step["actor_name"] or SYSTEM_NAME.read(language),
        "organisation": step["organisation"],
        "side": side,
        "side_label": SIDES[side].read(language) if side else None,
        "scopes": _scopes(step["scopes"] or (), language, catalogue),
        "note": step["note"] or "",
        "reasons": _reasons(step["reasons"], language),
        "deadline": step["deadline"],
    }


def _side(
    side: Side, province: str, key: str | None, name: str | None, language: Language
) -> dict[str, Any]:
    return {
        "side": side,
        "side_label": SIDES[side].read(language),
        "province": province,
        "province_label": PROVINCES.label(f"{province}0000", language),
        "authority_id": key,
        "authority_name": name,
    }


def _scopes(
    codes: Sequence[str], language: Language, catalogue: Catalogue | None = None
) -> list[dict[str, str]]:
    """By their national names, or as the new province calls them."""
    if catalogue is None:
        return scopes_view(codes, language)
    return [{"code": code, "label": catalogue.label(code).read(language)} for code in codes]


def _reasons(told: Sequence[Mapping[str, str]], language: Language) -> list[dict[str, str]]:
    return [
        {
            "code": one["code"],
            "text": sentence(DISAGREEMENT_REASONS, one["code"], one["note"], language),
        }
        for one in told
    ]
