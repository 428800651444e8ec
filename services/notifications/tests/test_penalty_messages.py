"""Penalties and duties are told to those who have to know, and to nobody else (Q50)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhiye_contracts.events import DutyChanged, Event, PenaltyRecorded

if TYPE_CHECKING:
    from conftest import World

PERSON = "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f"
MAIN, FILED, OTHER = (f"01JD0000000000000000INS00{n}" for n in (1, 2, 3))
REPORTER, REGISTRAR = (f"01JD0000000000000000AUT00{n}" for n in (1, 2))


def of(event: type[Event], world: World, **more: Any) -> Event:
    return event.model_validate(
        event.example | {"occurred_at": world.clock.now().isoformat()} | more
    )


async def inbox(world: World, account: str, language: str = "") -> list[dict[str, Any]]:
    client = world.client("practitioner", language, account_id=account)
    items: list[dict[str, Any]] = (await client.get("/api/v1/my/messages")).json()["items"]
    return items


async def templates(world: World, account: str) -> list[str]:
    return [one["template"] for one in reversed(await inbox(world, account))]


async def everybody(world: World) -> None:
    """The person, three institutions and two authorities."""
    await world.deliver(world.account("person", person_key=PERSON))
    for account, key in (("main", MAIN), ("filed", FILED), ("other", OTHER)):
        await world.deliver(staff(world, account, "institution", institution_id=key))
    for account, key in (("reporter", REPORTER), ("registrar", REGISTRAR)):
        await world.deliver(staff(world, account, "authority", authority_id=key))


def staff(world: World, account: str, role: str, **more: Any) -> Event:
    return world.account(account, role=role, person_key=None, identity=None, **more)


ALL = ("person", "main", "filed", "other", "reporter", "registrar")


async def told(world: World) -> dict[str, list[str]]:
    return {account: found for account in ALL if (found := await templates(world, account))}


async def test_a_penalty_is_told_to_the_person_the_institutions_and_the_other_authorities(
    world: World,
) -> None:
    await everybody(world)
    await world.deliver(of(PenaltyRecorded, world))
    assert await told(world) == {
        "person": ["record_added"],
        "main": ["penalty_of_yours"],
        "filed": ["penalty_of_yours"],
        "registrar": ["penalty_of_yours"],
    }


async def test_a_rescission_is_told_to_the_same(world: World) -> None:
    await everybody(world)
    await world.deliver(of(PenaltyRecorded, world, change="rescinded", version=2))
    assert await told(world) == {
        "person": ["record_taken_back"],
        "main": ["penalty_of_yours_rescinded"],
        "filed": ["penalty_of_yours_rescinded"],
        "registrar": ["penalty_of_yours_rescinded"],
    }


async def test_a_message_names_the_penalty_in_the_readers_language(world: World) -> None:
    await everybody(world)
    await world.deliver(
        of(PenaltyRecorded, world, kind="suspension", ends_on="2027-05-19", document_number="{x}")
    )
    (zh,) = await inbox(world, "main")
    assert (
        "李明受到暂停执业活动（北京市卫生健康委员会，{x}，2026-11-20，至 2027-05-19）" in zh["text"]
    )
    (en,) = await inbox(world, "main", "en")
    assert "suspension from practice" in en["text"]
    assert "until 2027-05-19" in en["text"]


async def test_neither_an_sms_nor_the_persons_inbox_says_what_was_recorded(world: World) -> None:
    """Anybody may open an account with somebody else's ID number."""
    await everybody(world)
    for version, change in enumerate(("recorded", "rescinded"), 1):
        await world.deliver(of(PenaltyRecorded, world, change=change, version=version))
    for version, change in enumerate(("opened", "lapsed"), 1):
        await world.deliver(of(DutyChanged, world, change=change, version=version))
    await world.sender().send_due()
    sent = [message.text for message in world.sms.sent]
    assert len(sent) == 3
    shown = [
        str(one) for language in ("zh", "en") for one in await inbox(world, "person", language)
    ]
    assert len(shown) == 8
    for text in (*sent, *shown):
        for secret in ("吊销", "处罚", "李明", "注销", "京卫罚", "penalt", "revo", "cancel"):
            assert secret not in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "opened",
            {
                "person": ["registration_to_settle"],
                "main": ["duty_opened"],
                "registrar": ["duty_opened_at"],
            },
        ),
        ("moved", {"main": ["duty_opened"], "registrar": ["duty_opened_at"]}),
        ("escalated", {"main": ["duty_escalated"], "registrar": ["duty_escalated_to_you"]}),
        ("done", {"main": ["duty_done"]}),
        (
            "lapsed",
            {
                "person": ["registration_settled"],
                "main": ["duty_lapsed"],
                "registrar": ["duty_lapsed"],
            },
        ),
        ("something new", {}),
    ],
)
async def test_each_step_of_a_duty_is_told_to_whom_it_concerns(
    world: World, change: str, expected: dict[str, list[str]]
) -> None:
    await everybody(world)
    await world.deliver(of(DutyChanged, world, change=change))
    assert await told(world) == expected


async def test_a_duty_says_by_when_what_has_to_be_filed_and_why(world: World) -> None:
    await everybody(world)
    await world.deliver(of(DutyChanged, world))
    (zh,) = await inbox(world, "main")
    assert zh["title"] == "请办理医师注销注册"
    assert (
        "李明：受到处罚，应由贵机构办理医师注销注册（理由：被吊销《医师执业证书》）" in zh["text"]
    )
    assert "最迟 2026-12-23" in zh["text"]
    (en,) = await inbox(world, "main", "en")
    assert "2026-12-23" in en["text"]


async def test_the_ground_of_a_nurse_is_of_the_nurses_table(world: World) -> None:
    await everybody(world)
    await world.deliver(
        of(DutyChanged, world, profession="nurse", business_type="nurse-cancellation")
    )
    (zh,) = await inbox(world, "main")
    assert "受吊销《护士执业证书》处罚" in zh["text"]


async def test_what_comes_twice_is_told_once(world: World) -> None:
    await everybody(world)
    one, two = of(PenaltyRecorded, world), of(DutyChanged, world)
    await world.deliver(one, two)
    await world.deliver(one, two)
    assert sorted(await templates(world, "main")) == ["duty_opened", "penalty_of_yours"]


async def test_without_an_authority_on_record_the_others_are_told(world: World) -> None:
    await everybody(world)
    await world.deliver(of(DutyChanged, world, authority_id=None, authority_name=None))
    assert await told(world) == {"person": ["registration_to_settle"], "main": ["duty_opened"]}
    (zh,) = await inbox(world, "main")
    assert "转由审批机关办理" in zh["text"]
