"""What a case may ask for (Q46), and the evidence it needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from zhiye_contracts.codes import NURSING_TITLES, PHYSICIAN_TITLES, CodeTable
from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers import IdentifierError
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_contracts.statements.form import read_id_number
from zhiye_contracts.statements.reasons import FIELD_UNKNOWN, about, code_unknown, shown_name
from zhiye_qualifications.domain import case_reasons as cases
from zhiye_qualifications.domain.cases import Kind, Values
from zhiye_qualifications.domain.columns import FIELDS
from zhiye_qualifications.domain.records import Record, read_record

CORRECTABLE: Final = (
    "name",
    "gender",
    "birth_date",
    "education",
    "school",
    "major",
    "title",
    "id_number",
    "certificate_number",
)
"""姓名、性别、出生日期、学历、毕业学校、专业、技术职务资格、身份证号、证书编码 (Q46)."""
ADDITION_FIELDS: Final = (*(name for name in FIELDS if name != "version"), "title")

TITLES: Mapping[str, CodeTable] = {"nurse": NURSING_TITLES, "physician": PHYSICIAN_TITLES}

EVIDENCE_KINDS = table(
    "evidence_kind",
    "Q46: whoever asks for a change proves it",
    """
    id_card | 居民身份证 | identity card
    household_register | 户口簿或公安机关证明 | household register, or a certificate of the police
    certificate | 资格证书或考试合格证明 | certificate of the qualification
    diploma | 毕业证书 | diploma
    title_certificate | 职称证书 | certificate of the professional title
    recognition_file | 资格认定档案 | file of the recognition
    written_request | 本人书面申请 | written request of the person
    other | 其他证明资料 | other evidence
    """,
)
EvidenceNeeded = Mapping[str, tuple[str, ...]]
"""Kinds of evidence that must be there, by corrected field, or by the kind of case."""
_IDENTITY = ("id_card", "household_register")
EVIDENCE_NEEDED: EvidenceNeeded = {
    "name": _IDENTITY,
    "gender": _IDENTITY,
    "birth_date": _IDENTITY,
    "id_number": _IDENTITY,
    "education": ("diploma",),
    "school": ("diploma",),
    "major": ("diploma",),
    "title": ("title_certificate",),
    "certificate_number": ("certificate",),
    "addition": ("id_card", "certificate"),
    "id_upgrade": ("written_request", "id_card"),
}
"""Q46 and Q47 ask for proof and leave its kind to the provinces: a setting may say otherwise."""

_SEND_AGAIN = Text("请按要求填写后重新提交。", "Correct it and send it again.")


def read_correction(
    recorded: Values, asked: Mapping[str, object], today: date
) -> dict[str, object]:
    """The values asked for, normalised, without those that are on record already.

    A new ID number brings its gender and birth date along: they must agree with it. Raises
    ``Refused`` with every reason at once: ``field_not_correctable``, the faults of the record as
    it would be, or ``case_changes_nothing``.
    """
    if not asked:
        raise Refused(cases.NOTHING_ASKED)
    wrong = [
        replace(cases.NOT_CORRECTABLE, field=shown_name(name, place))
        for place, name in enumerate(asked, 1)
        if name not in CORRECTABLE
    ]
    wanted = _followed({name: value for name, value in asked.items() if name in CORRECTABLE}, today)
    title, faults = _title(str(recorded["profession"]), wanted)
    reading = read_record(
        {name: recorded.get(name) for name in FIELDS}
        | {"version": 1}
        | {name: value for name, value in wanted.items() if name != "title"},
        today,
        as_printed="certificate_number" not in wanted,
    )
    if reading.record is None:
        faults += reading.reasons
    if wrong or faults or reading.record is None:
        raise Refused(*wrong, *as_told(faults))
    values = values_of(reading.record) | {"title": title}
    changed = {name: values[name] for name in wanted if values[name] != recorded.get(name)}
    if not changed:
        raise Refused(cases.CHANGES_NOTHING)
    return changed


def read_addition(asked: Mapping[str, object], today: date) -> tuple[Record, dict[str, object]]:
    """The record to be added, and its values. Raises ``Refused`` with every fault."""
    wrong = [
        about(FIELD_UNKNOWN, shown_name(name, place))
        for place, name in enumerate(asked, 1)
        if name not in ADDITION_FIELDS
    ]
    known = {name: value for name, value in asked.items() if name in ADDITION_FIELDS}
    title, faults = _title(str(asked.get("profession")), known)
    known.pop("title", None)
    reading = read_record(known | {"version": 1}, today)
    if reading.record is None or wrong or faults:
        raise Refused(*wrong, *as_told([*faults, *(() if reading.record else reading.reasons)]))
    return reading.record, values_of(reading.record) | {"title": title}


def values_of(record: Record) -> dict[str, object]:
    """The fields of a record as a case keeps them: texts and numbers."""
    values = {name: getattr(record, name) for name in FIELDS}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def needed_evidence(needed: EvidenceNeeded, kind: Kind, fields: Iterable[str]) -> list[str]:
    """The kinds of evidence that a case must have, in the order of their table."""
    named = fields if kind == "correction" else (kind,)
    kinds = {one for name in named for one in needed.get(name, ())}
    return [one for one in EVIDENCE_KINDS if one in kinds]


def missing_evidence(wanted: Iterable[str], given: Iterable[str]) -> list[Reason]:
    """A reason for each kind of evidence that is not there yet."""
    have = set(given)
    return [
        replace(
            cases.EVIDENCE_MISSING,
            field=f"evidence.{kind}",
            reason=Text(
                f"缺少必需的证明资料：{EVIDENCE_KINDS[kind].zh}。",
                f"Evidence that is needed is missing: {EVIDENCE_KINDS[kind].en}.",
            ),
        )
        for kind in wanted
        if kind not in have
    ]


def as_told(faults: Iterable[Reason]) -> list[Reason]:
    """Faults of a record, told to somebody who fills in a form and not to the sender of a file."""
    return [
        replace(fault, next_step=_SEND_AGAIN) if "报送" in fault.next_step.zh else fault
        for fault in faults
    ]


def _followed(wanted: dict[str, object], today: date) -> dict[str, object]:
    """With the gender and birth date that the ID number asked for has."""
    number = wanted.get("id_number")
    if not isinstance(number, str):
        return wanted
    try:
        person, _ = read_id_number(number, today)
    except IdentifierError:
        return wanted  # told with the other faults
    follow = {"gender": person.gender, "birth_date": person.birth_date.isoformat()}
    return follow | wanted


def _title(profession: str, wanted: Mapping[str, object]) -> tuple[str | None, list[Reason]]:
    value = wanted.get("title")
    titles = TITLES.get(profession)
    if value is None or titles is None:
        return None, []
    if not isinstance(value, str) or value not in titles:
        return None, [code_unknown("title", titles.source)]
    return value, []
