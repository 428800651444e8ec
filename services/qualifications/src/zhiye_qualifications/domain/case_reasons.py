"""Why a case is not taken, and what a case is returned or refused with."""

from __future__ import annotations

from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers.errors import reason

CASE_REASONS = table(
    "case_reason",
    "Q14, Q46",
    """
    materials_incomplete | 证明资料不齐全 | Evidence is incomplete
    materials_unclear | 证明资料不清晰或与申请内容不一致 | Evidence is unclear or does not agree
    not_proven | 经核实，现有证明资料不足以证明 | Checked: the evidence does not prove it
    differs_from_archive | 与考试报名档案或认定档案不一致 | The archive says otherwise
    other_person | 与申请人不是同一人 | The record is another person's
    not_on_file | 考试或认定档案中没有此人 | The archive does not have this person
    not_here | 不属于本省考试或认定的资格 | The exam or recognition was not in this province
    other | 其他 | Other
    """,
)
"""Codes are this system's; the handbook names no grounds."""

REVOCATION_REASONS = table(
    "revocation_reason",
    "Law on Physicians (2021); Regulation on Nurses",
    """
    exam_fraud | 考试作弊，成绩被宣布无效 | Fraud in the exam: the result is void
    false_materials | 以欺骗、贿赂等不正当手段取得 | Obtained by deception or bribery
    issued_in_error | 不具备条件而误发 | Issued in error
    court_decision | 依生效裁判撤销 | By a final judgment
    other | 其他 | Other
    """,
)
RESTORATION_REASONS = table(
    "restoration_reason",
    "Administrative Reconsideration Law; Administrative Litigation Law",
    """
    reconsideration | 行政复议撤销原决定 | The decision was set aside on reconsideration
    court_decision | 依生效裁判撤销原决定 | The decision was set aside by a court
    revoked_in_error | 原决定有误，自行纠正 | The decision was wrong and is corrected
    other | 其他 | Other
    """,
)

_MEND = ("请按要求填写后重新提交。", "Correct it and send it again.")

NOT_CORRECTABLE = reason(
    "field_not_correctable",
    "此项不得修改：可以更正的只有姓名、性别、出生日期、学历、毕业学校、专业、技术职务资格、"
    "身份证号和证书编号。",
    "This field cannot be corrected: only name, gender, birth date, education, school, major, "
    "title, ID number and certificate number can.",
    "请去掉此项；缺少的资格信息请申请补录。",
    "Leave it out; a qualification that is missing needs an addition.",
    "Q46",
)
NOT_OF_THIS_KIND = reason(
    "case_field_not_of_this_kind",
    "此类申请不需要这一项。",
    "This kind of case does not take this field.",
    "更正请填写一种资格指认方式和 changes；补录只填写 record。",
    "A correction takes one way to name the qualification and its changes, an addition a record.",
    "Q14",
)
NOTHING_ASKED = reason(
    "case_nothing_asked",
    "没有填写要更正的内容。",
    "Nothing is to be corrected.",
    "请填写要更正的项目和正确的内容。",
    "Name the fields to correct and their right values.",
    "Q46",
)
CHANGES_NOTHING = reason(
    "case_changes_nothing",
    "填写的内容与现有资格信息相同，没有任何修改。",
    "What is asked for is on record already: nothing would change.",
    "请核对现有资格信息；内容正确的无需申请。",
    "Look at the record; what is right needs no case.",
    "Q22, Q43",
)
SAME_CASE_OPEN = reason(
    "case_open_already",
    "相同内容的申请正在办理，不能重复提交。",
    "The same case is open already.",
    "请等待办理结果，或撤回后重新申请。",
    "Wait for its decision, or withdraw it and file another.",
    "Q22, Q43",
)
TOO_MANY_OPEN = reason(
    "case_too_many_open",
    "未办结的申请过多。",
    "Too many cases are open.",
    "请等待办理结果，或撤回不需要的申请。",
    "Wait for their decisions, or withdraw those that are not needed.",
)
RECORD_NOT_FOUND = reason(
    "case_record_not_found",
    "没有找到与所填证书编号、姓名或身份证号相符的资格信息。",
    "No qualification agrees with the certificate number, name or ID number given.",
    "请对照资格证书核对；系统中没有的资格请申请补录。",
    "Compare with the certificate; a qualification that is missing needs an addition.",
    "Q4, Q14",
)
NOT_TO_OWN_ID = reason(
    "case_not_own_id_number",
    "此资格记录在另一个身份证号下，只能申请更正为您本人的身份证号。",
    "The record is under another ID number: it can only be corrected to your own.",
    "请填写您账户的身份证号；为他人办理的，请由所在机构提出。",
    "Give the ID number of your account; for somebody else the institution files the case.",
    "Q14, Q46",
)
ADDITION_NOT_OWN = reason(
    "case_not_own_identity",
    "只能补录本人的资格：姓名或身份证号与账户不一致。",
    "Only your own qualification can be added: name or ID number is not that of your account.",
    "请核对姓名和身份证号；账户信息有误的，请先检查和更新身份信息。",
    "Check name and ID number; if the account is wrong, check and update your identity first.",
    "Q4, Q14",
)
OTHER_SUBJECT = reason(
    "case_other_subject",
    "此项决定了申请所指的人、资格和办理机关，不能在已有的申请中修改。",
    "This says whom and what the case is about, or who decides: it cannot change in this case.",
    "请撤回后重新申请。",
    "Withdraw the case and file another.",
    "Q14",
)
ON_RECORD_ALREADY = reason(
    "qualification_on_record",
    "此资格已有记录，无需补录。",
    "This qualification is on record already.",
    "请查看资格信息；内容有误的，请申请更正。",
    "Look at the record; if it is wrong, ask for a correction.",
    "Q14",
)
FIELD_NEEDED = reason(
    "field_missing", "缺少必填项。", "A required field is missing.", *_MEND, "Q14"
)
PROVINCE_MUST_BE_OWN = reason(
    "province_not_yours",
    "此资格不属于本省考试或认定。",
    "The exam or recognition was not in your province.",
    "请由考试或认定所在地的省级卫生健康部门办理。",
    "The province of the exam or recognition handles it.",
    "Q14",
)
REGION_NOT_PROVINCE = reason(
    "region_not_province",
    "资格信息的更正、补录由省级卫生健康部门办理。",
    "Cases about qualifications are handled by provincial health authorities.",
    "请联系所在省的省级卫生健康部门。",
    "Ask the health authority of the province.",
    "Q14",
)
FILED_IT_YOURSELF = reason(
    "case_filed_by_you",
    "由您提出的申请应由他人决定。",
    "Somebody else has to decide what you have filed.",
    "请由本部门其他工作人员办理。",
    "Ask a colleague of your authority.",
)
EVIDENCE_MISSING = reason(
    "evidence_missing",
    "缺少必需的证明资料。",
    "Evidence that is needed is missing.",
    "请上传全部必需的证明资料后再提交。",
    "Upload all the evidence that is needed, then submit.",
    "Q46",
)
CERTIFICATE_TAKEN = reason(
    "certificate_of_other_record",
    "更正后的证书编号已属于另一条资格信息。",
    "The certificate number asked for belongs to another qualification on record.",
    "请核对证书编号；确有冲突的，请先办理另一条资格信息的更正。",
    "Check the number; if it is right, the other record has to be corrected first.",
    "Q14, Q46",
)
YEAR_TAKEN = reason(
    "exam_year_taken",
    "此人同一年度、同一类别已有另一份证书。",
    "This person already has another certificate of this category and year.",
    "请核对身份证号、考试年度和证书编号。",
    "Check ID number, year and certificate number.",
    "Q29.4",
)
ID_NUMBER_NEEDED = reason(
    "upgrade_id_number_needed",
    "同意升位时必须填写核定的18位身份证号。",
    "To approve an upgrade, give the 18-digit number that was found to be right.",
    "请按核实结果填写身份证号。",
    "Give the ID number as it was verified.",
    "Q47",
)
ID_NUMBER_UNASKED = reason(
    "id_number_not_expected",
    "此决定不需要填写身份证号。",
    "This decision takes no ID number.",
    "请去掉此项；身份证号的更正以申请内容为准。",
    "Leave it out; what is corrected is what the case asks for.",
    "Q46, Q47",
)
ALREADY_REVOKED = reason(
    "qualification_revoked_already",
    "此资格已被撤销。",
    "The qualification is revoked already.",
    "无需重复办理；请查看其变更记录。",
    "Nothing to do; see its versions.",
)
NOT_REVOKED = reason(
    "qualification_not_revoked",
    "此资格没有被撤销。",
    "The qualification is not revoked.",
    "无需恢复；请查看其变更记录。",
    "Nothing to restore; see its versions.",
)
