"""Nurses are reminded of their renewal, once for each stage and expiry date (Q32, deck 5.3)."""

from __future__ import annotations

import time
from datetime import date, timedelta

from sqlalchemy import RowMapping, text

from zhiye_chassis.clock import SHANGHAI
from zhiye_chassis.database import Transaction
from zhiye_chassis.telemetry import log
from zhiye_contracts.events import RenewalReminder
from zhiye_registration.adapters.tables import IS_OPEN
from zhiye_registration.domain.renewal import REMINDERS, ReminderDays, closes_on, due, opens_on
from zhiye_registration.domain.workflow import WITH_APPLICANT
from zhiye_registration.kit import Kit

AT_ONCE = 1000
"""Registrations looked at in one transaction."""
SECONDS = 2.0
"""How long one turn takes, but for its last page; the next one goes on where it stopped."""

Place = tuple[date, str]
"""Last day of validity and id: where one is in ``registration_expiry_idx``."""

_LAST_OF_PAGE = text(
    "SELECT valid_until, id FROM registration"
    " WHERE status = 'registered' AND (valid_until, id) > (:after_day, :after_id)"
    " AND valid_until <= :until ORDER BY valid_until, id OFFSET :skip LIMIT 1"
)
# While a renewal or a cancellation is with those who review it there is nothing to remind of; one
# that is a draft or was returned is the nurse's to go on with.
_REMIND = text(
    f"""
    WITH stage AS (
      SELECT * FROM unnest(
        CAST(:windows AS int[]), CAST(:reminders AS text[]),
        CAST(:firsts AS date[]), CAST(:lasts AS date[])
      ) AS s (opens_days_before, reminder, first, last)
    ), due AS (
      SELECT r.id, r.version, r.person_key, r.institution_id, r.valid_until, s.reminder,
        s.opens_days_before, coalesce(w.late_days, :late_days) AS late_days
      FROM registration r
      LEFT JOIN LATERAL (
        SELECT opens_days_before, late_days FROM renewal_window
        WHERE region IN (
          r.region, left(r.region, 4) || '00', left(r.region, 2) || '0000', '000000'
        )
        ORDER BY region DESC, authority_id LIMIT 1
      ) w ON true
      JOIN stage s ON s.opens_days_before = coalesce(w.opens_days_before, :opens_days_before)
        AND r.valid_until BETWEEN s.first AND s.last
      WHERE r.status = 'registered' AND r.profession = 'nurse'
        AND (r.valid_until, r.id) > (:after_day, :after_id)
        AND (r.valid_until, r.id) <= (:last_day, :last_id)
        AND NOT EXISTS (
          SELECT FROM renewal_reminder t
          WHERE t.registration_id = r.id AND t.valid_until = r.valid_until
            AND array_position(CAST(:in_order AS text[]), t.reminder)
              >= array_position(CAST(:in_order AS text[]), s.reminder)
        )
        AND NOT EXISTS (
          SELECT FROM application a
          WHERE a.person_key = r.person_key
            AND a.business_type IN ('nurse-renewal', 'nurse-cancellation')
            AND {IS_OPEN} AND a.state <> ALL (CAST(:with_applicant AS text[]))
        )
      ORDER BY r.valid_until, r.id
    ), told AS (
      INSERT INTO renewal_reminder (registration_id, valid_until, reminder, at)
      SELECT id, valid_until, reminder, :now FROM due
      ON CONFLICT DO NOTHING
      RETURNING registration_id
    )
    SELECT due.*, i.name AS institution_name
    FROM told JOIN due ON due.id = told.registration_id
    LEFT JOIN institution i ON i.id = due.institution_id
    ORDER BY due.valid_until, due.id
    """  # noqa: S608
)


class Reminders:
    """The periodic job: once a day it goes through all that expire in the days concerned.

    It keeps its place in memory: a process that is started anew goes through the day again, and
    so does a second one; ``renewal_reminder`` decides what is told.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._day: date | None = None
        self._after: Place | None = None

    async def run(self) -> None:
        """One turn."""
        kit = self._kit
        if kit.clock.now().astimezone(SHANGHAI).hour < kit.own.renewal_reminders_hour:
            return  # nobody wants to be woken by an SMS
        if self._day != kit.clock.today():
            self._day, self._after = kit.clock.today(), (date.min, "")
        until = time.monotonic() + SECONDS
        while self._after is not None:
            async with kit.database.transaction() as tx:
                self._after = await remind_page(tx, kit, self._after)
            if time.monotonic() >= until:
                return


async def remind_page(tx: Transaction, kit: Kit, after: Place) -> Place | None:
    """Remind whom it is time for among the next registrations in order of expiry; after which to
    go on, ``None`` when these were the last."""
    own, today = kit.own, kit.clock.today()
    days = ReminderDays(
        own.renewal_opens_soon_days, own.renewal_expires_soon_days, own.renewal_expired_days
    )
    windows = await tx.execute(text("SELECT DISTINCT opens_days_before FROM renewal_window"))
    stages = [
        (window, one)
        for window in {own.renewal_opens_days_before, *windows.scalars()}
        for one in due(today, window, days)
    ]
    until = max(one.last for _, one in stages)
    day, id_ = max(after, (min(one.first for _, one in stages), ""))
    page = {"after_day": day, "after_id": id_}
    found = await tx.execute(_LAST_OF_PAGE, page | {"until": until, "skip": AT_ONCE - 1})
    last = found.first()
    last_day, last_id = last or (until + timedelta(days=1), "")
    reminded = await tx.execute(
        _REMIND,
        page
        | {
            "last_day": last_day,
            "last_id": last_id,
            "windows": [window for window, _ in stages],
            "reminders": [one.reminder for _, one in stages],
            "firsts": [one.first for _, one in stages],
            "lasts": [one.last for _, one in stages],
            "in_order": list(REMINDERS),
            "with_applicant": list(WITH_APPLICANT),
            "opens_days_before": own.renewal_opens_days_before,
            "late_days": own.renewal_late_days,
            "now": kit.clock.now(),
        },
    )
    events = [_event(kit, row) for row in reminded.mappings()]
    tx.emit(*events)
    if events:
        log.info("renewal_reminders", count=len(events))
    return (last_day, last_id) if last else None


def _event(kit: Kit, row: RowMapping) -> RenewalReminder:
    valid_until, late_days = row["valid_until"], row["late_days"]
    return RenewalReminder(
        aggregate_id=row["id"],
        version=row["version"],
        occurred_at=kit.clock.now(),
        profession="nurse",
        person_key=row["person_key"],
        reminder=row["reminder"],
        institution_name=row["institution_name"] or "",
        valid_until=valid_until,
        opens_on=opens_on(valid_until, row["opens_days_before"]),
        late_until=closes_on(valid_until, late_days) if late_days else None,
    )
