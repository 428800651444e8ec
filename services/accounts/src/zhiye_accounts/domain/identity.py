"""The identity check (身份校验): name and ID number against the registry.

The registry is what the exam centre fed and what the registration service registered. Every
outcome is told apart and has a next step (Q4, Q14, Q28, Q29).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhiye_contracts.identifiers import names_match
from zhiye_contracts.identifiers.names import Match
from zhiye_contracts.reasons import Reason, Text

NameDecisions = Mapping[tuple[str, str], bool]
"""Given and recorded name → whether an institution or authority found it to be one person."""
UNDECIDED: NameDecisions = {}

PROVINCE_FIRST_UNTIL = date(2008, 5, 31)
"""Nurses who qualified on or before this day and never registered go to the province (Q29.3)."""


class Outcome(StrEnum):
    MATCHED = "matched"
    CONFIRMATION_NEEDED = "confirmation_needed"
    NAME_DIFFERS = "name_differs"
    NO_RECORD = "no_record"
    PROVINCE_FIRST = "province_first"


@dataclass(frozen=True, slots=True)
class Qualification:
    """What the check needs of a qualification (资格)."""

    profession: str
    name: str
    certificate_key: str
    passed_on: date
    in_force: bool = True
    route: str | None = None
    """``exam`` or ``recognition``."""
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """What the check needs of a practice registration (执业注册)."""

    profession: str
    name: str
    certificate_key: str
    status: str
    region_online: bool = True
    institution_id: str = ""
    region: str | None = None
    business_completed: bool = False


def recorded_names(
    qualifications: Sequence[Qualification], registrations: Sequence[Registration]
) -> list[str]:
    """Each name that the registry has for an ID number, once."""
    names = [q.name for q in qualifications if q.in_force] + [r.name for r in registrations]
    return list(dict.fromkeys(names))


def compare_names(given: str, recorded: str, decided: NameDecisions = UNDECIDED) -> Match:
    """As ``names_match``; what a person has decided about a rare character stays decided."""
    match = names_match(given, recorded)
    same_person = decided.get((given, recorded))
    if match != "assisted" or same_person is None:
        return match
    return "exact" if same_person else "different"


def check_identity(
    name: str,
    qualifications: Sequence[Qualification],
    registrations: Sequence[Registration],
    decided: NameDecisions = UNDECIDED,
) -> Outcome:
    """Compare the given name with every record that the ID number has."""
    names = recorded_names(qualifications, registrations)
    if not names:
        return Outcome.NO_RECORD
    matches = {compare_names(name, recorded, decided) for recorded in names}
    if "exact" not in matches:
        return Outcome.CONFIRMATION_NEEDED if "assisted" in matches else Outcome.NAME_DIFFERS
    if province_first(qualifications, registrations):
        return Outcome.PROVINCE_FIRST
    return Outcome.MATCHED


def province_first(
    qualifications: Sequence[Qualification], registrations: Sequence[Registration]
) -> bool:
    """A nurse of before the Regulation who never registered (Q29.3)."""
    held = [q for q in qualifications if q.in_force]
    return bool(held and not registrations) and all(
        q.profession == "nurse" and q.passed_on <= PROVINCE_FIRST_UNTIL for q in held
    )


EXPLANATIONS: dict[Outcome, Reason] = {
    Outcome.MATCHED: Reason(
        "identity_matched",
        Text("姓名和身份证号与登记信息一致。", "Name and ID number agree with the registry."),
        Text("请验证手机，然后激活账户。", "Verify your phone, then activate the account."),
        source="Q4, Q28",
    ),
    Outcome.CONFIRMATION_NEEDED: Reason(
        "identity_confirmation_needed",
        Text(
            "登记的姓名含有以拼音代替的生僻字，需要人工确认。",
            "The recorded name holds pinyin in place of a rare character; a person must confirm.",
        ),
        Text(
            "请联系所在（或拟执业）机构或卫生健康行政部门确认姓名。",
            "Ask your institution or the health authority to confirm the name.",
        ),
        field="name",
        source="Q4",
    ),
    Outcome.NAME_DIFFERS: Reason(
        "identity_name_differs",
        Text(
            "此身份证号登记的姓名与您填写的姓名不一致。",
            "The name recorded for this ID number is not the one you gave.",
        ),
        Text(
            "请用“检查和更新我的身份信息”更正；如填写无误，请联系所在机构核实。",
            "Correct it with “check and update my identity”; if it is right, ask your institution.",
        ),
        field="name",
        source="Q4, Q28",
    ),
    Outcome.NO_RECORD: Reason(
        "identity_no_record",
        Text(
            "没有查到此身份证号的资格或注册信息。",
            "No qualification and no registration is recorded for this ID number.",
        ),
        Text(
            "请核对身份证号。认定取得资格的，向当年认定的省级部门申请补录；考试取得的，向报名"
            "所在地省级部门申请，由其转交考试中心；已注册的，请机构通过信息验证功能查询。护士执业"
            "注册在军队或武警、欲到地方执业的，请提交“军队武警护士变更到地方”申请，审批通过后"
            "账户自动激活。",
            "Check the ID number. Recognised: ask the province that recognised you. By exam: ask "
            "the province of the exam, which asks the exam centre. Registered: ask your "
            "institution to look you up. A nurse registered with the army or the armed police who "
            "moves to a local institution: apply for “change from military to local”; the "
            "approval activates the account.",
        ),
        field="id_number",
        source="Q4, Q14, Q33, deck 4",
    ),
    Outcome.PROVINCE_FIRST: Reason(
        "identity_province_first",
        Text(
            "2008年5月31日前取得护士资格且从未注册的，需先到省级部门办理注册。",
            "Nurses who qualified on or before 2008-05-31 and never registered start elsewhere.",
        ),
        Text(
            "请到省级卫生健康行政部门办理注册，办结后再激活账户。",
            "Register at the provincial health authority first, then activate the account.",
        ),
        source="Q29.3",
    ),
}
