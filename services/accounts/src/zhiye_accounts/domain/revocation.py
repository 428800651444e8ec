"""Why an account is revoked (账号撤销), and when it may not be (Q13, Q35, deck 4.1)."""

from __future__ import annotations

from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers import names_match
from zhiye_contracts.reasons import Reason, Text

REVOCATION_REASONS = table(
    "revocation_reason",
    "Q13, Q35, deck 4.1",
    """
    registered_by_another | 身份信息被他人注册 | somebody else opened it with this identity
    wrong_person | 账户注册有误 | it was opened for the wrong person
    other | 其他 | other
    """,
)

TEXT_REQUIRED = Reason(
    "revocation_text_required",
    Text("选择“其他”时必须填写说明。", "“Other” needs a text."),
    Text("请写明撤销的具体原因。", "Say why the account is to be revoked."),
    field="text",
    source="Q13, Q35",
)
NAME_REQUIRED = Reason(
    "name_required",
    Text("按身份证号撤销时必须填写姓名。", "With an ID number the name is needed too."),
    Text("请填写登记的姓名。", "Give the name as it is on record."),
    field="name",
    source="Q13, Q35",
)
BUSINESS_COMPLETED = Reason(
    "business_completed",
    Text(
        "该账户已成功办理过业务，不能撤销。",
        "A business has been completed on this account: it cannot be revoked.",
    ),
    Text(
        "信息有误的请办理更正；账户被盗用的，请重置手机后由本人找回。",
        "Have wrong data corrected; if it is misused, reset the phone and let the person recover "
        "it.",
    ),
    source="deck 4.1",
)


def names_the_person(given: str, recorded: str) -> bool:
    """Whether a name typed by somebody who wants an account revoked is the recorded one. A rare
    character may be written where the record has pinyin, but not pinyin where it has a
    character: that would match anybody."""
    match = names_match(given, recorded)
    return match == "exact" or (match == "assisted" and "(" not in given)
