"""Feeding a new batch."""

from __future__ import annotations

from zhiye_contracts.reasons import Refused
from zhiye_qualifications.adapters.body import BodyBroken
from zhiye_qualifications.adapters.lines import chained
from zhiye_qualifications.application.feed import Feed, Upload
from zhiye_qualifications.domain import file_reasons as why
from zhiye_qualifications.kit import Kit


async def feed_batch(kit: Kit, account_id: str, upload: Upload) -> str:
    """Read a whole body and return the batch's id.

    ``Refused``: no record at all, a header with faults (422, nothing was processed), a body that
    broke off (400, the batch is ``interrupted`` if there was a record), a batch that was cancelled
    meanwhile (409).
    """
    records = upload.source.records(0)
    try:
        first = await anext(records, None)
    except BodyBroken as broken:
        raise Refused(broken.reason, status=400) from None
    if first is None:
        raise Refused(why.BODY_EMPTY)
    feed = await Feed.begin(kit, account_id, upload)
    await feed.run(chained([first], records))
    return feed.id
