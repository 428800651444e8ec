"""Which of a person's registrations a request is about: the one that is named, or the only one in
force. A physician has one for each location, and somebody may be nurse and physician."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhiye_chassis.database import Transaction
from zhiye_contracts.codes import PROFESSIONS
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.adapters import registrations
from zhiye_registration.domain.registration import Registration

_NOT_THERE = Reason(
    "registration_not_yours",
    Text("您没有此执业注册。", "You have no such registration."),
    Text("请在“我的执业注册”中选择一个。", "Choose one of your own registrations."),
    "registration_id",
    "Q6",
)
_SEVERAL = Reason(
    "registration_unclear",
    Text("您有多个有效的执业注册，没有指明是哪一个。", "You have several registrations in force."),
    Text(
        "请选择一个执业注册，由其主要执业机构审核。",
        "Name one of them as registration_id; its main institution reviews the request.",
    ),
    "registration_id",
    "Q6",
)


@dataclass(frozen=True, slots=True)
class Named:
    """``one`` is ``None`` for somebody who was never registered; ``others`` are all that the person
    has besides, in whatever profession and state. All are locked."""

    one: Registration | None
    others: Sequence[Registration]

    @property
    def of_profession(self) -> list[Registration]:
        """The others of the same profession."""
        return [o for o in self.others if self.one and o.profession == self.one.profession]


async def named_registration(
    tx: Transaction, person_key: str, registration_id: str | None
) -> Named:
    """The one named; else the only one in force; else the newest, a nurse's first.

    Raises ``Refused`` (422): ``registration_not_yours``, ``registration_unclear``.
    """
    held = [
        one
        for profession in PROFESSIONS
        for one in reversed(await registrations.lock_all_of(tx, person_key, profession))
    ]
    found = _chosen(held, registration_id)
    return Named(found, [one for one in held if one is not found])


def _chosen(held: Sequence[Registration], registration_id: str | None) -> Registration | None:
    if registration_id is not None:
        named = next((one for one in held if one.id == registration_id), None)
        if named is None:
            raise Refused(_NOT_THERE)
        return named
    in_force = [one for one in held if one.status == "registered"]
    if len(in_force) > 1:
        raise Refused(_SEVERAL)
    return next(iter(in_force or held), None)
