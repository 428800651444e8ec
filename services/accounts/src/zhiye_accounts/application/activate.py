"""Activate an account (账户激活): Q5, Q29, deck 2.1.3."""

from __future__ import annotations

from zhiye_accounts.adapters import accounts, attempts, records
from zhiye_accounts.adapters.accounts import Row
from zhiye_accounts.adapters.tables import account
from zhiye_accounts.domain.activation import (
    CERTIFICATE_MISMATCH,
    HOW,
    Activation,
    Route,
    activation_for,
)
from zhiye_accounts.domain.identity import EXPLANATIONS, Outcome
from zhiye_accounts.domain.policy import ACTIVATION_GUESSES
from zhiye_accounts.kit import Kit
from zhiye_chassis.database import Transaction
from zhiye_chassis.problems import refused
from zhiye_contracts.reasons import Refused


async def route_of(tx: Transaction, person_key: str) -> Activation | None:
    """How this person's account can become active now."""
    return activation_for(*await records.of_person(tx, person_key))


async def activate_with_certificate(
    tx: Transaction, kit: Kit, account_id: str, certificate_number: str
) -> Row:
    """Activate by the number of the own certificate; the account as it then is.

    ``Refused`` when it is active already, identity or contact is not verified yet, the person's
    route is another one, the number is not that of the own latest certificate, or too many
    numbers were tried.
    """
    now = kit.clock.now()
    row = await accounts.get(tx, account_id)
    if row["status"] == "active":
        raise refused(
            "already_active",
            ("账户已激活。", "The account is active already."),
            ("可以直接办理业务。", "You can apply now."),
            status=409,
        )
    if row["identity"] != Outcome.MATCHED:
        raise Refused(EXPLANATIONS[Outcome(row["identity"])], status=409)
    if row["status"] != "verified":
        raise refused(
            "contact_not_verified",
            ("手机和邮箱均未验证。", "Neither phone nor email is verified."),
            ("请先验证手机；无法接收短信的可验证邮箱。", "Verify your phone or your email."),
            source="deck 2.1.3",
            status=409,
        )
    activation = await route_of(tx, row["person_key"])
    if activation is None or not activation.certificate_keys:
        how = HOW[activation.route if activation else Route.INSTITUTION_CODE]
        raise refused(
            "activation_route_differs",
            (
                "您的账户不能用证书编号激活。",
                "Your account is not activated by a certificate number.",
            ),
            (how.zh, how.en),
            field="certificate_number",
            source="Q5, Q29",
            status=409,
        )
    await attempts.enforce(tx, [(ACTIVATION_GUESSES, account_id)], now, field="certificate_number")
    await attempts.record(tx, ACTIVATION_GUESSES.kind, account_id, now)
    if activation.certificate_keys.isdisjoint(kit.certificate_keys(certificate_number)):
        raise Refused(CERTIFICATE_MISMATCH, keep_effects=True)
    await attempts.clear(tx, ACTIVATION_GUESSES.kind, account_id)
    return await accounts.save(
        tx,
        row,
        "activated",
        now,
        status="active",
        activated_at=now,
        activated_by=activation.route.value,
    )


async def activate_by_approval(tx: Transaction, kit: Kit, person_key: str) -> None:
    """An approval activates the account of a person who had none of the other routes (Q5.2,
    Q5.3, Q29.2); nothing happens when there is no account, it is active, or it bears another
    name: then somebody else may have opened it (Q13)."""
    row = await accounts.find(
        tx, account.c.person_key == person_key, account.c.status != "revoked", lock=True
    )
    if (
        row is not None
        and row["status"] != "active"
        and row["identity"] in (Outcome.MATCHED, Outcome.CONFIRMATION_NEEDED)
    ):
        now = kit.clock.now()
        await accounts.save(
            tx,
            row,
            "activated",
            now,
            status="active",
            identity=Outcome.MATCHED.value,
            activated_at=now,
            activated_by=Route.BY_APPROVAL.value,
        )
