"""From a row of a physicians' roster to what a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhiye_contracts import purposes
from zhiye_contracts.codes import OFF_POST_GROUNDS
from zhiye_contracts.identifiers import mask_certificate, mask_id_number
from zhiye_contracts.reasons import Language
from zhiye_registration.application.practice_views import practice_view
from zhiye_registration.application.read_person import OnePerson
from zhiye_registration.domain.filing import STATES, state_of
from zhiye_registration.domain.practice import scopes_label
from zhiye_registration.domain.roster import OFF_POST_OVER, PLACES, PlaceName, off_post_over
from zhiye_registration.entrypoints.own_registrations import own_filing_view
from zhiye_registration.entrypoints.roster_views import details_view, shared_line
from zhiye_registration.kit import Kit


def physician_view(
    kit: Kit, row: Mapping[Any, Any], today: date, language: Language, *, whole: bool = False
) -> dict[str, Any]:
    """One line of physicians: with the numbers of the ID card and the qualification ``whole`` for
    an institution's own export, masked otherwise; those of who is only filed there are masked
    always."""
    place: PlaceName = row["place"]
    view = shared_line(kit, row, today, language)
    sealed = row["sealed_qualification_number"]
    number = sealed and kit.settings.cipher.open(sealed, purposes.CERTIFICATE_NUMBER)
    if not whole or place == "filed":
        view["id_number"] = mask_id_number(view["id_number"])
        number = number and mask_certificate(number)
    return (
        view
        | practice_view(row, language)
        | _off_post(row, today, language)
        | {
            "qualification_certificate_number": number,
            "place": place,
            "place_label": PLACES[place].read(language),
            "main_institution_id": row["institution_id"],
            "main_institution_name": row["institution_name"],
            "filing": _filed_here(row, today, language) if place == "filed" else None,
        }
    )


def physician_line(
    kit: Kit, row: Mapping[Any, Any], today: date, language: Language, *, whole: bool
) -> dict[str, Any]:
    """The same for a file: everything in one cell each."""
    view = physician_view(kit, row, today, language, whole=whole)
    filing = view["filing"] or {}
    return view | {
        "scopes_label": scopes_label(row["scopes"], language),
        "filed_from": filing.get("from_on"),
        "filed_until": filing.get("until_on"),
        "filing_state_label": filing.get("state_label"),
    }


def physician_person_view(
    kit: Kit, found: OnePerson, *, photo: str | None, language: Language
) -> dict[str, Any]:
    """Everything about one of them; no details of who has the main institution elsewhere."""
    row, today = found.row, kit.clock.today()
    not_over = [one for one in found.filings if one.state(today) in ("in_force", "waiting")]
    here = None if found.own else not_over[0]
    shown = dict(row) | {"row_id": row["id"], "place": "main"}
    if here is not None:
        shown |= {
            **{name: getattr(here, name) for name in ("scopes", "department")},
            **{"row_id": here.id, "place": "filed"},
            **{name: getattr(here, name) for name in ("from_on", "until_on")},
        }
    details = details_view(row, photo, language)
    if not found.own:
        details |= {"details": {}, "details_labels": {}}
    return (
        physician_view(kit, shown, today, language)
        | details
        | {
            "qualification_id": row["qualification_id"],
            "filings": [own_filing_view(one, today, language) for one in found.filings],
        }
    )


def _filed_here(row: Mapping[Any, Any], today: date, language: Language) -> dict[str, Any]:
    state = state_of("in_force", row["from_on"], row["until_on"], today)
    return {
        "id": row["row_id"],
        "from_on": row["from_on"],
        "until_on": row["until_on"],
        "state": state,
        "state_label": STATES[state].read(language),
    }


def _off_post(row: Mapping[Any, Any], today: date, language: Language) -> dict[str, Any]:
    since, ground = row["filed_on"], row["filing_ground"]
    over = since is not None and off_post_over(since, today)
    return {
        "off_post_on": since,
        "off_post_days": (today - since).days if since else None,
        "off_post_ground": ground,
        "off_post_ground_label": ground and OFF_POST_GROUNDS.label(ground, language),
        "two_years_off_post": over,
        "two_years_off_post_label": OFF_POST_OVER.read(language) if over else None,
    }
