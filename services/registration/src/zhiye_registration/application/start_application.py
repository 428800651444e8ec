"""A practitioner starts an application; or an institution or authority about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_chassis.timeline import Actor, actor_of
from zhiye_contracts.codes import divisions
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import applications, facts, registrations
from zhiye_registration.adapters.events import application_changed
from zhiye_registration.adapters.merges import SYSTEM
from zhiye_registration.adapters.question import Addressee
from zhiye_registration.application.access import not_found
from zhiye_registration.application.asking import check_identified, facts_about
from zhiye_registration.application.landing import land
from zhiye_registration.application.military import origin_of, sealed_form
from zhiye_registration.application.people import Person, person_of
from zhiye_registration.application.recording import record
from zhiye_registration.application.subjects import subject_among
from zhiye_registration.domain.application import Application, Source, take_step
from zhiye_registration.domain.business_type import Assessment, BusinessType, conditions, reason_of
from zhiye_registration.domain.conditions import (
    ACCOUNT_ACTIVE,
    ACCOUNT_ACTIVE_OR_NOT_ONLINE,
    NO_OPEN_APPLICATION,
)
from zhiye_registration.domain.facts import Facts, OpenApplication
from zhiye_registration.domain.nurse_grounds import ACCOUNT_OF_A_SOLDIER
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.registration import Registration
from zhiye_registration.domain.workflow import WITH_APPLICANT
from zhiye_registration.kit import Kit

_SOURCES: dict[str, Source] = {
    "practitioner": "person",
    "institution": "institution",
    "authority": "authority",
}
_OF_THE_ACCOUNT = (ACCOUNT_ACTIVE, ACCOUNT_ACTIVE_OR_NOT_ONLINE, ACCOUNT_OF_A_SOLDIER)


@dataclass(frozen=True, slots=True)
class Start:
    """What is asked for. A person names the institution, others the registration; so does a
    physician who has several."""

    business_type: str
    form: Mapping[str, Any]
    institution_id: str | None = None
    registration_id: str | None = None


async def start_application(
    tx: Transaction, kit: Kit, caller: Principal, start: Start
) -> Application:
    """The new draft.

    Raises ``Refused``: 403 ``account_not_active`` (nobody knows yet who it is),
    ``account_active_not_met``, ``account_may_apply_not_met`` or ``not_deciding_authority``, 404,
    409 ``no_open_application_not_met`` with the number of the open one, 422
    ``person_not_on_record``, ``institution_in_force_not_met``, ``registration_to_choose``,
    ``not_filed_by_institutions``, ``not_filed_by_authorities``, ``field_missing``.
    """
    row = BUSINESS_TYPES[start.business_type]
    if caller.role != "practitioner":
        return await _about_somebody(tx, kit, caller, row, start)
    if caller.person_key is None:
        raise not_found()
    if start.institution_id is None:
        raise _missing("institution_id")
    await check_identified(tx.connection, caller)
    await applications.lock_person(tx, caller.person_key)
    if not caller.active:
        await _check_account(tx, kit, caller, row, start)
        await _end_of_revoked(tx, kit, caller.person_key)
    to = await institution_of(tx, row, start.institution_id)
    await refuse_second(tx, kit, row, caller.person_key, to.id)
    person = await person_of(
        tx.connection, kit, caller.person_key, row.profession, caller.account_id
    )
    about = await subject(tx, row, caller.person_key, to, start.registration_id)
    return await _add(tx, kit, caller, row, start, person, caller.person_key, to, about)


async def subject(
    tx: Transaction,
    row: BusinessType,
    person_key: str,
    to: Addressee,
    chosen_id: str | None = None,
) -> str | None:
    """Which of a physician's registrations an application to this institution is about.

    Raises ``Refused``: 404 for one that is not the person's, 422 ``registration_to_choose``.
    """
    found = await subject_among(tx.connection, row, person_key, to.region, chosen_id)
    return found.id if found else None


async def _about_somebody(
    tx: Transaction, kit: Kit, caller: Principal, row: BusinessType, start: Start
) -> Application:
    """An institution about one of its own people, or the authority that decides (依职权)."""
    if not (row.by_institution if caller.role == "institution" else row.by_authority):
        raise refused(
            f"not_filed_by_{'institutions' if caller.role == 'institution' else 'authorities'}",
            ("此业务只能由本人申请。", "Only the person can apply for this."),
            ("请提醒本人在个人端提交申请。", "Remind the person to apply."),
            field="business_type",
            source="deck 7.1",
        )
    if start.registration_id is None:
        raise _missing("registration_id")
    held = await registrations.find(tx.connection, start.registration_id)
    if held is None or held.profession != row.profession or not _theirs(caller, held):
        raise not_found()
    to = await institution_of(tx, row, held.institution_id, closed=caller.role == "authority")
    decider = to.authority.id if to.authority else None
    if caller.role == "authority" and decider != caller.authority_id:
        raise refused(
            "not_deciding_authority",
            ("此业务由其他审批机关办理。", "Another authority decides this."),
            (
                "请向该审批机关通报（如行政处罚），由其依法办理。",
                "Tell that authority, for instance by reporting the penalty.",
            ),
            source="Q50",
            status=403,
        )
    person = Person(held.name, held.gender, held.birth_date, held.sealed_id_number)
    about = held.id if row.profession == "physician" else None
    return await _add(tx, kit, caller, row, start, person, held.person_key, to, about)


def _theirs(caller: Principal, held: Registration) -> bool:
    if caller.role == "institution":
        return held.institution_id == caller.institution_id
    return divisions.is_within(held.region, caller.region or "")


async def _add(
    tx: Transaction,
    kit: Kit,
    caller: Principal,
    row: BusinessType,
    start: Start,
    person: Person,
    person_key: str,
    to: Addressee,
    about: str | None,
) -> Application:
    now = kit.clock.now()
    origin_id, origin_name = await origin_named(tx, row, start.form)
    one = Application(
        id=new_id(),
        number=await applications.next_number(tx, kit.clock.today()),
        business_type=row.slug,
        state="draft",
        version=1,
        account_id=caller.account_id,
        person_key=person_key,
        sealed_id_number=person.sealed_id_number,
        name=person.name,
        institution_id=to.id,
        institution_name=to.name,
        region=to.region,
        form=sealed_form(kit, start.form),
        created_at=now,
        updated_at=now,
        source=_SOURCES[caller.role],
        registration_id=about,
        authority_id=caller.authority_id,
        authority_name=to.authority.name if caller.authority_id and to.authority else None,
        origin_institution_id=origin_id,
        origin_institution_name=origin_name,
    )
    if not await applications.add(tx, one):
        await refuse_second(tx, kit, row, person_key, to.id)
    await applications.STEPS.add(tx, one, "drafted", actor_of(caller))
    tx.emit(application_changed(one, "drafted"))
    return one


async def institution_of(
    tx: Transaction, row: BusinessType, institution_id: str, *, closed: bool = False
) -> Addressee:
    """The institution an application is addressed to, or what that was merged into; it has to
    be in force, unless an authority acts on those whom one that ``closed`` left behind."""
    place = await land(tx, institution_id)
    to = await facts.addressee(tx.connection, row, place.id)
    if to is None or not (to.in_force or closed):
        raise refused(
            "institution_in_force_not_met",
            ("所选机构不存在或已停业。", "The institution does not exist or is closed."),
            ("请选择一家有效的医疗卫生机构。", "Choose an institution that is in force."),
            field="institution_id",
            source="Nurses Regulation art. 8",
        )
    return to


async def origin_named(
    tx: Transaction, row: BusinessType, form: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """Id and name of the military institution that a form names, as far as it is on record."""
    origin_id = origin_of(form)
    origin = await facts.addressee(tx.connection, row, origin_id) if origin_id else None
    return (origin.id, origin.name) if origin else (None, None)


async def _check_account(
    tx: Transaction, kit: Kit, caller: Principal, row: BusinessType, start: Start
) -> None:
    """Whether somebody whose account is not active yet may apply for this (Q5.2, Q29.2, Q33)."""
    known, _ = await facts_about(
        tx.connection,
        kit,
        row,
        person_key=caller.person_key or "",
        account_id=caller.account_id,
        institution_id=start.institution_id,
        form={},
        active=False,
        registration_id=start.registration_id,
    )
    for one in conditions(row, known):
        if one.condition in _OF_THE_ACCOUNT and one.outcome != "met":
            raise Refused(reason_of(one, known), status=403)


async def _end_of_revoked(tx: Transaction, kit: Kit, person_key: str) -> None:
    """What a revoked account left begun or uncorrected ends: somebody else may have opened that
    account (Q13), and whoever is not active yet sees and withdraws only what is their own."""
    for other in await applications.open_of(tx.connection, person_key):
        if other["state"] not in WITH_APPLICANT:
            continue
        one = await applications.lock(tx, other["id"])
        if one is None or one.state not in WITH_APPLICANT:
            continue
        if await facts.account_status(tx.connection, one.account_id) == "revoked":
            after = take_step(one, "withdraw", "applicant", kit.moment())
            await record(tx, after, "withdrawn", Actor(SYSTEM, SYSTEM, ""))


async def refuse_second(
    tx: Transaction, kit: Kit, row: BusinessType, person_key: str, institution_id: str
) -> None:
    """``Refused`` (409) if the person has an application open that excludes this one."""
    found = await applications.open_of(tx.connection, person_key)
    others = tuple(
        OpenApplication(other["number"], other["business_type"])
        for other in found
        if facts.in_the_way(row, other, institution_id)
    )
    if others:
        today = kit.clock.today()
        known = Facts(today=today, applied_on=today, open_applications=others)
        raise Refused(reason_of(Assessment(NO_OPEN_APPLICATION, "not_met"), known), status=409)


def _missing(field: str) -> Refused:
    return refused(
        "field_missing",
        (f"缺少必填项：{field}。", f"Required: {field}."),
        ("请填写后重新提交。", "Fill it in and submit again."),
        field=field,
    )
