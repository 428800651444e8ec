"""What people look for: a mix of searches, each of which the smaller tree can answer too."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from urllib.parse import urlencode

from tests.bench.institutions.tree import Row, institutions

from zhiye_chassis.pagination import encode_cursor
from zhiye_chassis.pinyin import initials
from zhiye_institutions.domain.search import without_division

SMALL = 10_000
COUNT = 2_000
_KINDS = (
    *("卫生室", "村卫生室", "诊所", "口腔诊所", "中医诊所", "卫生院", "中心卫生院", "医院"),
    *("人民医院", "中医院", "妇幼保健院", "社区卫生服务中心", "社区卫生服务站", "门诊部"),
    *("骨科医院", "护理院", "疾病预防控制中心", "急救中心", "医务室", "第二人民医院"),
)
Question = dict[str, str]
Asking = Callable[[Random, Row], Question]


def _whole_name(draw: Random, row: Row) -> Question:
    return {"q": row[0]}


def _part(draw: Random, row: Row) -> Question:
    """What tells it from others: a few characters after the division."""
    rest = without_division(row[0], row[2])
    size = min(len(rest), draw.randrange(3, 7))
    return {"q": rest[:size]}


def _two(draw: Random, row: Row) -> Question:
    return {"q": without_division(row[0], row[2])[:2]}


def _initials(draw: Random, row: Row) -> Question:
    name = row[0] if draw.random() < 0.5 else without_division(row[0], row[2])
    return {"q": initials(name)[: draw.randrange(3, 9)]}


def _number(draw: Random, row: Row) -> Question:
    return {"q": row[1][: draw.randrange(6, 16)]} if row[1] else {"q": row[0]}


def _kind(draw: Random, row: Row) -> Question:
    return {"q": draw.choice(_KINDS)}


def _kind_in_region(draw: Random, row: Row) -> Question:
    return _kind(draw, row) | _region(draw, row)


def _region(draw: Random, row: Row) -> Question:
    """A county, its city, or its province."""
    return {"region": row[2][: draw.choice((2, 4, 6))].ljust(6, "0")}


def _kind_of_category(draw: Random, row: Row) -> Question:
    """The category of an institution, and a word that it has in its name if there is one."""
    words = [word for word in _KINDS if word in row[0]]
    asked = {"q": draw.choice(words)} if words else {}
    return asked | {"category": row[3][: draw.choice((1, 4))]}


def _division(draw: Random, row: Row) -> Question:
    return {"q": row[0][: draw.randrange(2, 5)]}


def _nothing(draw: Random, row: Row) -> Question:
    return {"q": row[0][:3] + draw.choice("鑫淼焱垚犇") + row[0][4:7]}


def _deep(draw: Random, row: Row) -> Question:
    """A page far down, from some name on."""
    return _kind(draw, row) | {"cursor": encode_cursor(2, row[0], "")}


QUESTIONS: dict[str, tuple[int, Asking]] = {
    "a whole name": (20, _whole_name),
    "some characters of a name": (22, _part),
    "two characters": (8, _two),
    "initials": (10, _initials),
    "how a number begins": (8, _number),
    "a frequent word (卫生室, 人民医院 …)": (8, _kind),
    "a frequent word in a region": (8, _kind_in_region),
    "a frequent word of a category": (3, _kind_of_category),
    "a division": (4, _division),
    "a region without words": (4, _region),
    "what is not there": (3, _nothing),
    "a page far down": (2, _deep),
}
"""Shares in percent."""


def paths(kind: str, count: int) -> list[str]:
    """Addresses of questions of one kind, the same each time."""
    draw = Random(f"questions/{kind}")
    known = list(institutions(SMALL))
    asking = QUESTIONS[kind][1]
    return [
        "/api/v1/institutions?" + urlencode(asking(draw, draw.choice(known))) for _ in range(count)
    ]


def mix() -> list[str]:
    """Addresses of all kinds in their shares."""
    return [
        path for kind, (share, _) in QUESTIONS.items() for path in paths(kind, COUNT * share // 100)
    ]
