"""Numbers and names of people, certificates and institutions. Standard library only.

Every ``parse_…`` returns the normalised value or raises ``IdentifierError``, which carries a
stable code, the reason and the next step, and never the value.
"""

from zhiye_contracts.identifiers import (
    certificates,
    contacts,
    id_numbers,
    institution_numbers,
    names,
)
from zhiye_contracts.identifiers.certificates import (
    NursePracticeCertificate,
    PhysicianQualificationCertificate,
    nurse_practice_certificate,
    parse_nurse_exam_certificate,
    parse_nurse_practice_certificate,
    parse_physician_practice_certificate,
    parse_physician_qualification_certificate,
    physician_practice_certificate,
    physician_qualification_certificate,
)
from zhiye_contracts.identifiers.contacts import parse_email, parse_phone
from zhiye_contracts.identifiers.errors import IdentifierError, parse_cell
from zhiye_contracts.identifiers.id_numbers import (
    PROVINCE_PREFIXES,
    IdNumber,
    check_character,
    make_id_number,
    normalise_id_number,
    parse_id_number,
    upgrade_fifteen,
)
from zhiye_contracts.identifiers.institution_numbers import (
    InstitutionNumber,
    institution_number,
    organisation_check_character,
    parse_institution_number,
)
from zhiye_contracts.identifiers.masks import (
    mask_certificate,
    mask_email,
    mask_id_number,
    mask_id_number_for_others,
    mask_name,
    mask_phone,
)
from zhiye_contracts.identifiers.names import (
    is_rare_character_name,
    names_match,
    normalise_name,
    parse_name,
    split_pinyin_brackets,
)

REASONS = (
    *id_numbers.REASONS,
    *names.REASONS,
    *contacts.REASONS,
    *certificates.REASONS,
    *institution_numbers.REASONS,
)
"""Every reason an identifier can be refused for."""

__all__ = [
    "PROVINCE_PREFIXES",
    "REASONS",
    "IdNumber",
    "IdentifierError",
    "InstitutionNumber",
    "NursePracticeCertificate",
    "PhysicianQualificationCertificate",
    "check_character",
    "institution_number",
    "is_rare_character_name",
    "make_id_number",
    "mask_certificate",
    "mask_email",
    "mask_id_number",
    "mask_id_number_for_others",
    "mask_name",
    "mask_phone",
    "names_match",
    "normalise_id_number",
    "normalise_name",
    "nurse_practice_certificate",
    "organisation_check_character",
    "parse_cell",
    "parse_email",
    "parse_id_number",
    "parse_institution_number",
    "parse_name",
    "parse_nurse_exam_certificate",
    "parse_nurse_practice_certificate",
    "parse_phone",
    "parse_physician_practice_certificate",
    "parse_physician_qualification_certificate",
    "physician_practice_certificate",
    "physician_qualification_certificate",
    "split_pinyin_brackets",
    "upgrade_fifteen",
]
