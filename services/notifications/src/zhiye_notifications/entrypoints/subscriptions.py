"""The wiring table: what the notifications service reads, and what it does with it."""

from __future__ import annotations

from zhiye_chassis.bus.subscriptions import Subscription, Subscriptions
from zhiye_chassis.database import Transaction
from zhiye_contracts.events import (
    AccountChanged,
    ApplicationChanged,
    DutyChanged,
    FilingChanged,
    FilingEnded,
    FilingMade,
    InformationChangeStepped,
    MessageRequested,
    PenaltyRecorded,
    PersonAsked,
    QualificationBatchCompleted,
    QualificationCaseChanged,
    RegistrationMoved,
    RenewalReminder,
    ScopeCaseChanged,
)
from zhiye_notifications.application.project_contacts import project_contacts
from zhiye_notifications.application.queue_requested import queue_requested
from zhiye_notifications.application.tell_applicants import tell_applicants
from zhiye_notifications.application.tell_exam_centre import tell_exam_centre
from zhiye_notifications.application.tell_institutions import tell_institutions
from zhiye_notifications.application.tell_of_filings import (
    tell_of_filings_ended,
    tell_of_filings_made,
)
from zhiye_notifications.application.tell_of_penalties import tell_of_duties, tell_of_penalties
from zhiye_notifications.application.tell_of_registrations import (
    tell_of_asks,
    tell_of_information,
    tell_of_moves,
    tell_of_renewals,
)
from zhiye_notifications.application.tell_of_scope_cases import tell_of_scope_cases
from zhiye_notifications.application.tell_people_of_cases import tell_people_of_cases
from zhiye_notifications.kit import Kit


def subscriptions(kit: Kit) -> Subscriptions:
    async def requested(tx: Transaction, events: list[MessageRequested]) -> None:
        await queue_requested(tx, kit, events)

    async def step_taken(tx: Transaction, events: list[ApplicationChanged]) -> None:
        await tell_applicants(tx, kit, events)

    async def filed(tx: Transaction, events: list[FilingChanged]) -> None:
        await tell_institutions(tx, kit, events)

    async def filed_further(tx: Transaction, events: list[FilingMade]) -> None:
        await tell_of_filings_made(tx, kit, events)

    async def filing_ended(tx: Transaction, events: list[FilingEnded]) -> None:
        await tell_of_filings_ended(tx, kit, events)

    async def case_stepped(tx: Transaction, events: list[QualificationCaseChanged]) -> None:
        await tell_people_of_cases(tx, kit, events)

    async def reminded(tx: Transaction, events: list[RenewalReminder]) -> None:
        await tell_of_renewals(tx, kit, events)

    async def moved(tx: Transaction, events: list[RegistrationMoved]) -> None:
        await tell_of_moves(tx, kit, events)

    async def information_changed(tx: Transaction, events: list[InformationChangeStepped]) -> None:
        await tell_of_information(tx, kit, events)

    async def asked(tx: Transaction, events: list[PersonAsked]) -> None:
        await tell_of_asks(tx, kit, events)

    async def scopes_settled(tx: Transaction, events: list[ScopeCaseChanged]) -> None:
        await tell_of_scope_cases(tx, kit, events)

    async def punished(tx: Transaction, events: list[PenaltyRecorded]) -> None:
        await tell_of_penalties(tx, kit, events)

    async def has_to_act(tx: Transaction, events: list[DutyChanged]) -> None:
        await tell_of_duties(tx, kit, events)

    async def batch_read(tx: Transaction, event: QualificationBatchCompleted) -> None:
        await tell_exam_centre(tx, kit, event)

    return Subscriptions(
        "notifications",
        (
            Subscription(MessageRequested, requested, batch=True),
            Subscription(AccountChanged, project_contacts, batch=True),
            Subscription(ApplicationChanged, step_taken, batch=True),
            Subscription(FilingChanged, filed, batch=True),
            Subscription(FilingMade, filed_further, batch=True),
            Subscription(FilingEnded, filing_ended, batch=True),
            Subscription(QualificationCaseChanged, case_stepped, batch=True),
            Subscription(QualificationBatchCompleted, batch_read),
            Subscription(RenewalReminder, reminded, batch=True),
            Subscription(RegistrationMoved, moved, batch=True),
            Subscription(InformationChangeStepped, information_changed, batch=True),
            Subscription(PersonAsked, asked, batch=True),
            Subscription(ScopeCaseChanged, scopes_settled, batch=True),
            Subscription(PenaltyRecorded, punished, batch=True),
            Subscription(DutyChanged, has_to_act, batch=True),
        ),
    )
