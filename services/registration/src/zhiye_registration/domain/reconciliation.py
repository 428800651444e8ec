"""A staff list against the roster and the nationwide register (Q20, Q41): what does not agree, why,
and the one step that mends it.

A list must not be a way to walk through people. Of somebody who is not on the institution's own
roster nothing is told unless the list has the name as well as the number as they are recorded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Text

AGREES = "agrees"
STATES: Mapping[str, Text] = {
    "not_started": Text("未开始", "not started"),
    "started": Text("进行中", "started"),
    "settled": Text("已解决", "settled"),
}
OPEN_STATES = ("not_started", "started")


@dataclass(frozen=True, slots=True)
class Step:
    """What mends a difference. ``ask`` is what the person is asked for; ``business_types`` are the
    applications that do it; ``own`` is done by the institution in its own list, so that nothing
    is left to wait for once it says so."""

    code: str
    label: Text
    how: Text
    ask: str | None = None
    business_types: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    label: Text
    why: Text
    step: Step | None
    source: str


_CHANGE = Step(
    "ask_to_change",
    Text("提醒本人变更注册", "ask the person to change"),
    Text(
        "提醒本人申请变更注册到本机构；已过期的，须先办理延续注册。",
        "Ask the person to apply for a change to here; who has expired renews first.",
    ),
    ask="change",
    business_types=("nurse-change", "nurse-military-to-local"),
)
_MERGE = Step(
    "ask_authority_to_merge",
    Text("请主管部门合并机构名称", "ask the authority to merge the names"),
    Text(
        "请求主管部门将该名称下的人员合并至本机构标准名称下。",
        "Ask the authority to merge the people under that name into the standard one.",
    ),
)
_FIRST = Step(
    "ask_to_register",
    Text("提醒本人申请首次注册", "ask the person to register"),
    Text(
        "提醒本人申请首次注册，选择本机构为拟执业机构。",
        "Ask the person to apply for first registration with this institution.",
    ),
    ask="first",
    business_types=("nurse-first", "nurse-military-to-local"),
)
_AGAIN = Step(
    "ask_to_re_register",
    Text("提醒本人申请重新注册", "ask the person to register again"),
    Text(
        "提醒本人申请重新注册，选择本机构为拟执业机构。",
        "Ask the person to apply for re-registration with this institution.",
    ),
    ask="re_registration",
    business_types=("nurse-re-registration",),
)
_RENEW = Step(
    "ask_to_renew",
    Text("提醒本人申请延续注册", "ask the person to renew"),
    Text("提醒本人尽快申请延续注册。", "Ask the person to apply for renewal."),
    ask="renewal",
    business_types=("nurse-renewal",),
)
_CORRECT = Step(
    "ask_to_correct",
    Text("提醒本人更正信息", "ask the person to correct it"),
    Text(
        "注册信息有误的，提醒本人申请信息修改（姓名等由主管部门更正）；名单有误的，改正名单。",
        "If the register is wrong the person asks to have it changed (a name: the authority"
        " corrects it); if the list is, correct the list.",
    ),
    ask="information",
)
_CHECK = Step(
    "check_number",
    Text("核对身份证号和姓名", "check number and name"),
    Text(
        "请与身份证原件核对；无误的，请本人向认定或报名考试所在地的省级主管部门申请补录。",
        "Compare them with the identity card; if they are right, the person asks the province of"
        " the exam or the recognition to add the record.",
    ),
)
_LIST = Step(
    "correct_list",
    Text("改正名单", "correct the list"),
    Text("请改正名单中的此行，下次上传时再核对。", "Correct the line for the next upload."),
    own=True,
)
_LEAVE = Step(
    "ask_to_leave",
    Text("提醒本人变更或注销注册", "ask the person to move or to cancel"),
    Text(
        "已在其他机构执业的，提醒其变更注册；确认不再执业的，由本人申请，或本机构履行告知义务后申请注销。",
        "Who practises elsewhere is reminded to change; who no longer does applies for"
        " cancellation, or the institution files it after its duty to inform.",
    ),
    ask="leave",
    business_types=("nurse-cancellation",),
)
_CANCEL = Step(
    "file_cancellation",
    Text("申请注销注册", "file a cancellation"),
    Text(
        "履行告知义务后，由本机构提交注销注册申请，并附告知证明。",
        "After the duty to inform, file the cancellation with proof that the person was told.",
    ),
    business_types=("nurse-cancellation",),
)
STEPS = {
    one.code: one
    for one in (
        *(_CHANGE, _MERGE, _FIRST, _AGAIN, _RENEW, _CORRECT, _CHECK, _LIST, _LEAVE, _CANCEL),
    )
}

FINDINGS = {
    one.code: one
    for one in (
        Finding(
            AGREES,
            Text("一致", "agrees"),
            Text("名单、本院护士信息和注册信息一致。", "List, roster and register agree."),
            None,
            "Q41",
        ),
        Finding(
            "registered_elsewhere",
            Text("注册在其他机构", "registered elsewhere"),
            Text("此人的执业机构不是本机构。", "The person is registered at another institution."),
            _CHANGE,
            "Q41.4.1",
        ),
        Finding(
            "registered_under_other_name",
            Text("注册在本机构的非标准名称下", "registered under another name of here"),
            Text(
                "此人的执业机构名称可能是本机构的非标准名称。",
                "The name under which the person is recorded may be another name of this one.",
            ),
            _MERGE,
            "Q41.4.2",
        ),
        Finding(
            "never_registered",
            Text("已通过考试，从未注册", "passed the exam, never registered"),
            Text(
                "此人有资格记录，没有执业注册。",
                "A qualification is on record, but no registration.",
            ),
            _FIRST,
            "Q29.4",
        ),
        Finding(
            "cancelled",
            Text("注册已注销", "cancelled"),
            Text("此人的执业注册已注销。", "The registration was cancelled."),
            _AGAIN,
            "Q41",
        ),
        Finding(
            "not_on_record",
            Text("没有任何记录", "nothing on record"),
            Text(
                "此身份证号没有资格和注册记录。",
                "Neither a qualification nor a registration is on record under this number.",
            ),
            _CHECK,
            "Q4",
        ),
        Finding(
            "name_unconfirmed",
            Text("姓名与记录不符", "the name is not the recorded one"),
            Text(
                "此身份证号有记录，但姓名与名单不同，且此人不在本院护士信息中，因此不予显示。",
                "The number is on record under another name; as it is nobody of the own roster,"
                " nothing more is shown.",
            ),
            _CHECK,
            "Q4, Q28",
        ),
        Finding(
            "expired",
            Text("已过期未延续", "expired and not renewed"),
            Text("注册有效期已届满，尚未延续。", "The registration has expired."),
            _RENEW,
            "Q32",
        ),
        Finding(
            "name_differs",
            Text("姓名不一致", "another name"),
            Text("名单与注册信息的姓名不同。", "List and register have different names."),
            _CORRECT,
            "Q30.2",
        ),
        Finding(
            "information_differs",
            Text("信息不一致", "other information"),
            Text("名单与注册信息有不同之处。", "List and register say different things."),
            _CORRECT,
            "Q30.1",
        ),
        Finding(
            "line_invalid",
            Text("名单此行有误", "the line is wrong"),
            Text("此行无法核对。", "The line cannot be compared."),
            _LIST,
            "Q41",
        ),
        Finding(
            "listed_twice",
            Text("名单中重复", "on the list twice"),
            Text(
                "同一身份证号在名单前面已出现。",
                "The same ID number is on a line before.",
            ),
            _LIST,
            "Q41",
        ),
        Finding(
            "not_on_list",
            Text("在本院护士信息中，不在名单中", "on the roster, not on the list"),
            Text("此人仍注册在本机构，但不在名单中。", "Registered here, but not on the list."),
            _LEAVE,
            "Q41.3.1",
        ),
        Finding(
            "not_on_list_expired",
            Text("已过期，不在名单中", "expired, not on the list"),
            Text(
                "此人注册在本机构，已过期未延续，且不在名单中。",
                "Registered here and expired, and not on the list.",
            ),
            _CANCEL,
            "Q41.3.2",
        ),
    )
}
OF_THE_ROSTER = ("not_on_list", "not_on_list_expired")
HIDDEN = ("not_on_record", "name_unconfirmed", "line_invalid", "listed_twice")
"""Lines beside which nothing of the register is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """The institution whose list it is."""

    id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the register has of a person: the registration in force, else the newest."""

    name: str
    status: str
    valid_until: date
    institution_id: str
    institution_name: str
    region: str

    @property
    def in_force(self) -> bool:
        return self.status == "registered"

    def at(self, place: Place) -> bool:
        return self.in_force and self.institution_id == place.id


def finding_of(
    name: str,
    recorded: Recorded | None,
    qualified_as: str | None,
    place: Place,
    today: date,
    *,
    differs: bool,
) -> str:
    """What a line of the list comes to. ``qualified_as`` is the name on the qualification,
    ``differs`` tells of the information besides the name."""
    known_as = recorded.name if recorded else qualified_as
    if known_as is None:
        return "not_on_record"
    same_name = names_match(name, known_as) != "different"
    if recorded is None or not recorded.at(place):
        if not same_name:
            return "name_unconfirmed"
        if recorded is None:
            return "never_registered"
        if not recorded.in_force:
            return "cancelled"
        other_name = is_other_name(recorded.institution_name, recorded.region, place)
        return "registered_under_other_name" if other_name else "registered_elsewhere"
    if not same_name:
        return "name_differs"
    if recorded.valid_until < today:
        return "expired"
    return "information_differs" if differs else AGREES


def of_roster(valid_until: date, today: date) -> str:
    """What somebody on the roster comes to who is not on the list (Q41.3)."""
    return "not_on_list_expired" if valid_until < today else "not_on_list"


def is_settled(
    finding: str,
    name: str,
    recorded: Recorded | None,
    place: Place,
    today: date,
    *,
    differs: bool,
) -> bool:
    """Whether a difference is gone. ``differs`` tells whether any of the information in which list
    and register differed still does."""
    here = recorded is not None and recorded.at(place)
    if finding in OF_THE_ROSTER:
        return not here
    if finding == "name_unconfirmed":
        return recorded is not None and names_match(name, recorded.name) != "different"
    if recorded is None or not here:
        return False
    if finding == "expired":
        return recorded.valid_until >= today
    if finding == "name_differs":
        return names_match(name, recorded.name) != "different"
    if finding == "information_differs":
        return not differs
    return finding not in HIDDEN or finding == "not_on_record"


def is_other_name(name: str, region: str, place: Place) -> bool:
    """Whether a name may be a non-standard one of an institution: the same county, and one name
    holds the other. The authority decides (Q41.4.2)."""
    if region != place.region:
        return False
    other, own = plain_name(name), plain_name(place.name)
    shorter, longer = sorted((other, own), key=len)
    return len(shorter) >= _SHORTEST and shorter in longer


_SHORTEST = 4
"""Characters of a name that tell something: 医院 is in every other."""


def plain_name(name: str) -> str:
    """A name for comparing: without blanks, brackets and punctuation, full-width forms folded."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).lower()
