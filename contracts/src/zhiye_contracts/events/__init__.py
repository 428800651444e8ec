"""Every event on the bus. Importing this package registers all of them."""

from zhiye_contracts.events.accounts import AccountChanged, MessageRequested
from zhiye_contracts.events.base import EVENTS, Event, ToldReason, told_reasons
from zhiye_contracts.events.institutions import (
    AuthorityChanged,
    FilingChanged,
    InstitutionChanged,
    InstitutionMerged,
)
from zhiye_contracts.events.penalties import DutyChanged, PenaltyRecorded
from zhiye_contracts.events.qualification_cases import (
    ForwardedEvidence,
    QualificationCaseChanged,
    QualificationCaseDecided,
    QualificationCaseForwarded,
    QualificationRequested,
)
from zhiye_contracts.events.qualifications import (
    QualificationBatchCompleted,
    QualificationRecorded,
    QualificationsRecorded,
    QualificationState,
    QualificationTable,
)
from zhiye_contracts.events.registration import (
    ApplicationChanged,
    FilingEnded,
    FilingMade,
    InformationChangeStepped,
    PersonAsked,
    QualificationsKept,
    RegistrationChanged,
    RegistrationMoved,
    RenewalReminder,
)
from zhiye_contracts.events.scope_cases import ScopeCaseChanged

__all__ = [
    "EVENTS",
    "AccountChanged",
    "ApplicationChanged",
    "AuthorityChanged",
    "DutyChanged",
    "Event",
    "FilingChanged",
    "FilingEnded",
    "FilingMade",
    "ForwardedEvidence",
    "InformationChangeStepped",
    "InstitutionChanged",
    "InstitutionMerged",
    "MessageRequested",
    "PenaltyRecorded",
    "PersonAsked",
    "QualificationBatchCompleted",
    "QualificationCaseChanged",
    "QualificationCaseDecided",
    "QualificationCaseForwarded",
    "QualificationRecorded",
    "QualificationRequested",
    "QualificationState",
    "QualificationTable",
    "QualificationsKept",
    "QualificationsRecorded",
    "RegistrationChanged",
    "RegistrationMoved",
    "RenewalReminder",
    "ScopeCaseChanged",
    "ToldReason",
    "told_reasons",
]
