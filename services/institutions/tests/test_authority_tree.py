"""Who is above an authority and who below: the tree follows the digits (deck 3, Q56)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import World


async def tree(world: World, authority_id: str, language: str = "", **query: Any) -> Any:
    client = world.client(language=language)
    answer = await client.get(f"/api/v1/authorities/{authority_id}/tree", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(authorities: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in authorities]


async def grown(world: World) -> dict[str, str]:
    """Hebei with a city, counties, zones; and Beijing, which has no city level."""
    zones = {
        "高新区": await world.zone("高新区", "130100"),
        "新区": await world.zone("新区", "130000"),
    }
    made: dict[str, str] = {}
    for name, level, region in (
        ("国家", "nation", "000000"),
        ("河北", "province", "130000"),
        ("石家庄", "city", "130100"),
        ("长安", "county", "130102"),
        ("长安中医", "county", "130102"),
        ("高新区", "zone", zones["高新区"]),
        ("新区", "zone", zones["新区"]),
        ("唐山路南", "county", "130202"),
        ("北京", "province", "110000"),
        ("西城", "county", "110102"),
    ):
        made[name] = await world.authority(name, level, region)
    return made


async def test_each_sees_who_is_above_and_who_directly_below(world: World) -> None:
    made = await grown(world)
    expected = {
        "国家": ([], ["北京", "河北"]),
        "河北": (["国家"], ["石家庄", "唐山路南", "新区"]),
        "石家庄": (["国家", "河北"], ["长安", "长安中医", "高新区"]),
        "长安": (["国家", "河北", "石家庄"], []),
        "高新区": (["国家", "河北", "石家庄"], []),
        "新区": (["国家", "河北"], []),
        "西城": (["国家", "北京"], []),
    }
    for name, (above, below) in expected.items():
        seen = await tree(world, made[name])
        assert (names(seen["above"]), names(seen["below"]["items"])) == (above, below), name
        assert seen["authority"]["id"] == made[name]


async def test_levels_are_told_and_what_is_below_comes_in_pages(world: World) -> None:
    made = await grown(world)
    first = await tree(world, made["河北"], "en", limit=2)
    rest = await tree(world, made["河北"], "en", limit=2, cursor=first["below"]["next_cursor"])
    below = first["below"]["items"] + rest["below"]["items"]
    assert [one["level_label"] for one in below] == ["city", "county", "special zone"]
    assert rest["below"]["next_cursor"] is None


async def test_the_tree_of_nobody_is_not_found(world: World) -> None:
    answer = await world.client().get("/api/v1/authorities/nobody/tree")
    assert (answer.status_code, answer.json()["code"]) == (404, "authority_unknown")
