"""Many applications are reviewed or decided with one order, which is worked off afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_chassis.security import Principal
from zhiye_contracts.codes.grounds import told
from zhiye_contracts.reasons import Refused
from zhiye_registration.adapters import bulk
from zhiye_registration.application.access import not_found
from zhiye_registration.application.list_scope import reviewable
from zhiye_registration.application.queries import conditions, left
from zhiye_registration.domain import bulk as why
from zhiye_registration.domain.application_list import Filters
from zhiye_registration.domain.bulk import Decision
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.kit import Kit


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with which applications: named with their versions, or selected.

    ``asked`` is the selection as it was asked for, to be shown again.
    """

    decision: Decision
    reasons: Sequence[tuple[str, str]]
    applications: Sequence[tuple[str, int]] | None = None
    selection: Filters | None = None
    asked: dict[str, Any] | None = None


async def order_reviews(tx: Transaction, kit: Kit, caller: Principal, order: Order) -> RowMapping:
    """Keep an order: each application in it with the version that the decision is based on.

    A selection comes down to what meets it now and is on the caller's list of what waits: what
    was selected is what is decided. Named ones are looked at when their turn comes, exactly as if
    each were reviewed by itself. Raises ``Refused``: 404, 409 ``too_many_bulk_reviews``, 422
    ``reasons_required``, ``applications_or_selection``, ``named_twice``, ``nothing_selected``,
    ``too_many_selected``.
    """
    organisation = organisation_of(caller)
    told(REVIEW_REASONS, order.reasons, required=order.decision != "approve")
    if (order.applications is None) == (order.selection is None):
        raise Refused(why.ONE_OF_BOTH)
    if await bulk.count_open(tx.connection, organisation) >= why.MOST_OPEN:
        raise Refused(why.TOO_MANY_OPEN, status=409)
    job, now = new_id(), kit.clock.now()
    if order.applications is not None:
        total = _check_named(order.applications)
        await bulk.list_items(tx, job, order.applications)
    else:
        asked = order.selection or Filters()
        pieces, narrowed = left(reviewable(caller), asked), conditions(asked, kit.clock.today())
        total = await bulk.select_items(tx, job, pieces, narrowed, why.MOST_SELECTED)
        if total == 0:
            raise Refused(why.NOTHING_SELECTED)
        if total > why.MOST_SELECTED:
            raise Refused(why.TOO_MANY_SELECTED)
    await bulk.add(
        tx,
        {
            "id": job,
            "account_id": caller.account_id,
            "principal": principal_kept(caller),
            "organisation_id": organisation,
            "decision": order.decision,
            "reasons": [list(pair) for pair in order.reasons],
            "selection": order.asked,
            "state": "waiting",
            "total": total,
            "done": 0,
            "succeeded": 0,
            "created_at": now,
            "updated_at": now,
        },
    )
    return await bulk.read(tx, job)


def organisation_of(caller: Principal) -> str:
    """Whose orders somebody sees. ``Refused`` (404) for an account of none."""
    key = caller.institution_id if caller.role == "institution" else caller.authority_id
    if key is None:
        raise not_found()
    return key


def principal_kept(caller: Principal) -> dict[str, Any]:
    """Who acts, as of the order; without the session, which may end."""
    return {name: value for name, value in asdict(caller).items() if name != "session_id"}


async def find_order(connection: AsyncConnection, caller: Principal, job_id: str) -> RowMapping:
    """``Refused`` (404) if another organisation gave it."""
    found = await bulk.find(connection, job_id, organisation_of(caller))
    if found is None:
        raise not_found()
    return found


async def cancel_order(tx: Transaction, kit: Kit, caller: Principal, job_id: str) -> None:
    """Stop it where it is: once this commits, nothing more of it is done; what was done stays.

    Raises ``Refused``: 404, 409 ``bulk_review_over``.
    """
    await find_order(tx.connection, caller, job_id)
    if not await bulk.stop(tx, job_id, kit.clock.now(), "cancellation"):
        raise Refused(why.OVER, status=409)


def _check_named(applications: Sequence[tuple[str, int]]) -> int:
    seen: set[str] = set()
    again = []
    for place, (key, _) in enumerate(applications):
        if key in seen:
            again.append(place)
        seen.add(key)
    if again:
        raise Refused(*why.named_twice(again[:20]))
    return len(applications)
