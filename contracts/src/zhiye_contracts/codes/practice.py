"""Codes about practice: physician categories and scopes, nurse departments, work, business types.

Where the national standard has no code, the code is an English slug of this system.
"""

from __future__ import annotations

from zhiye_contracts.codes.table import table

PHYSICIAN_CATEGORIES = table(
    "physician_category",
    "Law on Physicians (2021), registration form",
    """
    1 | 临床 | clinical medicine
    2 | 口腔 | dentistry
    3 | 公共卫生 | public health
    4 | 中医 | traditional Chinese medicine
    """,
)

PHYSICIAN_SCOPES = table(
    "physician_scope",
    "卫医发〔2001〕169号 (scopes of practice); digits as the registration form numbers them",
    """
    11 | 内科专业 | internal medicine
    12 | 外科专业 | surgery
    13 | 妇产科专业 | obstetrics and gynaecology
    14 | 儿科专业 | paediatrics
    15 | 眼耳鼻咽喉科专业 | ophthalmology and otorhinolaryngology
    16 | 皮肤病与性病专业 | dermatology and venereology
    17 | 精神卫生专业 | mental health
    18 | 职业病专业 | occupational diseases
    19 | 医学影像和放射治疗专业 | medical imaging and radiotherapy
    20 | 医学检验、病理专业 | laboratory medicine and pathology
    21 | 全科医学专业 | general practice
    22 | 急救医学专业 | emergency medicine
    23 | 康复医学专业 | rehabilitation medicine
    24 | 预防保健专业 | preventive care
    25 | 特种医学与军事医学专业 | special and military medicine
    26 | 计划生育技术服务专业 | family planning services
    31 | 口腔专业 | dentistry
    41 | 公共卫生专业 | public health
    51 | 中医专业 | traditional Chinese medicine
    52 | 中西医结合专业 | integrated Chinese and Western medicine
    53 | 蒙医专业 | Mongolian medicine
    54 | 藏医专业 | Tibetan medicine
    55 | 维医专业 | Uygur medicine
    56 | 傣医专业 | Dai medicine
    57 | 省级卫生行政部门规定的其他专业 | other scope set by the province
    """,
)

NURSE_DEPARTMENTS = table(
    "nurse_department",
    "deck (values seen in its screens)",
    """
    outpatient | 门诊 | outpatient clinic
    ward | 病房 | ward
    emergency | 急诊（科）室 | emergency room
    operating-room | 手术室 | operating room
    sterile-supply | 供应室 | sterile supply
    intensive-care | 监护室 | intensive care
    nursing-office | 护理部 | nursing office
    other | 其他 | other
    """,
)

NURSE_WORK_CATEGORIES = table(
    "nurse_work_category",
    "deck (values seen in its screens)",
    """
    clinical-nursing | 临床护理 | clinical nursing
    nursing-administration | 护理行政管理 | nursing administration
    """,
)

PROFESSIONS = table(
    "profession",
    "handbook: nurses and physicians are registered apart",
    """
    nurse | 护士 | nurse
    physician | 医师 | physician
    """,
)

BUSINESS_TYPES = table(
    "business_type",
    "deck; Regulation on Nurses arts. 7-10; Q7-Q11, Q20, Q32, Q33, Q41, Q52",
    """
    nurse-first | 首次注册 | first registration
    nurse-renewal | 延续注册 | renewal
    nurse-change | 变更注册 | change of registration
    nurse-cancellation | 注销注册 | cancellation
    nurse-re-registration | 重新注册 | re-registration
    nurse-military-to-local | 军队武警护士变更到地方 | change from military to local
    nurse-certificate-reissue | 证书补办 | re-issue of the certificate
    physician-registration | 医师执业注册 | registration
    physician-re-registration | 医师重新注册 | re-registration
    physician-add-location | 增加执业地点 | adding a location
    physician-change | 医师变更注册 | change of registration
    physician-change-level | 变更执业级别 | change of level (assistant to physician)
    physician-multi-institution | 多执业机构备案 | multi-institution filing
    physician-off-post | 离岗备案 | filing off post
    physician-cancellation | 医师注销注册 | cancellation
    physician-moving-out | 变更至未开展电子化注册的地区 | moving to a region that is not online
    physician-certificate-reissue | 医师证书补办 | re-issue of the certificate
    """,
)

CANCELLATION_GROUNDS = table(
    "cancellation_ground",
    "deck 7.1; Administrative Licensing Law art. 70",
    """
    expired | 注册有效期届满未延续注册 | the registration expired without renewal
    revoked | 受吊销《护士执业证书》处罚 | the practice certificate was revoked as a penalty
    incapacity | 丧失民事行为能力 | loss of civil capacity
    death | 死亡 | death
    other | 其他特殊情形 | other
    """,
)

PHYSICIAN_LEVELS = table(
    "physician_level",
    "Law on Physicians (2021) arts. 8-10; Q8, Q9",
    """
    1 | 执业医师 | physician
    2 | 执业助理医师 | assistant physician
    """,
)

PHYSICIAN_CANCELLATION_GROUNDS = table(
    "physician_cancellation_ground",
    "Law on Physicians (2021) art. 17; Q20.3.3, Q50",
    """
    own-request | 本人不再执业，主动申请 | no longer practising, at the own request
    death | 死亡或者被宣告失踪 | death, or declared missing
    criminal | 受刑事处罚 | criminal punishment
    revoked | 被吊销《医师执业证书》 | the practice certificate was revoked as a penalty
    assessment-failed | 定期考核不合格，暂停期满再次考核仍不合格 | failed the assessment again
    two-years-out | 中止执业活动满二年 | out of practice for two years
    banned | 被依法禁止从事医师职业 | banned from the profession
    unfit-health | 身体健康状况不适宜继续执业 | not fit to go on for reasons of health
    incapacity | 丧失民事行为能力 | loss of civil capacity
    other | 其他应当注销的情形 | other
    """,
)

OFF_POST_GROUNDS = table(
    "off_post_ground",
    "Q20.3.2, Q52; Measures on Physician Registration (2017)",
    """
    transferred | 调离 | transferred
    retired | 退休 | retired
    resigned | 辞职、退职 | resigned
    dismissed | 被辞退、开除 | dismissed
    unreachable | 无法联系，已履行法定告知义务 | cannot be reached, after the statutory notice
    trainee-finished | 规范化培训结束，30日内未确定主要执业机构 | residency finished 30 days ago
    other | 其他离岗情形 | other
    """,
)

MILITARY_SOURCES = table(
    "military_source",
    "deck 2.4",
    """
    army | 军队到地方执业 | from the army
    armed-police | 武警到地方执业 | from the armed police
    """,
)

REISSUE_GROUNDS = table(
    "reissue_ground",
    "this system's (the deck shows the menu 证书补办 only)",
    """
    lost | 证书遗失 | the certificate was lost
    damaged | 证书损毁 | the certificate is damaged
    """,
)

WAYS_OF_INFORMING = table(
    "way_of_informing",
    "this system's (Q41: 依法履行告知义务)",
    """
    in-person | 当面告知并签收 | in person, against a signature
    post | 邮寄送达 | by post
    phone | 电话告知并录音 | by phone, recorded
    announcement | 公告送达 | by public announcement
    """,
)

INTERRUPTION_GROUNDS = table(
    "interruption_ground",
    "this system's (the deck shows the menu 护士中断执业信息 only)",
    """
    parental | 生育休假 | parental leave
    illness | 疾病 | illness
    study | 脱产学习 | full-time study
    secondment | 外派支援 | secondment
    other-work | 从事非护理工作 | other work than nursing
    other | 其他 | other
    """,
)

EMPLOYMENT = table(
    "employment",
    "this system's (Q51: 对执业护士年龄、执业状态进行确认核实)",
    """
    in-post | 在职 | in post
    re-employed | 退休返聘 | re-employed after retirement
    retired | 已退休，不再执业 | retired, no longer practising
    left | 已离职 | has left
    """,
)
