"""Codes about people: gender, ethnic group, education, title."""

from __future__ import annotations

from zhiye_contracts.codes.table import table

GENDERS = table(
    "gender",
    "GB/T 2261.1-2003",
    """
    0 | 未知的性别 | unknown
    1 | 男 | male
    2 | 女 | female
    9 | 未说明的性别 | not stated
    """,
)

ID_TYPES = table("id_type", "WS 364.3-2011 CV02.01.101", "01 | 居民身份证 | resident ID card")

ETHNIC_GROUPS = table(
    "ethnic_group",
    "GB/T 3304-1991",
    """
    01 | 汉族 | Han
    02 | 蒙古族 | Mongol
    03 | 回族 | Hui
    04 | 藏族 | Tibetan
    05 | 维吾尔族 | Uygur
    06 | 苗族 | Miao
    07 | 彝族 | Yi
    08 | 壮族 | Zhuang
    09 | 布依族 | Buyei
    10 | 朝鲜族 | Chosen
    11 | 满族 | Man
    12 | 侗族 | Dong
    13 | 瑶族 | Yao
    14 | 白族 | Bai
    15 | 土家族 | Tujia
    16 | 哈尼族 | Hani
    17 | 哈萨克族 | Kazak
    18 | 傣族 | Dai
    19 | 黎族 | Li
    20 | 傈僳族 | Lisu
    21 | 佤族 | Va
    22 | 畲族 | She
    23 | 高山族 | Gaoshan
    24 | 拉祜族 | Lahu
    25 | 水族 | Sui
    26 | 东乡族 | Dongxiang
    27 | 纳西族 | Naxi
    28 | 景颇族 | Jingpo
    29 | 柯尔克孜族 | Kirgiz
    30 | 土族 | Tu
    31 | 达斡尔族 | Daur
    32 | 仫佬族 | Mulao
    33 | 羌族 | Qiang
    34 | 布朗族 | Blang
    35 | 撒拉族 | Salar
    36 | 毛南族 | Maonan
    37 | 仡佬族 | Gelao
    38 | 锡伯族 | Xibe
    39 | 阿昌族 | Achang
    40 | 普米族 | Pumi
    41 | 塔吉克族 | Tajik
    42 | 怒族 | Nu
    43 | 乌孜别克族 | Uzbek
    44 | 俄罗斯族 | Russ
    45 | 鄂温克族 | Ewenki
    46 | 德昂族 | Deang
    47 | 保安族 | Bonan
    48 | 裕固族 | Yugur
    49 | 京族 | Gin
    50 | 塔塔尔族 | Tatar
    51 | 独龙族 | Derung
    52 | 鄂伦春族 | Oroqen
    53 | 赫哲族 | Hezhen
    54 | 门巴族 | Monba
    55 | 珞巴族 | Lhoba
    56 | 基诺族 | Jino
    97 | 其他 | other
    98 | 外国血统中国籍人士 | Chinese national of foreign descent
    """,
)

EDUCATION = table(
    "education",
    "GB/T 4658-1984, first level",
    """
    10 | 研究生 | postgraduate
    20 | 大学本科 | bachelor's degree course
    30 | 大学专科 | junior college
    40 | 中等专科 | secondary vocational school
    50 | 技工学校 | technical school
    60 | 高中 | senior secondary school
    70 | 初中 | junior secondary school
    80 | 小学 | primary school
    90 | 文盲或半文盲 | illiterate or semi-literate
    """,
)

DEGREES = table(
    "degree",
    "GB/T 6864-2003, first digit",
    """
    0 | 无学位 | none
    2 | 博士 | doctor
    3 | 硕士 | master
    4 | 学士 | bachelor
    """,
)

NURSING_TITLES = table(
    "nursing_title",
    "GB/T 8561-2001",
    """
    251 | 主任护师 | chief nurse
    252 | 副主任护师 | associate chief nurse
    253 | 主管护师 | nurse in charge
    254 | 护师 | senior nurse
    255 | 护士 | nurse
    """,
)

PHYSICIAN_TITLES = table(
    "physician_title",
    "GB/T 8561-2001",
    """
    231 | 主任医师 | chief physician
    232 | 副主任医师 | associate chief physician
    233 | 主治医师 | attending physician
    234 | 医师 | resident physician
    235 | 医士 | assistant physician
    """,
)
