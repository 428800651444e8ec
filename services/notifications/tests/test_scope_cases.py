"""The applicant and both authorities are told of the scopes that two provinces settle (Q49)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zhiye_contracts.events import ScopeCaseChanged

if TYPE_CHECKING:
    from conftest import World

HEBEI, BEIJING = "AUT-HEBEI", "AUT-BEIJING"


async def inbox(world: World, account: str, language: str = "") -> list[dict[str, Any]]:
    client = world.client("practitioner", language, account_id=account)
    items: list[dict[str, Any]] = (await client.get("/api/v1/my/messages")).json()["items"]
    return items


def case(world: World, change: str, version: int = 1, **more: Any) -> ScopeCaseChanged:
    return ScopeCaseChanged.model_validate(
        ScopeCaseChanged.example
        | {
            "version": version,
            "occurred_at": world.clock.now().isoformat(),
            "account_id": "account-1",
            "change": change,
            "from_authority_id": HEBEI,
            "to_authority_id": BEIJING,
        }
        | more
    )


async def people(world: World) -> None:
    staff: dict[str, Any] = {"role": "authority", "person_key": None}
    await world.deliver(
        world.account(),
        world.account("officer-h", authority_id=HEBEI, **staff),
        world.account("officer-b", authority_id=BEIJING, **staff),
        world.account("officer-x", authority_id="AUT-ELSEWHERE", **staff),
    )


async def test_when_a_case_is_opened_the_applicant_and_both_authorities_are_told(
    world: World,
) -> None:
    await people(world)
    await world.deliver(case(world, "opened", proposed_scopes=None, by=None))
    await world.sender().send_due()
    (sms,) = world.sms.sent
    assert "不在北京市名录中，已由两省协商" in sms.text
    (mine,) = await inbox(world, "account-1")
    # The account need not be active yet: whoever opened it may only say to be the physician.
    assert "计划生育技术服务专业" not in mine["text"]
    assert "2026-12-21" in mine["text"]
    for officer in ("officer-h", "officer-b"):
        (told,) = await inbox(world, officer, "en")
        assert told["text"].startswith("A physician's application N202611230000017")
        assert "crosses from Hebei to Beijing" in told["text"]
    assert await inbox(world, "officer-x") == []


async def test_a_proposal_is_told_to_the_side_that_has_to_answer(world: World) -> None:
    await people(world)
    await world.deliver(case(world, "proposed", 2, by="to"))
    await world.sender().send_due()
    (told,) = await inbox(world, "officer-h")
    assert "北京市卫生健康部门提出注册范围为：妇产科专业" in told["text"]
    assert await inbox(world, "officer-b") == []
    assert len(await inbox(world, "account-1")) == 1
    assert world.sms.sent == [], "a proposal is no result yet"


async def test_both_ends_of_a_case_are_told_with_scopes_or_reasons(world: World) -> None:
    await people(world)
    await world.deliver(
        case(world, "agreed", 3, state="settled", by="from", agreed_scopes=["13"], deadline=None)
    )
    await world.deliver(
        case(
            world,
            "disagreed",
            4,
            state="not_agreed",
            by="from",
            reasons=[{"code": "no_answer", "text": "对方逾期未答复", "text_en": "no answer"}],
            deadline=None,
        )
    )
    await world.sender().send_due()
    settled, refused = (message.text for message in world.sms.sent)
    assert "协商一致：妇产科专业" in settled
    assert "未协商一致：1.对方逾期未答复" in refused
    newest, before = await inbox(world, "account-1", "en")
    assert "no answer" in newest["text"]
    assert "you will be registered with: obstetrics and gynaecology" in before["text"]
    assert len(await inbox(world, "officer-b")) == 2


async def test_the_same_step_twice_is_told_once_and_an_end_with_the_application_not_at_all(
    world: World,
) -> None:
    await people(world)
    await world.deliver(case(world, "opened", by=None), case(world, "opened", by=None))
    await world.deliver(case(world, "opened", by=None))
    await world.deliver(case(world, "closed", 2, state="closed", by=None, deadline=None))
    for account in ("account-1", "officer-h", "officer-b"):
        assert len(await inbox(world, account)) == 1
