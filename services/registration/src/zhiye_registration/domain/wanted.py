"""What a physician's registration would say after an application, and which of several
registrations the application is about."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.facts import Declared, HeldRegistration, Practice, Qualification
from zhiye_registration.domain.registration import PHYSICIAN, location_of

IN_FORCE = "registered"
CHANGE_LEVEL = "physician-change-level"


def subject_of(
    row: BusinessType,
    held: Sequence[HeldRegistration],
    region: str | None,
    chosen_id: str | None = None,
) -> HeldRegistration | None:
    """The registration that an application is about.

    ``held`` are the person's, ``region`` is where the institution is, ``chosen_id`` what the
    applicant named. Without a choice a further institution belongs to the registration of its
    location; whoever registers again goes on with the one of that location, else with the newest.
    ``None`` if there is none, or several to choose from.
    """
    in_force = [one for one in held if one.status == IN_FORCE]
    if row.effect == "register_physician" and not row.of_own and in_force:
        return in_force[0]  # which keeps anybody from being registered again
    if chosen_id is not None:
        return next((one for one in held if one.id == chosen_id), None)
    if row.effect == "file_institution" and region is not None:
        here = [one for one in in_force if region.startswith(one.location)]
        return next(iter(here), in_force[0] if len(in_force) == 1 else None)
    if row.of_own:
        able = [one for one in held if one.status in row.from_status] or list(held)
        adds = row.effect == "register_physician"  # any will do: they are identical (Q11.3)
        return able[0] if len(able) == 1 or (adds and able) else None
    there = [one for one in held if region is not None and region.startswith(one.location)]
    return next(iter(there or held), None)


def chosen_qualification(
    row: BusinessType,
    qualifications: Sequence[Qualification],
    declared: Declared,
    subject: HeldRegistration | None,
) -> Qualification | None:
    """By which to be registered: the one named, else the highest and newest in force, of the
    level of what stays registered."""
    if declared.qualification_id is not None:
        named = declared.qualification_id
        return next((one for one in qualifications if one.id == named), None)
    able = [one for one in qualifications if one.in_force]
    if subject is not None and row.effect == "alter":
        level = PHYSICIAN if row.slug == CHANGE_LEVEL else subject.level
        able = [one for one in able if one.level == level]
        able = [one for one in able if one.category == subject.category] or able
    return min(able, key=lambda one: (one.level, -one.passed_on.toordinal()), default=None)


def wanted(
    row: BusinessType,
    declared: Declared,
    subject: HeldRegistration | None,
    chosen: Qualification | None,
    region: str | None,
) -> Practice | None:
    """Level, category, scopes and location as they would be; ``None`` while that is open.

    A change keeps what is not asked for; the category changes by choosing a qualification of
    another, the level likewise (Q9). The location follows from the institution: it is derived,
    not asked for (Q7, Q8).
    """
    if region is None:
        return None
    if row.effect == "register_physician" and not row.of_own:
        if chosen is None or chosen.category is None:
            return None
        level, category, scopes = chosen.level, chosen.category, declared.scopes
    elif subject is None or subject.level is None or subject.category is None:
        return None
    elif row.effect == "alter":
        named = declared.qualification_id is not None or row.slug == CHANGE_LEVEL
        by = chosen if named else None
        if named and (by is None or by.category is None):
            return None
        level = by.level if by else subject.level
        category = (by.category if by else None) or subject.category
        kept = subject.scopes if category == subject.category else ()
        scopes = declared.scopes or kept
    else:
        level, category, scopes = subject.level, subject.category, subject.scopes
    return Practice(level, category, tuple(sorted(scopes)), location_of(level, region))


def changed_items(subject: HeldRegistration, after: Practice, institution_id: str) -> list[str]:
    """The items of a change (变更事项), as the form has them: ``location`` and ``institution`` are
    the two flags of Q7 and Q8."""
    items = {
        "location": subject.location != after.location,
        "institution": subject.institution_id != institution_id,
        "level": subject.level != after.level,
        "category": subject.category != after.category,
        "scopes": subject.scopes != after.scopes,
    }
    return [name for name, differs in items.items() if differs]
