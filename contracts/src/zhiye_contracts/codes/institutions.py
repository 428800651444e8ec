"""Codes about institutions: the fields of the 22-character registration number.

The tables label what is shown. A number whose category or economic type is missing here is still
accepted: provinces have added codes.
"""

from __future__ import annotations

from zhiye_contracts.codes.table import table

INSTITUTION_CATEGORIES = table(
    "institution_category",
    "WS 218-2002 annex A, classes A-H, J and P1 (institutions in which people practise)",
    """
    A100 | 综合医院 | general hospital
    A210 | 中医（综合）医院 | general hospital of traditional Chinese medicine
    A220 | 中医专科医院 | specialised hospital of traditional Chinese medicine
    A221 | 肛肠医院 | proctology hospital
    A222 | 骨伤医院 | orthopaedic hospital of traditional Chinese medicine
    A223 | 针灸医院 | acupuncture hospital
    A224 | 按摩医院 | massage hospital
    A229 | 其他中医专科医院 | other specialised hospital of traditional Chinese medicine
    A300 | 中西医结合医院 | hospital of integrated Chinese and Western medicine
    A411 | 蒙医院 | hospital of Mongolian medicine
    A412 | 藏医院 | hospital of Tibetan medicine
    A413 | 维医院 | hospital of Uygur medicine
    A414 | 傣医院 | hospital of Dai medicine
    A419 | 其他民族医院 | hospital of other ethnic medicine
    A511 | 口腔医院 | dental hospital
    A512 | 眼科医院 | eye hospital
    A513 | 耳鼻喉科医院 | ear, nose and throat hospital
    A514 | 肿瘤医院 | cancer hospital
    A515 | 心血管病医院 | cardiovascular hospital
    A516 | 胸科医院 | chest hospital
    A517 | 血液病医院 | haematology hospital
    A518 | 妇产（科）医院 | maternity hospital
    A519 | 儿童医院 | children's hospital
    A520 | 精神病医院 | psychiatric hospital
    A521 | 传染病医院 | infectious disease hospital
    A522 | 皮肤病医院 | dermatology hospital
    A523 | 结核病医院 | tuberculosis hospital
    A524 | 麻风病医院 | leprosy hospital
    A525 | 职业病医院 | occupational disease hospital
    A526 | 骨科医院 | orthopaedic hospital
    A527 | 康复医院 | rehabilitation hospital
    A528 | 整形外科医院 | plastic surgery hospital
    A529 | 美容医院 | cosmetic hospital
    A539 | 其他专科医院 | other specialised hospital
    A600 | 疗养院 | sanatorium
    A710 | 护理院 | nursing home
    A720 | 护理站 | nursing station
    B100 | 社区卫生服务中心 | community health service centre
    B200 | 社区卫生服务站 | community health service station
    C100 | 街道卫生院 | subdistrict health centre
    C210 | 中心卫生院 | central township health centre
    C220 | 乡卫生院 | township health centre
    D110 | 综合门诊部 | general outpatient department
    D120 | 中医门诊部 | outpatient department of traditional Chinese medicine
    D121 | 中医（综合）门诊部 | general outpatient department of traditional Chinese medicine
    D122 | 中医专科门诊部 | specialised outpatient department of traditional Chinese medicine
    D130 | 中西医结合门诊部 | outpatient department of integrated medicine
    D140 | 民族医门诊部 | outpatient department of ethnic medicine
    D150 | 专科门诊部 | specialised outpatient department
    D151 | 普通专科门诊部 | ordinary specialised outpatient department
    D152 | 口腔门诊部 | dental outpatient department
    D153 | 眼科门诊部 | eye outpatient department
    D154 | 医疗美容门诊部 | cosmetic outpatient department
    D155 | 精神卫生门诊部 | mental health outpatient department
    D159 | 其他专科门诊部 | other specialised outpatient department
    D211 | 普通诊所 | clinic
    D212 | 中医诊所 | clinic of traditional Chinese medicine
    D213 | 中西医结合诊所 | clinic of integrated medicine
    D214 | 民族医诊所 | clinic of ethnic medicine
    D215 | 口腔诊所 | dental clinic
    D216 | 医疗美容诊所 | cosmetic clinic
    D217 | 精神卫生诊所 | mental health clinic
    D229 | 其他诊所 | other clinic
    D300 | 卫生所（室） | health post
    D400 | 医务室 | infirmary
    D500 | 中小学卫生保健所 | school health post
    D600 | 村卫生室 | village clinic
    E100 | 急救中心 | emergency centre
    E200 | 急救中心站 | emergency centre station
    E300 | 急救站 | emergency station
    F110 | 血液中心 | blood centre
    F120 | 中心血站 | central blood station
    F130 | 基层血站、中心血库 | local blood station or central blood bank
    F200 | 单采血浆站 | plasma collection station
    G100 | 妇幼保健院 | maternal and child health hospital
    G200 | 妇幼保健所 | maternal and child health institute
    G300 | 妇幼保健站 | maternal and child health station
    G400 | 生殖保健中心 | reproductive health centre
    H111 | 传染病防治院 | infectious disease control hospital
    H112 | 结核病防治院 | tuberculosis control hospital
    H113 | 职业病防治院 | occupational disease control hospital
    H119 | 其他专科疾病防治院 | other specialised disease control hospital
    H211 | 口腔病防治所（站、中心） | dental disease control station
    H212 | 精神病防治所（站、中心） | mental illness control station
    H213 | 皮肤病防治所（站、中心） | skin disease control station
    H214 | 结核病防治所（站、中心） | tuberculosis control station
    H215 | 麻风病防治所（站、中心） | leprosy control station
    H216 | 职业病防治所（站、中心） | occupational disease control station
    H217 | 寄生虫病防治所（站、中心） | parasitic disease control station
    H218 | 地方病防治所（站、中心） | endemic disease control station
    H219 | 血吸虫病防治所（站、中心） | schistosomiasis control station
    H220 | 药物戒毒所（中心） | drug rehabilitation centre
    H229 | 其他专科疾病防治所（站、中心） | other specialised disease control station
    J100 | 疾病预防控制中心 | centre for disease control and prevention
    J200 | 卫生防疫站 | epidemic prevention station
    J300 | 卫生防病中心 | disease prevention centre
    J400 | 预防保健中心 | preventive care centre
    P110 | 临床检验中心 | clinical laboratory centre
    P120 | 临床检验所（站） | clinical laboratory
    """,
)

ECONOMIC_TYPES = table(
    "economic_type",
    "GB/T 12402-2000, first two digits (WS 218-2002)",
    """
    11 | 国有全资 | wholly state-owned
    12 | 集体全资 | wholly collective-owned
    13 | 股份合作 | joint-stock cooperative
    14 | 联营 | jointly operated
    15 | 有限责任（公司） | limited liability company
    16 | 股份有限（公司） | company limited by shares
    17 | 私有 | private
    19 | 其他内资 | other domestic
    21 | 内地和港、澳或台合资 | joint venture with Hong Kong, Macao or Taiwan
    22 | 内地和港、澳或台合作 | cooperation with Hong Kong, Macao or Taiwan
    23 | 港、澳或台独资 | wholly owned from Hong Kong, Macao or Taiwan
    24 | 港、澳或台投资股份有限（公司） | limited by shares, from Hong Kong, Macao or Taiwan
    29 | 其他港、澳、台投资 | other investment from Hong Kong, Macao or Taiwan
    31 | 中外合资 | Sino-foreign joint venture
    32 | 中外合作 | Sino-foreign cooperation
    33 | 外资 | wholly foreign-owned
    34 | 国外投资股份有限（公司） | limited by shares, foreign
    39 | 其他国外投资 | other foreign investment
    90 | 其他 | other
    """,
)

PROFIT_CLASSES = table(
    "profit_class",
    "WS 218-2002 annex B",
    """
    1 | 非营利性医疗机构 | non-profit medical institution
    2 | 营利性医疗机构 | medical institution for profit
    9 | 其他卫生机构 | other health institution
    """,
)

FILING_KINDS = table(
    "filing_kind",
    "Regulation on the Administration of Medical Institutions; Q48",
    """
    practice-licence | 执业登记 | practice licence
    change | 变更登记 | change of the registration
    periodic-check | 校验 | periodic check
    closure | 停业 | closure for a time
    reopening | 恢复执业 | reopening
    cancellation | 注销登记 | cancellation
    """,
)
"""What an institution applies for in its own matters."""
