"""The certificate number in the form of a nurse of the army or armed police: sealed at rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhiye_contracts import purposes
from zhiye_contracts.identifiers import IdentifierError, parse_nurse_practice_certificate
from zhiye_contracts.reasons import Refused
from zhiye_registration.kit import Kit

_CLEAR, _SEALED = "certificate_number", "sealed_certificate_number"


def sealed_form(kit: Kit, form: Mapping[str, Any]) -> dict[str, Any]:
    """A form as it is stored. Raises ``Refused`` (422) for a number that cannot be right."""
    military = dict(form.get("military") or {})
    number = military.pop(_CLEAR, None)
    if not number:
        return dict(form)
    try:
        certificate = parse_nurse_practice_certificate(number, kit.clock.today())
    except IdentifierError as error:
        raise Refused(error.about(f"form.military.{_CLEAR}")) from error
    military[_SEALED] = kit.settings.cipher.seal(certificate.value, purposes.CERTIFICATE_NUMBER)
    return {**form, "military": military}


def opened_form(kit: Kit, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored form as whoever may see the application reads it."""
    number = certificate_number_of(kit, form)
    if number is None:
        return form
    military = {name: value for name, value in form["military"].items() if name != _SEALED}
    return {**form, "military": {**military, _CLEAR: number}}


def certificate_number_of(kit: Kit, form: Mapping[str, Any]) -> str | None:
    sealed = (form.get("military") or {}).get(_SEALED)
    return kit.settings.cipher.open(sealed, purposes.CERTIFICATE_NUMBER) if sealed else None


def origin_of(form: Mapping[str, Any]) -> str | None:
    """The military institution that a form names."""
    origin: str | None = (form.get("military") or {}).get("institution_id")
    return origin
