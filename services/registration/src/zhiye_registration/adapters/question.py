"""Whose facts are asked for, and where an application goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Addressee:
    """An institution, and the authority that decides this business type for it, if one is set."""

    id: str
    name: str
    region: str
    in_force: bool
    authority: Row[Any] | None


@dataclass(frozen=True, slots=True)
class Question:
    """Whose facts are asked for, and what is known about the application they are for.

    ``active`` is what the caller's token says; ``None`` asks the account as it is known here.
    ``apart_from`` is the application asked about, ``registration_id`` the registration that it is
    about, where a physician has several.
    """

    person_key: str
    account_id: str
    to: Addressee | None
    form: Mapping[str, Any]
    today: date
    applied_on: date
    active: bool | None = None
    by_institution: bool = False
    origin: Addressee | None = None
    military_certificate_key: str | None = None
    apart_from: str | None = None
    institution_chosen: bool = True
    registration_id: str | None = None
    by_authority: bool = False
