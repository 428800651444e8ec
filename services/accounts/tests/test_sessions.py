"""Tokens: what they say, how they are renewed, and how a session ends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from services.accounts.tests.world import World
from sqlalchemy import text

from zhiye_accounts.adapters.tables import session
from zhiye_accounts.application.sessions import principal_of
from zhiye_accounts.service import build
from zhiye_chassis.security import ISSUER, TokenVerifier
from zhiye_chassis.settings import generate_secrets


async def _refresh(world: World, token: str) -> httpx.Response:
    return await world.anybody.post(
        "/api/v1/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token}
    )


async def _tokens(world: World, **values: Any) -> dict[str, Any]:
    row = await world.ready(user_name="wangfang1", **values)
    return (await world.log_in(row["user_name"])).json()  # type: ignore[no-any-return]


async def test_the_published_keys_verify_the_tokens(world: World) -> None:
    tokens = await _tokens(world)
    answer = await world.anybody.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert all("d" not in key for key in answer.json()["keys"]), "public halves only"
    (row,) = await world.rows(text("SELECT * FROM account"))
    (open_session,) = await world.all(session)
    principal = TokenVerifier(answer.json()).verify(tokens["access_token"])
    assert principal == principal_of(row, open_session["id"])
    header = jwt.get_unverified_header(tokens["access_token"])
    assert header["alg"] == "EdDSA"


async def test_an_access_token_says_who_but_no_id_number_phone_or_email(world: World) -> None:
    values = {"id_number": "11010519491231002X", "phone": "13800138000", "email": "w@example.com"}
    tokens = await _tokens(world, **values)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert set(claims) == {
        *("iss", "sub", "role", "name", "sid", "pk", "act", "ins", "aut", "reg", "iat", "exp")
    }
    assert (claims["iss"], claims["exp"] - claims["iat"], claims["act"]) == (ISSUER, 600, False)
    for secret in values.values():
        assert secret not in str(claims)


async def test_a_refresh_token_is_exchanged_for_a_new_pair(world: World) -> None:
    tokens = await _tokens(world)
    answer = await _refresh(world, tokens["refresh_token"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["refresh_token"] != tokens["refresh_token"]
    world.clock.instant += timedelta(days=13)
    later = await _refresh(world, answer.json()["refresh_token"])
    assert later.status_code == 200, "each use prolongs the session"


async def test_a_refreshed_token_knows_that_the_account_became_active(world: World) -> None:
    tokens = await _tokens(world)
    await world.execute(text("UPDATE account SET status = 'active'"))
    fresh = (await _refresh(world, tokens["refresh_token"])).json()
    assert world.service.verifier.verify(fresh["access_token"]).active


async def test_a_client_whose_answer_was_lost_gets_it_again_within_seconds(world: World) -> None:
    tokens = await _tokens(world)
    first = (await _refresh(world, tokens["refresh_token"])).json()
    world.clock.instant += timedelta(seconds=9)
    again = await _refresh(world, tokens["refresh_token"])
    assert again.status_code == 200
    assert again.json()["refresh_token"] == first["refresh_token"], "one successor, not two"
    assert (await _refresh(world, first["refresh_token"])).status_code == 200


async def test_an_old_refresh_token_used_later_ends_the_session_for_both(world: World) -> None:
    tokens = await _tokens(world)
    fresh = (await _refresh(world, tokens["refresh_token"])).json()
    world.clock.instant += timedelta(seconds=10)
    stolen = await _refresh(world, tokens["refresh_token"])
    assert (stolen.status_code, stolen.json()["code"]) == (401, "session_ended")
    assert stolen.json()["field"] == "refresh_token"
    assert (await _refresh(world, fresh["refresh_token"])).status_code == 401
    (ended,) = await world.all(session)
    assert ended["ended_because"] == "refresh_token_reused"


@pytest.mark.parametrize("refreshes", [2, 20])
async def test_a_thief_who_refreshes_more_than_once_is_found_out_too(
    world: World, refreshes: int
) -> None:
    stolen = token = (await _tokens(world))["refresh_token"]
    for _ in range(refreshes):
        token = (await _refresh(world, token)).json()["refresh_token"]
    assert (await _refresh(world, stolen)).status_code == 401
    assert (await _refresh(world, token)).status_code == 401
    (ended,) = await world.all(session)
    assert ended["ended_because"] == "refresh_token_reused"


async def test_a_session_that_is_not_refreshed_for_two_weeks_is_over(world: World) -> None:
    tokens = await _tokens(world)
    world.clock.instant += timedelta(days=14)
    assert (await _refresh(world, tokens["refresh_token"])).status_code == 401


@pytest.mark.parametrize("change", ["no-dot", ".", "01JD.secret", "\0.\0", "王.芳", ""])
async def test_what_is_no_refresh_token_is_refused(world: World, change: str) -> None:
    answer = await _refresh(world, change)
    assert answer.status_code in (401, 422)


async def test_a_wrong_secret_for_a_session_does_not_end_it(world: World) -> None:
    token = (await _tokens(world))["refresh_token"]
    assert (await _refresh(world, token[:-1] + "!")).status_code == 401
    assert (await _refresh(world, token)).status_code == 200


async def test_logging_out_ends_this_session_and_no_other(world: World) -> None:
    one = await _tokens(world)
    two = (await world.log_in("wangfang1")).json()
    client = world.client(f"Bearer {one['access_token']}")
    for _ in range(2):
        answer = await client.post("/api/v1/oauth/revocation")
        assert (answer.status_code, answer.content) == (204, b"")
    assert (await _refresh(world, one["refresh_token"])).status_code == 401
    assert (await _refresh(world, two["refresh_token"])).status_code == 200


async def test_a_revoked_account_is_out_at_the_next_request(world: World) -> None:
    tokens = await _tokens(world)
    (row,) = await world.rows(text("SELECT * FROM account"))
    await world.revoke(row)
    client = world.client(f"Bearer {tokens['access_token']}")
    answer = await client.get("/api/v1/accounts/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert (await _refresh(world, tokens["refresh_token"])).json()["code"] == "session_ended"
    (ended,) = await world.all(session)
    assert ended["ended_because"] == "account_revoked"


async def test_refresh_tokens_are_kept_as_digests_only(world: World) -> None:
    token = (await _tokens(world))["refresh_token"]
    await _refresh(world, token)
    assert token.partition(".")[2] not in str(await world.all(session))


async def test_a_service_without_the_right_private_key_does_not_start(world: World) -> None:
    settings = world.kit.settings
    for changes, said in (
        ({"jwt_private_key": None}, "is needed"),
        ({"jwks": json.loads(generate_secrets()["JWKS"])}, "does not hold"),
    ):
        with pytest.raises(ValueError, match=said):
            build(settings.model_copy(update=changes))


async def test_what_is_long_over_is_forgotten(world: World) -> None:
    row = await world.account(user_name="wangfang1")
    await world.captcha()
    await world.send_code(row)
    await world.log_in("wangfang1")
    service = build(world.kit.settings, world.clock)
    (purge,) = service.periodic
    await purge()
    counts = "SELECT (SELECT count(*) FROM {}) AS n"
    names = ("captcha", "verification_code", "session", "attempt")

    async def kept() -> list[int]:
        return [(await world.rows(text(counts.format(name))))[0]["n"] for name in names]

    assert await kept() == [1, 1, 1, 3]
    world.clock.instant += timedelta(minutes=5, seconds=1)
    await purge()
    assert await kept() == [1, 1, 1, 3], "not looked for more often than needed"
    for days, left in ((0, [0, 1, 1, 3]), (3, [0, 1, 1, 0]), (28, [0, 0, 1, 0]), (14, [0] * 4)):
        world.clock.instant += timedelta(days=days, minutes=10)
        await purge()
        assert await kept() == left
    await service.database.close()
