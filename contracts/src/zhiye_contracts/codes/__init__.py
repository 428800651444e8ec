"""National code tables as data: ``GENDERS.label("2", "en")``, ``"01" in ETHNIC_GROUPS``."""

from zhiye_contracts.codes import divisions
from zhiye_contracts.codes.divisions import PROVINCES
from zhiye_contracts.codes.institutions import (
    ECONOMIC_TYPES,
    FILING_KINDS,
    INSTITUTION_CATEGORIES,
    PROFIT_CLASSES,
)
from zhiye_contracts.codes.penalties import (
    DUTY_CAUSES,
    DUTY_KINDS,
    PENALTY_GROUNDS,
    PENALTY_KINDS,
)
from zhiye_contracts.codes.people import (
    DEGREES,
    EDUCATION,
    ETHNIC_GROUPS,
    GENDERS,
    ID_TYPES,
    NURSING_TITLES,
    PHYSICIAN_TITLES,
)
from zhiye_contracts.codes.practice import (
    BUSINESS_TYPES,
    CANCELLATION_GROUNDS,
    EMPLOYMENT,
    INTERRUPTION_GROUNDS,
    MILITARY_SOURCES,
    NURSE_DEPARTMENTS,
    NURSE_WORK_CATEGORIES,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PROFESSIONS,
    REISSUE_GROUNDS,
    WAYS_OF_INFORMING,
)
from zhiye_contracts.codes.scopes import PHYSICIAN_DEPARTMENTS
from zhiye_contracts.codes.table import CodeTable

TABLES: dict[str, CodeTable] = {
    table.name: table
    for table in (
        GENDERS,
        ID_TYPES,
        ETHNIC_GROUPS,
        EDUCATION,
        NURSING_TITLES,
        PHYSICIAN_TITLES,
        PHYSICIAN_CATEGORIES,
        PHYSICIAN_SCOPES,
        PHYSICIAN_LEVELS,
        NURSE_DEPARTMENTS,
        NURSE_WORK_CATEGORIES,
        BUSINESS_TYPES,
        CANCELLATION_GROUNDS,
        PHYSICIAN_CANCELLATION_GROUNDS,
        OFF_POST_GROUNDS,
        MILITARY_SOURCES,
        REISSUE_GROUNDS,
        WAYS_OF_INFORMING,
        INTERRUPTION_GROUNDS,
        EMPLOYMENT,
        DEGREES,
        INSTITUTION_CATEGORIES,
        ECONOMIC_TYPES,
        PROFIT_CLASSES,
        FILING_KINDS,
        PROVINCES,
        PENALTY_KINDS,
        DUTY_KINDS,
        DUTY_CAUSES,
    )
}
"""Every table by name, for the endpoint that lists them."""

__all__ = [
    "BUSINESS_TYPES",
    "CANCELLATION_GROUNDS",
    "DEGREES",
    "DUTY_CAUSES",
    "DUTY_KINDS",
    "ECONOMIC_TYPES",
    "EDUCATION",
    "EMPLOYMENT",
    "ETHNIC_GROUPS",
    "FILING_KINDS",
    "GENDERS",
    "ID_TYPES",
    "INSTITUTION_CATEGORIES",
    "INTERRUPTION_GROUNDS",
    "MILITARY_SOURCES",
    "NURSE_DEPARTMENTS",
    "NURSE_WORK_CATEGORIES",
    "NURSING_TITLES",
    "OFF_POST_GROUNDS",
    "PENALTY_GROUNDS",
    "PENALTY_KINDS",
    "PHYSICIAN_CANCELLATION_GROUNDS",
    "PHYSICIAN_CATEGORIES",
    "PHYSICIAN_DEPARTMENTS",
    "PHYSICIAN_LEVELS",
    "PHYSICIAN_SCOPES",
    "PHYSICIAN_TITLES",
    "PROFESSIONS",
    "PROFIT_CLASSES",
    "PROVINCES",
    "REISSUE_GROUNDS",
    "TABLES",
    "WAYS_OF_INFORMING",
    "CodeTable",
    "divisions",
]
