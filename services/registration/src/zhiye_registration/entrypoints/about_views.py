"""What a physician's application is about, for a reader: codes with their labels."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhiye_contracts.reasons import Language, Text
from zhiye_registration.application.practice_views import practice_view
from zhiye_registration.domain.about import INSTITUTION, ITEMS, About, Change, OffPost
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, registration_status

_LATE = Text("已超过30日", "later than 30 days")
_IN_TIME = Text("按期备案", "in time")


def about_view(about: About, today: date, language: Language) -> dict[str, Any]:
    held, changes, left = about.registration, about.changes, about.off_post
    return {
        "about": _registration(held, today, language) if held else None,
        "changes": None if changes is None else [_change(one, language) for one in changes],
        "location_changes": about.changed("location"),
        "institution_changes": about.changed(INSTITUTION),
        "off_post": off_post_view(left, language) if left else None,
    }


def _registration(held: HeldRegistration, today: date, language: Language) -> dict[str, Any]:
    status = registration_status(held, today)
    practice = {
        "level": held.level,
        "category": held.category,
        "scopes": held.scopes,
        "location": held.location,
    }
    return {
        "registration_id": held.id,
        "institution_id": held.institution_id,
        "institution_name": held.institution_name,
        "region": held.region,
        "status": status,
        "status_label": STATUSES[status].read(language),
        **practice_view(practice, language),
    }


def _change(one: Change, language: Language) -> dict[str, Any]:
    return {
        "item": one.item,
        "item_label": ITEMS[one.item].read(language),
        "before": one.before.value,
        "before_label": one.before.label(one.item, language),
        "after": one.after.value,
        "after_label": one.after.label(one.item, language),
    }


def off_post_view(left: OffPost, language: Language) -> dict[str, Any]:
    return {
        "left_on": left.left_on,
        "report_by": left.by,
        "reported_on": left.reported_on,
        "days": left.days,
        "late": left.late,
        "late_label": (_LATE if left.late else _IN_TIME).read(language),
    }
