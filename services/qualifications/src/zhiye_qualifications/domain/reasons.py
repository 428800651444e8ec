"""Every reason a batch, a record or a lookup can be refused for, and the notes on accepted records.

What is the same whoever states something is in ``zhiye_contracts.statements``. The texts never
contain a value that was sent; fields are filled in where the reason is used.
"""

from __future__ import annotations

from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.statements.reasons import RESEND

_RESEND = (RESEND.zh, RESEND.en)

ADMISSION_FORMAT = reason(
    "admission_number_format",
    "准考证号应为 4 至 32 位数字或字母。",
    "An admission number has 4 to 32 digits or letters.",
    *_RESEND,
)
GENDER_DIFFERS = reason(
    "gender_differs",
    "性别与身份证号第 17 位不符（单数为男，双数为女）。",
    "The gender does not agree with digit 17 of the ID number (odd: male, even: female).",
    "请对照身份证核对性别和身份证号。",
    "Compare gender and ID number with the identity card.",
    "GB 11643-1999",
)
BIRTH_DATE_DIFFERS = reason(
    "birth_date_differs",
    "出生日期与身份证号不符。",
    "The birth date does not agree with the ID number.",
    "请对照身份证核对出生日期和身份证号。",
    "Compare birth date and ID number with the identity card.",
    "GB 11643-1999",
)
CERTIFICATE_ID_DIFFERS = reason(
    "certificate_id_number_differs",
    "医师资格证书编码中的身份证号与所填身份证号不符。",
    "The ID number inside the certificate number is not the ID number of the record.",
    "请对照资格证书核对；证书本身印错的，请走更正程序。",
    "Compare it with the certificate; if that is wrong, ask for a correction.",
    "Q46",
)
PASSED_BEFORE_EXAM = reason(
    "passed_before_exam",
    "合格日期早于考试年度。",
    "The date of passing lies before the year of the exam.",
    *_RESEND,
)

# What the register says
CERTIFICATE_OF_OTHER_PERSON = reason(
    "certificate_of_other_person",
    "此证书编号已属于另一人。",
    "This certificate number already belongs to another person.",
    "请核对证书编号和身份证号；确需更正身份证号的，请走资格信息更正程序。",
    "Check certificate and ID number; a wrong ID number on record needs a correction case.",
    "Q14, Q46",
)
EXAM_YEAR_TAKEN = reason(
    "exam_year_taken",
    "此人同一年度、同一类别已有另一份证书。",
    "This person already has another certificate of this category and year.",
    "请核对考试年度和证书编号；同一证书的更正请沿用原证书编号并提高版本号。",
    "Check year and certificate number; to correct one, keep its number and raise the version.",
    "Q29.4",
)

# Notes on records that were accepted
NAME_ASSISTED = reason(
    "name_assisted",
    "姓名中有括号拼音，已照原样记录；本人注册账户时需人工核对姓名。",
    "The name holds a bracketed pinyin and is kept as written; matching needs a person's check.",
    "无需处理；如能提供汉字，请提高 version 后重新报送。",
    "Nothing to do; if you have the character, send a newer version.",
)

# Lookups
NOT_FOUND_EXAM = reason(
    "qualification_not_found",
    "没有查到资格信息（考试取得）。",
    "No qualification was found (taken by exam).",
    "请先核对所填内容；无误的，向报名参加考试所在地的省级卫生健康部门申请补录，由其提交考试中心。",
    "Check what you typed; if it is right, ask the health authority of the province where the "
    "exam was taken, which passes it to the exam centre.",
    "Q4, Q14",
)
NOT_FOUND_RECOGNITION = reason(
    "qualification_not_found",
    "没有查到资格信息（认定取得）。",
    "No qualification was found (by recognition).",
    "请先核对所填内容；无误的，向当年认定并颁发资格证书的省级卫生健康部门申请补录。",
    "Check what you typed; if it is right, ask the health authority of the province that "
    "recognised the qualification.",
    "Q4, Q14",
)
NAME_DIFFERS = reason(
    "qualification_name_differs",
    "查到此身份证号的资格信息，但姓名不一致。",
    "There is a qualification for this ID number, but under another name.",
    "请检查和更新身份信息；如资格信息有误，请申请更正。",
    "Check and update the identity; if the record is wrong, ask for a correction.",
    "Q4, Q14, Q28",
)
REGION_TOO_SMALL = reason(
    "region_too_small",
    "资格信息按省管理，只有省级和国家级卫生健康部门可以查询。",
    "Qualifications are kept by province: only provincial and national authorities look them up.",
    "请向所在省的省级卫生健康部门查询。",
    "Ask the health authority of your province.",
    "Q14",
)
ONE_QUESTION = reason(
    "lookup_one_question",
    "请只按一种方式查询：证书编号，或姓名加身份证号，或准考证号。",
    "Ask in one way: certificate number, or name with ID number, or admission number.",
    "请去掉多余的内容或补全缺少的一项。",
    "Remove what is too much, or add the missing one.",
)
