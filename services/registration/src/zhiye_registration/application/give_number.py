"""The certificate number of a first registration: the next one that nobody has."""

from __future__ import annotations

from zhiye_chassis.database import Transaction
from zhiye_contracts import purposes
from zhiye_registration.adapters import filings, registrations
from zhiye_registration.domain.facts import Practice
from zhiye_registration.domain.registration import (
    LAST_SERIAL,
    certificate_number,
    physician_number,
)
from zhiye_registration.kit import Kit

_AT_ONCE = 1_000
FOR_LIFE = 0
"""Instead of a year: a county's numbers of physicians do not begin again."""


async def number_for_life(
    tx: Transaction, kit: Kit, person_key: str, practice: Practice, region: str
) -> str:
    """The number a physician has had since the first registration, or a new one (Q9.3).

    Raises ``Refused`` (409): ``certificate_numbers_used_up``.
    """
    while True:
        # Looked at again each time: it may have come with a registration that was taken over.
        known = await filings.certificate_of(tx, person_key)
        if known is not None:
            return kit.settings.cipher.open(
                known.sealed_certificate_number, purposes.CERTIFICATE_NUMBER
            )
        serial = await registrations.next_serial(tx, FOR_LIFE, region)
        number = physician_number(practice.level, practice.category, region, serial)
        sealed = kit.settings.cipher.seal(number, purposes.CERTIFICATE_NUMBER)
        if await filings.give_certificate(tx, person_key, kit.certificate_key(number), sealed):
            return number
        # Many may have been taken over with their old numbers: those are not tried one by one.
        free = await _free_after(tx, kit, practice, region, serial)
        await registrations.set_serial(tx, FOR_LIFE, region, free - 1)


async def _free_after(
    tx: Transaction, kit: Kit, practice: Practice, region: str, serial: int
) -> int:
    """The next serial of which no physician has the number; past the last one if there is none."""
    for first in range(serial + 1, LAST_SERIAL + 1, _AT_ONCE):
        serials = range(first, min(first + _AT_ONCE, LAST_SERIAL + 1))
        keys = {
            one: kit.certificate_key(
                physician_number(practice.level, practice.category, region, one)
            )
            for one in serials
        }
        taken = await filings.taken(tx, list(keys.values()))
        free = next((one for one, key in keys.items() if key not in taken), None)
        if free is not None:
            return free
    return LAST_SERIAL + 1


async def give_number(tx: Transaction, kit: Kit, year: int, region: str) -> str:
    """Numbers come into use otherwise too, right or mistyped: with nurses from the army, imports
    and corrections. Those are passed over; at the last serial it starts again with what was left
    out. Take it late, for the province waits. ``Refused`` (409): ``certificate_numbers_used_up``.
    """
    province = region[:2]
    serial = await registrations.next_serial(tx, year, province)
    if serial <= LAST_SERIAL:
        number = certificate_number(year, region, serial)
        if not await registrations.is_taken(tx, kit.certificate_key(number)):
            return number
    for first in (*range(serial + 1, LAST_SERIAL + 1, _AT_ONCE), *range(1, serial, _AT_ONCE)):
        serials = range(first, min(first + _AT_ONCE, LAST_SERIAL + 1))
        numbers = {one: certificate_number(year, region, one) for one in serials}
        keys = {one: kit.certificate_key(number) for one, number in numbers.items()}
        taken = await registrations.taken(tx, list(keys.values()))
        free = next((one for one, key in keys.items() if key not in taken), None)
        if free is not None:
            await registrations.set_serial(tx, year, province, free)
            return numbers[free]
    return certificate_number(year, region, LAST_SERIAL + 1)
