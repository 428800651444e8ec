"""The desk's list: the own people and the state of their accounts, live (Q21, Q42, deck 4)."""

from __future__ import annotations

from typing import Any

import pytest
from services.accounts.tests.desk import (
    DESK,
    ELSEWHERE,
    ELSEWHERE_NAME,
    institution,
    number_of,
    own,
    registered,
    stranger,
    with_certificate,
)
from services.accounts.tests.world import World


async def test_each_of_the_own_people_is_shown_with_the_state_of_the_account(world: World) -> None:
    home = await institution(world)
    await stranger(world)
    await own(world, status="registered", phone_verified_at=None)
    await own(world)
    await own(world, status="active", activated_at=world.clock.now())
    issued = await own(world)
    (code,) = await home.issue(issued)
    offline = await world.ready()
    await registered(world, offline, region_online=False)

    shown = {person["status"]: person for person in await home.people()}
    assert set(shown) == {
        "no_account",
        "not_verified",
        "awaiting_code",
        "code_issued",
        "by_approval",
        "active",
    }
    assert shown["no_account"]["account_id"] is None
    assert shown["no_account"]["account_opened_at"] is None
    assert shown["code_issued"]["code"] == code["code"]
    assert shown["code_issued"]["code_issued_at"]
    assert {p["code"] for s, p in shown.items() if s != "code_issued"} == {None}
    assert shown["active"]["activated_at"]
    assert shown["awaiting_code"]["status_label"] == "awaits a code"
    chinese = await home.world.as_(home.account, "zh").get(f"{DESK}/people?status=awaiting_code")
    assert chinese.json()["items"][0]["status_label"] == "等待激活账户"
    assert chinese.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("values", "missing", "identity"),
    [
        ({"phone_verified_at": None}, ["contact"], "identity_matched"),
        ({"name": "李静"}, ["identity"], "identity_name_differs"),
        ({"name": "王䓫"}, ["identity"], "identity_confirmation_needed"),
        (
            {"name": "李静", "phone_verified_at": None},
            ["identity", "contact"],
            "identity_name_differs",
        ),
    ],
)
async def test_what_is_not_verified_is_named(
    world: World, values: dict[str, Any], missing: list[str], identity: str
) -> None:
    home = await institution(world)
    row = await world.account(**{"phone_verified_at": world.clock.now()} | values)
    await registered(world, row, name="王(suo)" if row["name"] == "王䓫" else "王芳")
    (person,) = await home.people()
    assert (person["status"], person["missing"]) == ("not_verified", missing)
    assert person["identity"]["code"] == identity
    assert person["name"] in ("王芳", "王(suo)"), "the given name may be a stranger's"


async def test_the_list_is_live(world: World) -> None:
    """Q21, Q42: no "get the newest data" button."""
    home = await institution(world)
    number = await stranger(world)
    assert [p["status"] for p in await home.people()] == ["no_account"]
    account = await world.register(id_number=number)
    row = await world.read(account.json()["account_id"])
    assert [p["status"] for p in await home.people()] == ["not_verified"]
    await world.verify(row, await world.send_code(row))
    assert [p["status"] for p in await home.people()] == ["awaiting_code"]
    (issued,) = await home.issue(row)
    assert [p["status"] for p in await home.people()] == ["code_issued"]
    body = with_certificate(row, issued["code"])
    await world.as_(row).post("/api/v1/accounts/me/activation", json=body)
    (person,) = await home.people()
    assert (person["status"], person["code"]) == ("active", None)
    assert person["activated_at"]
    assert person["code_issued_at"]
    await world.revoke(row)
    assert [p["status"] for p in await home.people()] == ["no_account"]


async def test_the_people_of_others_are_not_in_the_list(world: World) -> None:
    home, other = await institution(world), await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    mine, theirs = await own(world), await own(world, ELSEWHERE)
    cancelled = await world.ready()
    await registered(world, cancelled, status="cancelled")
    assert [p["account_id"] for p in await home.people()] == [mine["id"]]
    assert [p["account_id"] for p in await other.people()] == [theirs["id"]]
    nowhere = world.as_(await world.account(role="institution"))
    assert (await nowhere.get(f"{DESK}/people")).json()["items"] == []


async def test_id_numbers_are_masked(world: World) -> None:
    home, row = await institution(world), await own(world)
    number = number_of(world, row)
    (person,) = await home.people()
    assert person["id_number"] == number[:3] + "*" * 11 + number[-4:]
    without_account = await stranger(
        world, sealed_id_number=world.kit.cipher.seal("11010519491231002X", "id_number")
    )
    assert without_account
    shown = {p["status"]: p["id_number"] for p in await home.people()}
    assert shown["no_account"] == "110***********002X"


async def test_who_is_nurse_and_physician_there_is_there_for_each(world: World) -> None:
    home, row = await institution(world), await own(world)
    await registered(world, row, profession="physician")
    people = await home.people()
    assert sorted(p["profession"] for p in people) == ["nurse", "physician"]
    assert {p["account_id"] for p in people} == {row["id"]}


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("王", {"王芳", "王(suo)"}),
        ("芳", {"王芳"}),
        (" 王 芳 ", {"王芳"}),
        ("（SUO）", {"王(suo)"}),
        ("%", set()),
        ("_", set()),
        ("李", {"李静"}),
    ],
)
async def test_people_are_found_by_part_of_the_name(
    world: World, part: str, found: set[str]
) -> None:
    home = await institution(world)
    for name in ("王芳", "王(suo)", "李静"):
        await stranger(world, name=name)
    assert {p["name"] for p in await home.people(name=part)} == found


async def test_who_typed_a_rare_character_is_found_by_it(world: World) -> None:
    home, row = await institution(world), await world.account(name="王䓫")
    await registered(world, row, name="王(suo)")
    assert [p["name"] for p in await home.people(name="䓫")] == ["王(suo)"]


async def test_pages_hold_everybody_once_while_people_come_and_go(world: World) -> None:
    home = await institution(world)
    people = [await own(world) for _ in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "status": "awaiting_code"}
    while True:
        page = (await home.client.get(f"{DESK}/people", params=query)).json()
        assert len(page["items"]) <= 2
        seen += [p["account_id"] for p in page["items"]]
        await home.issue(people[0])  # leaves the list after its page was read
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [row["id"] for row in people]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "asleep"}, "status"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"cursor": "!"}, "cursor"),
        ({"name": ""}, "name"),
        ({"name": "王" * 61}, "name"),
    ],
)
async def test_a_query_that_is_wrong_is_refused(
    world: World, query: dict[str, Any], field: str
) -> None:
    home = await institution(world)
    answer = await home.client.get(f"{DESK}/people", params=query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_code_of_another_institution_of_the_person_is_not_shown(world: World) -> None:
    home, other = await institution(world), await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    row = await own(world)
    await registered(world, row, ELSEWHERE, profession="physician")
    (issued,) = await other.issue(row)
    (person,) = await home.people()
    assert (person["status"], person["code"]) == ("code_issued", None)
    (person,) = await other.people()
    assert person["code"] == issued["code"]
