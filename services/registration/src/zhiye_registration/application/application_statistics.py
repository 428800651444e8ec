"""What became of the applications that an authority's region received in a period (Q59.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import text

from zhiye_chassis.calendar import is_working_day
from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal
from zhiye_registration.application.access import not_found
from zhiye_registration.application.list_movements import period_backwards
from zhiye_registration.application.queries import midnight, regions_of_applications
from zhiye_registration.domain.handling import LONGEST, Group, Handled, handled
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.roster import Profession
from zhiye_registration.kit import Kit

# What is confirmed after the decision was received once more since: then the institution's review
# tells when the authority got it. A county after the other, each by the index of its period.
_GROUPS = text(
    "SELECT found.business_type, found.state, found.received, found.decided, found.late,"
    " count(*) AS number FROM unnest(CAST(:regions AS text[])) AS place (code)"
    " CROSS JOIN LATERAL (SELECT a.business_type, a.state,"
    " CASE WHEN a.authority_decision IS NULL OR a.authority_decision = 'return' THEN NULL"
    " WHEN a.confirmed_at IS NOT NULL OR a.state = 'awaiting_confirmation'"
    " THEN CAST(a.institution_reviewed_at AT TIME ZONE 'Asia/Shanghai' AS date)"
    " ELSE a.received_on END AS received,"
    " CAST(a.decided_at AT TIME ZONE 'Asia/Shanghai' AS date) AS decided,"
    " coalesce(a.deadline < :today, false) AS late"
    " FROM application a WHERE a.region = place.code"
    " AND a.submitted_at >= :first AND a.submitted_at < :behind OFFSET 0) AS found"
    " GROUP BY 1, 2, 3, 4, 5"
)


async def application_statistics(
    kit: Kit, caller: Principal, first: date, last: date, profession: Profession | None = None
) -> dict[str, Handled]:
    """Business type → how what was submitted on these days, both included, was handled until now;
    those of one profession, or of both.

    Raises ``Refused``: 404, 422 ``period_backwards``, ``period_too_long``.
    """
    check_period(first, last)
    if caller.region is None:
        raise not_found()
    async with kit.database.reading() as connection:
        given = {
            "regions": await regions_of_applications(connection, caller.region),
            "first": midnight(first),
            "behind": midnight(last + timedelta(days=1)),
            "today": kit.clock.today(),
        }
        rows = (await connection.execute(_GROUPS, given)).all()
    groups: dict[str, list[Group]] = defaultdict(list)
    for row in rows:
        groups[row.business_type].append(
            Group(row.state, row.received, row.decided, row.late, row.number)
        )
    working_days, days_of = _counter(), kit.moment().days_of
    return {
        slug: handled(groups[slug], row, days_of, working_days)
        for slug, row in BUSINESS_TYPES.items()
        if slug in groups and profession in (None, row.profession)
    }


def check_period(first: date, last: date) -> None:
    if last < first:
        raise period_backwards()
    if (last - first).days >= LONGEST:
        raise refused(
            "period_too_long",
            (f"统计期间不得超过{LONGEST}天。", f"A period has {LONGEST} days at most."),
            ("请缩短统计期间，分次查询。", "Ask for a shorter period, one after the other."),
            field="to",
        )


def _counter() -> Callable[[date, date], int]:
    """Working days after one day, up to and including another; each day is looked at once."""
    known: dict[tuple[date, date], int] = {}

    def count(first: date, last: date) -> int:
        if (first, last) not in known:
            days = (last - first).days
            known[first, last] = sum(
                is_working_day(first + timedelta(days=n)) for n in range(1, days + 1)
            )
        return known[first, last]

    return count
