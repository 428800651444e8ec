"""Who is on which side of a case; what is not theirs looks as if it did not exist."""

from __future__ import annotations

from zhiye_chassis import texts
from zhiye_chassis.security import Principal
from zhiye_contracts.codes import PROVINCES, divisions
from zhiye_contracts.reasons import Language, Refused, Text
from zhiye_qualifications.domain import case_reasons as cases
from zhiye_qualifications.domain.case_workflow import Actor, allowed_actions
from zhiye_qualifications.domain.cases import Case

EXAM_CENTRE = "exam_centre"
_BODIES = {
    EXAM_CENTRE: Text("考试中心", "exam centre"),
    divisions.NATION: Text("国家卫生健康委员会", "National Health Commission"),
}
_OF_PROVINCE = Text("{}卫生健康部门", "health authority of {}")


def not_found() -> Refused:
    return Refused(texts.of_status(404), status=404)


def is_applicant(caller: Principal, one: Case) -> bool:
    """The account that filed it; the person it is about, once it is submitted; of an institution
    or authority that filed it, everybody.

    By the ID number alone only an active account is the person: anybody may open one with
    somebody else's, and would see and withdraw what the institution filed.
    """
    if caller.role == "practitioner":
        if one.filed_by == "practitioner" and one.account_id == caller.account_id:
            return True
        same_person = caller.person_key is not None and caller.person_key == one.person_key
        return same_person and caller.active and one.submitted_at is not None
    if caller.role == "institution":
        return one.filed_by == "institution" and one.institution_id == caller.institution_id
    return (
        caller.role == "authority" and one.filed_by == "authority" and caller.region == one.province
    )


def is_province(caller: Principal, one: Case) -> bool:
    """The authority of the very province (Q14): not one below it, nor the nation."""
    return (
        caller.role == "authority"
        and caller.region == one.province
        and one.submitted_at is not None
    )


def is_exam_centre(caller: Principal, one: Case) -> bool:
    return caller.role == "exam_centre" and one.forwarded_at is not None


_SIDES = {"applicant": is_applicant, "province": is_province, "exam_centre": is_exam_centre}


def on_a_side(caller: Principal, one: Case) -> bool:
    return any(on_side(caller, one) for on_side in _SIDES.values())


def may_read(caller: Principal, one: Case) -> bool:
    """Whoever is on a side of it; the national authority every submitted one, numbers masked."""
    if on_a_side(caller, one):
        return True
    nation = caller.role == "authority" and caller.region == divisions.NATION
    return nation and one.submitted_at is not None


def sees_record(caller: Principal, one: Case) -> bool:
    """Whether the caller may see what is on record so far: those who decide, and the owner. Who
    claims a record that is under another ID number, or files on behalf, sees what they wrote."""
    if caller.role in ("authority", "exam_centre"):
        return True
    own = caller.person_key is not None and caller.person_key == one.person_key
    return own and caller.active and one.former_person_key is None


def of_side(caller: Principal, one: Case | None, side: Actor) -> Case:
    """The case, if the caller is on that side of it; else 404."""
    if one is None or not may_read(caller, one) or not _SIDES[side](caller, one):
        raise not_found()
    return one


def decider_of(caller: Principal, one: Case | None) -> tuple[Case, Actor]:
    """The case and the side from which the caller decides. ``Refused``: 404; 403 for what the
    account itself filed."""
    side: Actor = "exam_centre" if caller.role == "exam_centre" else "province"
    found = of_side(caller, one, side)
    if found.account_id == caller.account_id:
        raise Refused(cases.FILED_IT_YOURSELF, status=403)
    return found, side


def actions_of(caller: Principal, one: Case) -> list[str]:
    """What the caller may do with the case now."""
    found: list[str] = []
    for side, on_side in _SIDES.items():
        own = side != "applicant" and one.account_id == caller.account_id
        if on_side(caller, one) and not own:
            found += allowed_actions(one.path, one.state, side)  # type: ignore[arg-type]
    return found


def organisation_of(caller: Principal) -> str | None:
    """The body that an account acts for: a division code, or the exam centre."""
    if caller.role == "authority":
        return caller.region
    return EXAM_CENTRE if caller.role == "exam_centre" else None


def organisation_label(organisation: str | None, language: Language) -> str | None:
    """The body as a reader is told it."""
    if organisation is None:
        return None
    if organisation in _BODIES:
        return _BODIES[organisation].read(language)
    return _OF_PROVINCE.read(language).format(PROVINCES.label(organisation, language))
