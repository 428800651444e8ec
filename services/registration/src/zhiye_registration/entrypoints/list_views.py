"""From a row of a list to what a reader is shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhiye_chassis.security import Principal
from zhiye_contracts import purposes
from zhiye_contracts.codes import GENDERS
from zhiye_contracts.reasons import Language
from zhiye_registration.entrypoints.views import item_view
from zhiye_registration.kit import Kit

_MEN, _WOMEN = "1", "2"


def listed_view(
    kit: Kit, caller: Principal, row: Any, today: date, language: Language
) -> dict[str, Any]:
    """One line of a list (deck 7). The certificate number activates accounts (Q29.4): whoever has
    one that is not active is not told it."""
    cipher = kit.settings.cipher
    number = cipher.open(row.sealed_id_number, purposes.ID_NUMBER)
    gender = _MEN if int(number[16]) % 2 else _WOMEN
    sealed = row.sealed_certificate_number if caller.active else None
    return item_view(kit, row, today, language) | {
        "version": row.version,
        "gender": gender,
        "gender_label": GENDERS.label(gender, language),
        "certificate_number": cipher.open(sealed, purposes.CERTIFICATE_NUMBER) if sealed else None,
    }
