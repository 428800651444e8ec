"""The security question (预留问题): the last way back into an account (Q12.3, Q34.3)."""

from __future__ import annotations

import re

from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers import IdentifierError
from zhiye_contracts.identifiers.errors import fold
from zhiye_contracts.reasons import Reason, Text

QUESTIONS = table(
    "security_question",
    "Q12.3, Q34.3",
    """
    primary_school | 您就读的小学叫什么名字？ | What was the name of your primary school?
    first_teacher | 您印象最深的老师叫什么名字？ | Which teacher do you remember best?
    childhood_friend | 您童年最好的朋友叫什么名字？ | Who was your best friend as a child?
    mentor | 您的实习带教老师叫什么名字？ | Who taught you during your clinical practice?
    first_ward | 您实习的第一个科室是哪个？ | Which was the first department of your practice?
    first_journey | 您第一次坐火车去了哪里？ | Where did your first journey by train take you?
    grandparents_home | 您的祖辈住在哪个村或哪条街？ | Where did your grandparents live?
    favourite_book | 您最喜欢的一本书是什么？ | Which book do you like best?
    """,
)
"""About what few people know and nobody forgets."""

_SHORTEST = 2

_UNKNOWN = Reason(
    "question_unknown",
    Text("没有这个预留问题。", "There is no such question."),
    Text("请从预留问题列表中选择。", "Choose one from the list of security questions."),
    source="Q12, Q34",
)
_TOO_SHORT = Reason(
    "answer_too_short",
    Text("答案过短，容易被猜到。", "The answer is too short: it could be guessed."),
    Text("请填写至少2个字。", "Write at least 2 characters."),
    source="Q12, Q34",
)


def check_question(code: str) -> str:
    """The code of a question; ``IdentifierError`` if there is none such."""
    if code not in QUESTIONS:
        raise IdentifierError(_UNKNOWN)
    return code


def normalise_answer(answer: str) -> str:
    """One spelling per answer: full width, upper case and blanks make no difference."""
    return re.sub(r"\s", "", fold(answer)).casefold()


def check_answer(answer: str) -> str:
    """An answer that is worth keeping, as it was given; ``IdentifierError`` if it is too short."""
    if len(normalise_answer(answer)) < _SHORTEST:
        raise IdentifierError(_TOO_SHORT)
    return answer
