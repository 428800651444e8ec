"""What an approval does, by the effect that the policy table names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

from zhiye_chassis.database import Transaction
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import registrations
from zhiye_registration.application.asking import facts_of
from zhiye_registration.application.end_filings import end_filings
from zhiye_registration.application.give_number import give_number
from zhiye_registration.application.military import certificate_number_of
from zhiye_registration.application.physician_effects import (
    alter,
    file_institution,
    file_off_post,
    move_out,
    register_physician,
)
from zhiye_registration.application.write_registration import bring, change, create, held_of
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.business_type import Effect, refusals
from zhiye_registration.domain.periods import last_day
from zhiye_registration.domain.registration import VALID_YEARS, valid_until
from zhiye_registration.kit import Kit

_NOT_MET_ANY_MORE = Reason(
    "conditions_not_met_any_more",
    Text("申请人目前不符合下列条件，不能审批通过。", "These conditions are not met at present."),
    Text(
        "请退回补正，或作出不同意的决定并告知全部理由。",
        "Return it for correction, or refuse it and tell all the reasons.",
    ),
    field="decision",
    source="Q59.9",
)


async def check_conditions(tx: Transaction, kit: Kit, one: Application) -> None:
    """Facts may have changed since it was submitted: asked again before an approval.

    Raises ``Refused`` (409) with ``conditions_not_met_any_more`` and all that are not met.
    """
    if one.row.profession == "physician":
        # What becomes of several registrations and filings is done one after the other.
        await registrations.lock_all_of(tx, one.person_key, one.row.profession)
    # That the account was not active was looked at when it applied.
    known, _ = await facts_of(tx.connection, kit, one, active=True)
    unmet = refusals(one.row, replace(known, deciding=True))
    if unmet:
        raise Refused(_NOT_MET_ANY_MORE, *unmet, status=409)


async def take_effect(tx: Transaction, kit: Kit, one: Application) -> None:
    """Do what the approved application asks for, in the transaction of the approval; information
    that its form carries is taken over with it."""
    await EFFECTS[one.row.effect](tx, kit, one)


async def register(tx: Transaction, kit: Kit, one: Application) -> None:
    """Make the registration: certificate number, five years, history.

    Raises ``Refused`` (409): ``already_registered`` if the person was registered meanwhile,
    ``certificate_numbers_used_up``.
    """
    today = kit.clock.today()
    number = await give_number(tx, kit, today.year, one.region)
    await create(tx, kit, one, number, today, valid_until(today))


async def extend(tx: Transaction, kit: Kit, one: Application) -> None:
    """Five years more, from the day after the present last one (Nurses Regulation art. 8)."""
    held = await held_of(tx, one)
    last = held.valid_until or kit.clock.today()
    until = last_day(last + timedelta(days=1), 12 * VALID_YEARS)
    await change(tx, kit, one, held, valid_until=until)


async def move(tx: Transaction, kit: Kit, one: Application) -> None:
    """To the intended institution; certificate number and expiry stay (art. 9)."""
    await bring(tx, kit, one, await held_of(tx, one))


async def cancel(tx: Transaction, kit: Kit, one: Application) -> None:
    held = await held_of(tx, one)
    await change(
        tx,
        kit,
        one,
        held,
        status="cancelled",
        cancelled_on=kit.clock.today(),
        cancellation_ground=one.form["ground"],
    )
    await end_filings(tx, kit, held.id, "registration_left")


async def restore(tx: Transaction, kit: Kit, one: Application) -> None:
    """The same person under the same number, valid five years from now."""
    today = kit.clock.today()
    await bring(
        tx,
        kit,
        one,
        await held_of(tx, one),
        status="registered",
        cancelled_on=None,
        cancellation_ground=None,
        valid_from=today,
        valid_until=valid_until(today),
    )


async def take_over(tx: Transaction, kit: Kit, one: Application) -> None:
    """From the army or the armed police: number and expiry as the military side confirmed them."""
    held = await registrations.lock_of_person(tx, one.person_key, one.row.profession)
    if held is not None:
        await bring(tx, kit, one, held)
        return
    until = date.fromisoformat(one.form["military"]["valid_until"])
    number = certificate_number_of(kit, one.form)
    await create(tx, kit, one, number or "", min(kit.clock.today(), until), until)


async def reissue(tx: Transaction, kit: Kit, one: Application) -> None:
    """The history says that the certificate was issued again; nothing else changes."""
    await change(tx, kit, one, await held_of(tx, one))


EFFECTS: dict[Effect, Callable[[Transaction, Kit, Application], Awaitable[None]]] = {
    "register": register,
    "extend": extend,
    "move": move,
    "cancel": cancel,
    "restore": restore,
    "take_over": take_over,
    "reissue": reissue,
    "register_physician": register_physician,
    "alter": alter,
    "file_institution": file_institution,
    "file_off_post": file_off_post,
    "move_out": move_out,
}
