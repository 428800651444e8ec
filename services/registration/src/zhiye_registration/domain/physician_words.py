"""Words of lists of physicians as people write them: levels, categories, scopes, statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    DEGREES,
    EDUCATION,
    ETHNIC_GROUPS,
    GENDERS,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
    PHYSICIAN_CATEGORIES,
    PHYSICIAN_DEPARTMENTS,
    PHYSICIAN_LEVELS,
    PHYSICIAN_SCOPES,
    PHYSICIAN_TITLES,
)
from zhiye_contracts.reasons import Reason, Text
from zhiye_registration.domain.import_cells import ALSO, fold, read_code, words_of

_TYPES = {slug: text for slug, text in BUSINESS_TYPES.items() if slug.startswith("physician-")}
TABLES: Mapping[str, Mapping[str, Text]] = {
    "level": PHYSICIAN_LEVELS,
    "category": PHYSICIAN_CATEGORIES,
    "department": PHYSICIAN_DEPARTMENTS,
    "title": PHYSICIAN_TITLES,
    "education": EDUCATION,
    "degree": DEGREES,
    "ethnic_group": ETHNIC_GROUPS,
    "cancellation_ground": PHYSICIAN_CANCELLATION_GROUNDS,
    "filing_ground": OFF_POST_GROUNDS,
    "last_change": _TYPES,
    "gender": GENDERS,
}
_ALSO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "level": {
        "1": ("医师", "职业医师"),
        "2": ("助理医师", "执业助理", "助理"),
    },
    "category": {code: (f"{label.zh}类别",) for code, label in PHYSICIAN_CATEGORIES.items()}
    | {"3": ("公卫", "公卫类别", "公共卫生类别", "预防")},
    "department": {
        **{code: (label.zh.removesuffix("科"),) for code, label in PHYSICIAN_DEPARTMENTS.items()},
        "20": ("急诊科", "急诊", "急诊医学"),
        "28": ("重症医学", "icu"),
        "32": ("医学影像", "放射科", "影像科"),
    },
    "education": ALSO["education"],
    "degree": ALSO["degree"],
    "ethnic_group": ALSO["ethnic_group"],
    "gender": ALSO["gender"],
    "cancellation_ground": {
        "own-request": ("主动申请", "本人申请", "不再执业"),
        "death": ("死亡", "宣告失踪"),
        "revoked": ("吊销", "被吊销"),
        "two-years-out": ("中止执业满二年", "中止执业满两年"),
        "other": ("其他",),
    },
    "filing_ground": {
        "resigned": ("辞职", "退职", "离职"),
        "dismissed": ("辞退", "开除"),
        "unreachable": ("无法联系",),
        "trainee-finished": ("规培结束", "规范化培训结束"),
        "other": ("其他",),
    },
    "last_change": {
        "physician-registration": ("首次注册", "执业注册"),
        "physician-re-registration": ("重新注册",),
        "physician-change": ("变更注册", "变更"),
        "physician-cancellation": ("注销注册",),
        "physician-certificate-reissue": ("证书补办",),
    },
}
"""What people write beside codes and labels."""
WORDS = words_of(TABLES, _ALSO)
_ALSO_SCOPES: Mapping[str, tuple[str, ...]] = {
    "13": ("妇产",),
    "15": ("眼耳鼻咽喉", "五官科"),
    "16": ("皮肤科", "皮肤性病"),
    "17": ("精神科",),
    "19": ("医学影像", "影像和放射治疗"),
    "20": ("检验病理", "医学检验病理", "检验、病理", "医学检验", "病理"),
    "21": ("全科", "全科医疗"),
    "22": ("急救", "急诊医学", "急诊"),
    "23": ("康复",),
    "25": ("特种与军事医学",),
    "26": ("计划生育",),
    "41": ("公共卫生", "公卫"),
    "57": ("其他", "省级规定的其他"),
}
_BETWEEN = re.compile(r"[、，,;；/／|\s]+")


def _scope_words() -> Iterator[tuple[str, str]]:
    for code, label in PHYSICIAN_SCOPES.items():
        short = label.zh.removesuffix("专业").removesuffix("类别")
        for said in (code, label.zh, label.en, short, *_ALSO_SCOPES.get(code, ())):
            yield fold(_BETWEEN.sub("", said)), code
            yield fold(_BETWEEN.sub("", f"{said}专业")), code


_SCOPES = dict(_scope_words())
STATUSES = {
    **dict.fromkeys(("", "在册", "有效", "已注册", "注册", "registered"), "registered"),
    **dict.fromkeys(("备案", "已备案", "离岗备案", "filed"), "filed"),
    **dict.fromkeys(("注销", "已注销", "cancelled"), "cancelled"),
    **dict.fromkeys(("区内到区外变更", "转出", "moving_out"), "moving_out"),
}
"""Q20.3; the second to last is the handbook's own word for who moves out (Q5.5)."""


def read_department(cells: Mapping[str, str], reasons: list[Reason]) -> str | None:
    """The code of a physician's department."""
    return read_code(cells, "department", reasons, WORDS)


def read_scopes(cell: str) -> list[str] | None:
    """The codes of a cell with one scope or several, sorted; ``None`` if one is none.

    Names are put together again that have a sign in them by which others are separated.
    """
    parts = [part for part in _BETWEEN.split(cell) if part]
    codes: set[str] = set()
    at = 0
    while at < len(parts):
        ends = range(len(parts), at, -1)
        known = ((end, _SCOPES.get(fold("".join(parts[at:end])))) for end in ends)
        end, code = next(((end, code) for end, code in known if code), (at, None))
        if code is None:
            return None
        codes.add(code)
        at = end
    return sorted(codes)
