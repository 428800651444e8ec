"""Messages to the holder of an account about what was done to it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from zhiye_accounts.adapters import attempts
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.application.codes import Channel
from zhiye_accounts.application.verify_contact import COLUMNS
from zhiye_accounts.domain.policy import NOTICES_TO_UNPROVEN
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts import purposes
from zhiye_contracts.events import MessageRequested
from zhiye_contracts.identifiers import mask_email, mask_phone


def verified_channels(row: Row) -> list[Channel]:
    """SMS first, as it is what people look at."""
    return [channel for channel, (_, _, verified) in COLUMNS.items() if row[verified] is not None]


async def tell(
    tx: Transaction, kit: Kit, row: Row, template: str, words: Mapping[str, str]
) -> None:
    """Tell every verified contact; without one, the phone as it was given. Anybody may give a
    stranger's, so that one is told a few times a day at most, whichever accounts bear it."""
    channels = verified_channels(row)
    if not channels and row["sealed_phone"] and await _spared(tx, kit, row["phone_key"]):
        channels = ["sms"]
    tx.emit(*(message(kit, row, channel, template, words) for channel in channels))


async def _spared(tx: Transaction, kit: Kit, phone_key: str) -> bool:
    """Whether an unproven phone was told little so far; counts one more."""
    now = kit.clock.now()
    told, _ = await attempts.count(tx, NOTICES_TO_UNPROVEN, phone_key, now, lock=True)
    if told >= NOTICES_TO_UNPROVEN.count:
        return False
    await attempts.record(tx, NOTICES_TO_UNPROVEN.kind, phone_key, now)
    return True


def message(
    kit: Kit,
    row: Row,
    channel: Channel,
    template: str,
    words: Mapping[str, str],
    *,
    message_id: str | None = None,
) -> MessageRequested:
    """A message to a contact of this account as it is in ``row``."""
    return MessageRequested(
        aggregate_id=message_id or new_id(),
        version=1,
        occurred_at=kit.clock.now(),
        channel=channel,
        template=template,
        language=row["language"],
        sealed_address=row[COLUMNS[channel][1]],
        sealed_parameters=kit.cipher.seal(
            json.dumps(dict(words), ensure_ascii=False), purposes.MESSAGE
        ),
        account_id=row["id"],
    )


def masked_contact(kit: Kit, row: Row, channel: Channel) -> str:
    """The address as its owner recognises it."""
    sealed = row[COLUMNS[channel][1]]
    if channel == "sms":
        return mask_phone(kit.cipher.open(sealed, purposes.PHONE))
    return mask_email(kit.cipher.open(sealed, purposes.EMAIL))
