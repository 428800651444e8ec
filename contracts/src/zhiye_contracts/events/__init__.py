"""Every event on the bus. Importing this package registers all of them."""

from zhiye_contracts.events.accounts import AccountChanged, MessageRequested
from zhiye_contracts.events.base import EVENTS, Event
from zhiye_contracts.events.institutions import AuthorityChanged, InstitutionChanged
from zhiye_contracts.events.qualifications import QualificationBatchCompleted, QualificationRecorded
from zhiye_contracts.events.registration import ApplicationChanged, RegistrationChanged

__all__ = [
    "EVENTS",
    "AccountChanged",
    "ApplicationChanged",
    "AuthorityChanged",
    "Event",
    "InstitutionChanged",
    "MessageRequested",
    "QualificationBatchCompleted",
    "QualificationRecorded",
    "RegistrationChanged",
]
