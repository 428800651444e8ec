"""What only the authority of the province corrects in a registration: name, ID number and other
key information (护士信息修改, deck ch. 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhiye_contracts.identifiers import IdNumber
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_registration.domain.registration import Registration

SOURCE = "deck ch. 4"
FIELDS: dict[str, Text] = {
    "name": Text("姓名", "name"),
    "id_number": Text("身份证号", "ID number"),
    "gender": Text("性别", "gender"),
    "birth_date": Text("出生日期", "birth date"),
    "ethnic_group": Text("民族", "ethnic group"),
    "nationality": Text("国籍", "nationality"),
    "certificate_number": Text("执业证书编号", "certificate number"),
}
"""``valid_until`` and ``registered_on`` are not among them: the expiry moves only by what the
policy table says that a business does."""
IN_DETAILS = ("ethnic_group", "nationality")
_COLUMNS = ("name", "gender", "birth_date")

Changes = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Values as they are to be; ``None`` is left as it is. Keys and seals belong to the numbers."""

    name: str | None = None
    person: IdNumber | None = None
    person_key: str | None = None
    sealed_id_number: str | None = None
    gender: str | None = None
    birth_date: date | None = None
    ethnic_group: str | None = None
    nationality: str | None = None
    certificate_key: str | None = None
    sealed_certificate_number: str | None = None


def corrected(held: Registration, wanted: Wanted) -> Registration:
    """The registration with these values. Gender and birth date follow a corrected ID number
    unless they are given."""
    after = replace(
        held,
        name=wanted.name or held.name,
        gender=wanted.gender or (wanted.person.gender if wanted.person else held.gender),
        birth_date=wanted.birth_date
        or (wanted.person.birth_date if wanted.person else held.birth_date),
        details={
            **held.details,
            **{name: value for name in IN_DETAILS if (value := getattr(wanted, name)) is not None},
        },
    )
    if wanted.person_key and wanted.sealed_id_number and wanted.person_key != held.person_key:
        after = replace(
            after, person_key=wanted.person_key, sealed_id_number=wanted.sealed_id_number
        )
    key, sealed = wanted.certificate_key, wanted.sealed_certificate_number
    if key and sealed and key != held.certificate_key:
        after = replace(after, certificate_key=key, sealed_certificate_number=sealed)
    return after


def differences(
    before: Registration,
    after: Registration,
    masked_id_number: Callable[[Registration], str],
    masked_certificate: Callable[[Registration], str],
) -> Changes:
    """What the history keeps for ever: field → before and after, numbers masked."""
    values: dict[str, tuple[Any, Any]] = {
        name: (_plain(getattr(before, name)), _plain(getattr(after, name))) for name in _COLUMNS
    }
    values |= {name: (before.details.get(name), after.details.get(name)) for name in IN_DETAILS}
    changes = {
        name: {"before": was, "after": now} for name, (was, now) in values.items() if was != now
    }
    if before.person_key != after.person_key:
        changes["id_number"] = _sides(masked_id_number, before, after)
    if before.certificate_key != after.certificate_key:
        changes["certificate_number"] = _sides(masked_certificate, before, after)
    return {name: changes[name] for name in FIELDS if name in changes}


def check_agreement(after: Registration, person: IdNumber, given: Sequence[str]) -> list[Reason]:
    """Digits 7–14 of an ID number are the birth date, digit 17 tells the gender (GB 11643)."""
    faults = []
    for name in ("gender", "birth_date"):
        if getattr(after, name) != getattr(person, name):
            label = FIELDS[name]
            faults.append(
                Reason(
                    f"{name}_differs_from_id_number",
                    Text(
                        f"{label.zh}与身份证号不一致。",
                        f"The {label.en} does not agree with the ID number.",
                    ),
                    Text(
                        "请核对身份证原件；身份证号有误的，请一并更正。",
                        "Compare it with the card; if the ID number is wrong, correct it too.",
                    ),
                    name if name in given else "id_number",
                    "GB 11643-1999",
                )
            )
    return faults


def nothing_changes(given: Sequence[str]) -> Refused:
    """Everything is on record like this (422), each field named; or nothing was given."""
    reasons = [
        Reason(
            "nothing_changes",
            Text(
                f"{FIELDS[name].zh}与现有记录一致，没有任何修改。",
                f"The {FIELDS[name].en} is on record like this: nothing changes.",
            ),
            Text("请填写与现有记录不同的内容。", "Give what differs from the record."),
            name,
            SOURCE,
        )
        for name in given
    ]
    return Refused(*reasons or [NOTHING_GIVEN])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _sides(
    shown: Callable[[Registration], str], before: Registration, after: Registration
) -> dict[str, str]:
    return {"before": shown(before), "after": shown(after)}


NOTHING_GIVEN = Reason(
    "nothing_given",
    Text("没有填写要更正的内容。", "Nothing is given that is to be corrected."),
    Text("请至少填写一项要更正的信息。", "Give at least one field."),
    source=SOURCE,
)
ID_NUMBER_IN_USE = Reason(
    "id_number_in_use",
    Text(
        "该身份证号下已有在册的执业注册。",
        "There is a registration in force under this ID number.",
    ),
    Text(
        "请核对身份证原件；确属同一人重复注册的，请先办理其中一个的注销。",
        "Compare it with the card; if one person is registered twice, cancel one of them first.",
    ),
    "id_number",
    SOURCE,
)
CERTIFICATE_TAKEN = Reason(
    "certificate_number_taken",
    Text("该证书编号已被使用。", "The certificate number is in use."),
    Text("请核对执业证书原件。", "Compare it with the certificate."),
    "certificate_number",
    SOURCE,
)
APPLICATION_IN_THE_WAY = Reason(
    "application_in_the_way",
    Text(
        "更正后的身份证号下已有未办结的业务申请。",
        "There is an open application under the corrected ID number.",
    ),
    Text(
        "请待该申请办结或由本人撤回后再更正。",
        "Correct it when that application is over, or has been withdrawn.",
    ),
    "id_number",
    SOURCE,
)
