"""What the activation desk tells an institution about a person, each with what to do."""

from __future__ import annotations

from zhiye_accounts.domain.identity import Outcome
from zhiye_contracts.reasons import Reason, Text

NO_ACCOUNT = Reason(
    "no_account",
    Text("此人尚未注册个人账户。", "This person has not opened an account."),
    Text(
        "请通知本人注册个人账户并完成身份校验和手机验证。",
        "Ask them to open an account, have the identity checked and verify the phone.",
    ),
    source="Q24, Q45",
)
ALREADY_ACTIVE = Reason(
    "already_active",
    Text("账户已激活，无需激活码。", "The account is active and needs no code."),
    Text("本人可直接登录办理业务。", "The person can log in and apply."),
    source="Q21, Q42",
)
CONTACT_NOT_VERIFIED = Reason(
    "contact_not_verified",
    Text("手机和邮箱均未验证。", "Neither phone nor email is verified."),
    Text(
        "请本人登录后验证手机；收不到短信的可验证邮箱，手机已更换的可由机构重置。",
        "Ask them to log in and verify the phone, or the email; you can reset a lost phone.",
    ),
    source="Q3, Q27, deck 4",
)
AWAITING_CODE = Reason(
    "awaiting_code",
    Text("此人在“等待激活账户”列表中。", "This person is in your list, awaiting a code."),
    Text("请为其生成激活码。", "Issue the code."),
    source="Q23, Q44",
)
CODE_ISSUED = Reason(
    "code_issued",
    Text("激活码已生成，尚未使用。", "The code was issued and is not used yet."),
    Text(
        "请将列表中的激活码口头告知本人，激活码不再重复发送。",
        "Read the code in your list out to the person; it is not sent again.",
    ),
    source="deck 4",
)
NOT_SENT_AGAIN = Reason(
    "code_not_sent_again",
    Text("激活码已生成过，不再重复发送。", "The code was issued before and is not sent again."),
    Text("请将激活码口头告知本人。", "Read the code out to the person."),
    source="Q23, deck 4",
)
CODE_ISSUED_ELSEWHERE = Reason(
    "code_issued_elsewhere",
    Text(
        "此人的另一执业机构已为其生成激活码。",
        "Another institution of this person has issued the code.",
    ),
    Text("请本人使用该激活码，或向该机构询问。", "They use that code, or ask that institution."),
    source="Q5, Q29",
)
NOT_IN_LIST = Reason(
    "person_unknown",
    Text(
        "本机构没有此人员，或账户不存在。",
        "Nobody of your institution has this account.",
    ),
    Text(
        "请在“为何不在列表中”按身份证号查询原因。",
        "Ask by ID number why the person is not in your list.",
    ),
    source="Q24, Q45",
)
REGION_NOT_ONLINE = Reason(
    "region_not_online",
    Text(
        "登记的执业地区尚未开展电子化注册，不使用激活码。",
        "The region of the registration does not register electronically: no code is used.",
    ),
    Text(
        "请本人直接提交变更或增加执业地点的申请，审批通过后账户自动激活。",
        "They apply to move, or for another location; the approval activates the account.",
    ),
    source="Q5, Q29",
)
OTHER_INSTITUTION = Reason(
    "other_institution",
    Text(
        "登记的（主要）执业机构是另一家机构。",
        "The main institution on record is another one.",
    ),
    Text(
        "请本人申请变更（主要）执业机构至本机构，由登记的机构为其激活账户；如所登记的名称就是"
        "本机构的非标准名称，请联系负责电子化注册的卫生健康行政部门合并。",
        "They apply to change to your institution, and the one on record activates the account; if "
        "the name on record is a non-standard one of yours, ask the health authority to merge it.",
    ),
    source="Q20, Q24, Q41, Q45",
)
OTHER_NAME = Reason(
    "other_name",
    Text(
        "此人登记在本机构的非标准名称下。",
        "This person is recorded under a non-standard name of your institution.",
    ),
    Text(
        "请联系负责电子化注册的卫生健康行政部门，将该名称下的人员合并至标准名称下。",
        "Ask the health authority to merge the people under that name into the standard one.",
    ),
    source="Q20.4.2, Q41.4.2",
)
CANCELLED_NURSE = Reason(
    "cancelled_practice_certificate",
    Text(
        "护士注册已注销或无效，不使用激活码。",
        "The nurse's registration is cancelled or not in force: no code is used.",
    ),
    Text(
        "请本人输入自己的护士执业证书编号激活账户。",
        "They activate with the number of their own practice certificate.",
    ),
    source="Q29.4",
)
OUT_OF_FORCE = Reason(
    "out_of_force_qualification_certificate",
    Text(
        "执业注册为注销、备案或变更中等无效状态，不使用激活码。",
        "The registration is cancelled, filed or moving out: no code is used.",
    ),
    Text(
        "请本人输入自己的资格证书编码激活账户。",
        "They activate with the number of their own qualification certificate.",
    ),
    source="Q5.5",
)
NEVER_REGISTERED = Reason(
    "never_registered",
    Text("此人从未执业注册，不使用激活码。", "This person was never registered: no code is used."),
    Text(
        "请本人输入自己最新的资格证书（考试合格证书）编码激活账户，再申请首次注册。",
        "They activate with their latest qualification certificate, then apply to be registered.",
    ),
    source="Q5.4, Q29.4",
)
NOTHING_ON_RECORD = Reason(
    "nothing_on_record",
    Text(
        "没有此身份证号的资格或注册信息。",
        "No qualification and no registration is on record for this ID number.",
    ),
    Text(
        "请核对身份证号。认定取得资格的，向当年认定的省级部门申请补录；考试取得的，向报名所在地"
        "省级部门申请，由其转交考试中心；2008年5月31日前取得护士资格且从未注册的，到省级部门办理。",
        "Check the ID number. Recognised: ask the province that recognised them. By exam: ask the "
        "province of the exam, which asks the exam centre. Nurses qualified on or before "
        "2008-05-31 and never registered: the provincial authority.",
    ),
    source="Q4, Q14, Q29.3",
)
QUALIFICATION_MISSING = Reason(
    "qualification_missing",
    Text(
        "注册不在有效状态，且没有有效的资格信息。",
        "The registration is not in force, and no qualification is on record.",
    ),
    Text(
        "请本人向资格认定或考试报名所在地的省级部门申请补录资格信息。",
        "They ask the province of the recognition or of the exam to add the qualification.",
    ),
    source="Q14",
)

IDENTITY: dict[Outcome, Reason] = {
    Outcome.MATCHED: Reason(
        "identity_matched",
        Text("信息验证已通过。", "The identity has been verified."),
        Text("无需处理。", "Nothing is to be done about it."),
        source="Q4, Q28, deck 4",
    ),
    Outcome.CONFIRMATION_NEEDED: Reason(
        "identity_confirmation_needed",
        Text(
            "登记的姓名含有以拼音代替的生僻字，需要人工确认。",
            "The recorded name holds pinyin in place of a rare character; a person must confirm.",
        ),
        Text(
            "请核对身份证后在“姓名确认”中确认是否为同一人。",
            "Look at the identity card and decide it under the name confirmations.",
        ),
        source="Q4, Q28",
    ),
    Outcome.NAME_DIFFERS: Reason(
        "identity_name_differs",
        Text(
            "账户填写的姓名与登记的姓名不一致。",
            "The name given for the account is not the one on record.",
        ),
        Text(
            "请本人用“检查和更新我的身份信息”更正；账户非本人注册的，可由机构撤销。",
            "They correct it with “check and update my identity”; if somebody else opened the "
            "account, you can revoke it.",
        ),
        source="Q4, Q13, Q28, Q35",
    ),
    Outcome.NO_RECORD: NOTHING_ON_RECORD,
    Outcome.PROVINCE_FIRST: Reason(
        "identity_province_first",
        Text(
            "2008年5月31日前取得护士资格且从未注册的，需先到省级部门办理注册。",
            "Nurses who qualified on or before 2008-05-31 and never registered start elsewhere.",
        ),
        Text(
            "请本人到省级卫生健康行政部门办理注册，办结后再激活账户。",
            "They register at the provincial health authority first, then activate the account.",
        ),
        source="Q29.3",
    ),
}
"""Every outcome of the identity check."""
