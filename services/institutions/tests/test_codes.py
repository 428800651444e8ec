"""Divisions and code tables, and the database's history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from zhiye_chassis import migrate
from zhiye_chassis.security import ROLES
from zhiye_chassis.web import access_of
from zhiye_institutions.adapters.tables import metadata

if TYPE_CHECKING:
    from conftest import World


async def test_the_divisions_below_the_nation_are_the_provinces(world: World) -> None:
    answer = await world.client().get("/api/v1/divisions")
    codes = [item["code"] for item in answer.json()["items"]]
    assert codes[:2] == ["110000", "120000"]
    assert len(codes) >= 31
    assert "max-age" in answer.headers["cache-control"]
    below = (await world.client().get("/api/v1/divisions?parent=130000")).json()["items"]
    assert {"130100", "130200"} <= {item["code"] for item in below}


async def test_a_division_is_found_and_an_abolished_one_says_so(world: World) -> None:
    client = world.client()
    current = (await client.get("/api/v1/divisions/110102")).json()
    assert (current["full_name"], current["current"]) == ("北京市西城区", True)
    abolished = (await client.get("/api/v1/divisions/110104")).json()
    assert (abolished["name"], abolished["current"], abolished["until"]) == ("宣武区", False, 2010)
    unknown = await client.get("/api/v1/divisions/999999")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "division_unknown")


async def test_code_tables_are_listed_and_read_in_the_readers_language(world: World) -> None:
    tables = {t["name"]: t for t in (await world.client().get("/api/v1/codes")).json()["items"]}
    assert {"gender", "business_type", "institution_level", "authority_level"} <= tables.keys()
    for name, table in tables.items():
        read = (await world.client().get(f"/api/v1/codes/{name}")).json()
        assert len(read["items"]) == table["size"]
    english = (await world.client(language="en").get("/api/v1/codes/business_type")).json()
    assert {"code": "nurse-first", "label": "first registration"} in english["items"]


async def test_a_code_table_is_not_sent_again_to_who_has_it(world: World) -> None:
    client = world.client()
    first = await client.get("/api/v1/codes/gender")
    tag = first.headers["etag"]
    assert first.headers["vary"] == "Accept-Language"
    again = await client.get("/api/v1/codes/gender", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    english = await world.client(language="en").get(
        "/api/v1/codes/gender", headers={"If-None-Match": tag}
    )
    assert english.status_code == 200


async def test_an_unknown_code_table_is_not_found(world: World) -> None:
    answer = await world.client().get("/api/v1/codes/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "code_table_unknown")


async def test_every_route_that_writes_names_its_roles(world: World) -> None:
    for routes in world.service.routes:
        for route in routes.routes:
            roles = access_of(route).roles  # type: ignore[arg-type]
            if route.methods != {"GET"}:  # type: ignore[attr-defined]
                assert roles
                assert roles < set(ROLES)


async def test_the_migrations_make_what_the_code_declares(
    make_database: Callable[..., Awaitable[Any]],
) -> None:
    database = await make_database(None)
    await migrate.upgrade(database.url, "zhiye_institutions.migrations")
    assert await migrate.differences(database.url, metadata) == []
