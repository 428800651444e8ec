"""Choose a security question; the answer is kept as a slow hash, told to nobody (Q12.3, Q34.3)."""

from __future__ import annotations

from zhiye_accounts.adapters import accounts
from zhiye_accounts.adapters.passwords import hash_password
from zhiye_accounts.application.own_password import confirm_password
from zhiye_accounts.domain.questions import normalise_answer
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal


async def set_security_question(
    tx: Transaction, kit: Kit, caller: Principal, password: str, question: str, answer: str
) -> None:
    """Choose the question, or another one; ``Refused``: as ``confirm_password``."""
    row = await confirm_password(tx, kit, caller, password)
    await accounts.save(
        tx,
        kit,
        row,
        "security_question_set",
        question=question,
        answer_hash=await hash_password(normalise_answer(answer)),
    )
