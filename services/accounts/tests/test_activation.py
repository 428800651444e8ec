"""How an account becomes active: each route of Q5 and Q29, and what is no way in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from services.accounts.tests.world import CERTIFICATE, World

from zhiye_accounts.domain.activation import (
    HOW,
    Activation,
    Route,
    activation_for,
)
from zhiye_accounts.domain.identity import Qualification, Registration

ACTIVATION = "/api/v1/accounts/me/activation"
EARLY, LATE = date(2020, 5, 1), date(2026, 5, 1)


def held(profession: str, key: str = "q", passed_on: date = LATE, **more: Any) -> Qualification:
    return Qualification(profession, "王芳", key, passed_on, **more)


def practice(profession: str, status: str, *, online: bool = True) -> Registration:
    return Registration(profession, "王芳", "r", status, online)


BY_QUALIFICATION = Activation(Route.QUALIFICATION_CERTIFICATE, frozenset({"q"}))


@pytest.mark.parametrize(
    ("qualifications", "registrations", "activation"),
    [
        ([], [], None),
        ([held("nurse", in_force=False)], [], None),
        # in force, region online: Q5.1, Q29.1
        ([held("nurse")], [practice("nurse", "registered")], Activation(Route.INSTITUTION_CODE)),
        (
            [held("physician")],
            [practice("physician", "registered")],
            Activation(Route.INSTITUTION_CODE),
        ),
        # in force, region not online: Q5.2, Q29.2
        (
            [held("nurse")],
            [practice("nurse", "registered", online=False)],
            Activation(Route.BY_APPROVAL),
        ),
        (
            [held("physician")],
            [practice("physician", "registered", online=False)],
            Activation(Route.BY_APPROVAL),
        ),
        # never registered: Q5.4, Q29.4
        ([held("nurse")], [], BY_QUALIFICATION),
        ([held("physician")], [], BY_QUALIFICATION),
        # a physician out of force: Q5.5
        ([held("physician")], [practice("physician", "filed")], BY_QUALIFICATION),
        ([held("physician")], [practice("physician", "cancelled")], BY_QUALIFICATION),
        ([held("physician")], [practice("physician", "moving_out")], BY_QUALIFICATION),
        ([], [practice("physician", "cancelled")], None),
        # a nurse cancelled: Q29.4
        (
            [held("nurse")],
            [practice("nurse", "cancelled")],
            Activation(Route.PRACTICE_CERTIFICATE, frozenset({"r"})),
        ),
        (
            [],
            [practice("nurse", "cancelled")],
            Activation(Route.PRACTICE_CERTIFICATE, frozenset({"r"})),
        ),
        # both professions
        ([held("physician")], [practice("nurse", "cancelled")], BY_QUALIFICATION),
        (
            [held("nurse", "n"), held("physician", "p")],
            [],
            Activation(Route.QUALIFICATION_CERTIFICATE, frozenset({"n", "p"})),
        ),
        (
            [held("nurse")],
            [practice("nurse", "cancelled"), practice("nurse", "registered")],
            Activation(Route.INSTITUTION_CODE),
        ),
        # the latest certificate counts
        ([held("nurse", "q", LATE), held("nurse", "old", EARLY)], [], BY_QUALIFICATION),
        (
            [held("nurse", "q", EARLY), held("nurse", "gone", LATE, in_force=False)],
            [],
            BY_QUALIFICATION,
        ),
    ],
)
def test_each_situation_has_its_route(
    qualifications: list[Qualification],
    registrations: list[Registration],
    activation: Activation | None,
) -> None:
    assert activation_for(qualifications, registrations) == activation


def test_every_route_tells_how() -> None:
    assert set(HOW) == set(Route)


async def _activate(world: World, row: dict[str, Any], number: str = CERTIFICATE) -> Any:
    return await world.as_(row).post(ACTIVATION, json={"certificate_number": number})


async def test_a_nurse_who_passed_the_exam_activates_with_its_certificate(world: World) -> None:
    row = await world.ready()
    await world.deliver(world.qualified(row["person_key"]))
    before = (await world.as_(row).get("/api/v1/accounts/me")).json()
    assert before["activation"]["route"] == "qualification_certificate"

    answer = await _activate(world, row)
    told = answer.json()
    assert (answer.status_code, told["status"], told["activation"]) == (200, "active", None)
    assert told["next_step"] == "The account is ready."
    now = await world.read(row["id"])
    assert (now["activated_by"], now["activated_at"]) == (
        "qualification_certificate",
        world.clock.now(),
    )
    assert (await world.events("account-changed"))[-1]["change"] == "activated"


@pytest.mark.parametrize(
    "typed", ["h2026110100001", " H2026 1101 00001 ", "Ｈ２０２６１１０１００００１"]
)
async def test_a_certificate_number_may_be_typed_as_people_do(world: World, typed: str) -> None:
    row = await world.ready()
    await world.deliver(world.qualified(row["person_key"]))
    assert (await _activate(world, row, typed)).status_code == 200


@pytest.mark.parametrize(
    ("recorded", "typed"),
    [
        ("KS-2026-001", "ks-2026-001"),
        ("202611110110105199005170012", "2026-1111-0110105199005170012"),
    ],
)
async def test_hyphens_count_only_where_the_number_has_them(
    world: World, recorded: str, typed: str
) -> None:
    row = await world.ready()
    await world.deliver(world.qualified(row["person_key"], recorded))
    assert (await _activate(world, row, typed)).status_code == 200


@pytest.mark.parametrize("status", ["filed", "cancelled", "moving_out"])
async def test_a_physician_out_of_force_activates_with_the_qualification_certificate(
    world: World, status: str
) -> None:
    row = await world.ready()
    key = row["person_key"]
    await world.deliver(
        world.qualified(key, profession="physician"),
        world.registered(key, profession="physician", status=status),
    )
    assert (await _activate(world, row)).json()["status"] == "active"


async def test_a_nurse_who_was_cancelled_activates_with_the_practice_certificate(
    world: World,
) -> None:
    row = await world.ready()
    key = row["person_key"]
    await world.deliver(world.qualified(key), world.registered(key, status="cancelled"))
    assert (await _activate(world, row)).json()["code"] == "certificate_mismatch"
    assert (await _activate(world, row, "2026 1100 0001")).status_code == 200
    assert (await world.read(row["id"]))["activated_by"] == "practice_certificate"


@pytest.mark.parametrize(
    ("online", "said"), [(True, "activation code"), (False, "the approval activates you")]
)
@pytest.mark.parametrize("profession", ["nurse", "physician"])
async def test_whoever_is_registered_is_told_the_other_way(
    world: World, online: bool, said: str, profession: str
) -> None:
    row = await world.ready()
    key = row["person_key"]
    await world.deliver(
        world.qualified(key, profession=profession),
        world.registered(key, profession=profession, region_online=online),
    )
    answer = await _activate(world, row)
    assert (answer.status_code, answer.json()["code"]) == (409, "activation_route_differs")
    assert said in answer.json()["next_step"]
    assert said in (await world.as_(row).get("/api/v1/accounts/me")).json()["activation"]["how"]


async def test_the_certificate_of_someone_else_does_not_activate(world: World) -> None:
    row, other = await world.ready(), await world.ready()
    await world.deliver(
        world.qualified(row["person_key"], "OWN000001"),
        world.qualified(other["person_key"], "OTHER00001"),
    )
    strange, unknown = [await _activate(world, row, n) for n in ("OTHER00001", "NOBODY0001")]
    assert (strange.status_code, strange.json()["code"]) == (422, "certificate_mismatch")
    assert strange.json()["field"] == "certificate_number"
    same = {k: v for k, v in strange.json().items() if k != "request_id"}
    assert same.items() <= unknown.json().items(), "whose number it is, is not told"
    assert (await world.read(row["id"]))["status"] == "verified"


async def test_an_earlier_certificate_does_not_activate_once_there_is_a_later_one(
    world: World,
) -> None:
    row = await world.ready()
    key = row["person_key"]
    await world.deliver(
        world.qualified(key, "OLD000001", passed_on=EARLY),
        world.qualified(key, "NEW000001", passed_on=LATE),
    )
    assert (await _activate(world, row, "OLD000001")).json()["code"] == "certificate_mismatch"
    assert (await _activate(world, row, "NEW000001")).status_code == 200


async def test_certificate_numbers_cannot_be_tried_without_end(world: World) -> None:
    row = await world.ready()
    await world.deliver(world.qualified(row["person_key"]))
    for n in range(5):
        assert (await _activate(world, row, f"GUESS{n:04d}")).status_code == 422
        world.clock.instant += timedelta(minutes=1)
    answer = await _activate(world, row)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_activation_guess")
    assert int(answer.headers["retry-after"]) == 55 * 60
    world.clock.instant += timedelta(minutes=55)
    assert (await _activate(world, row)).status_code == 200


NURSE, PHYSICIAN = "nurse", "physician"
SITUATIONS: list[tuple[list[str], list[tuple[str, str, bool]], str | None]] = [
    # held, registered (profession, status, region online), route
    ([NURSE], [(NURSE, "registered", True)], "institution_code"),
    ([PHYSICIAN], [(PHYSICIAN, "registered", True)], "institution_code"),
    ([], [(NURSE, "registered", True)], "institution_code"),
    ([NURSE], [(NURSE, "registered", False)], "by_approval"),
    ([PHYSICIAN], [(PHYSICIAN, "registered", False)], "by_approval"),
    ([NURSE], [(NURSE, "cancelled", True)], "practice_certificate"),
    ([NURSE], [(NURSE, "filed", True)], "practice_certificate"),
    ([NURSE], [(NURSE, "moving_out", True)], "practice_certificate"),
    ([PHYSICIAN], [(PHYSICIAN, "cancelled", True)], "qualification_certificate"),
    ([PHYSICIAN], [(PHYSICIAN, "filed", True)], "qualification_certificate"),
    ([PHYSICIAN], [(PHYSICIAN, "moving_out", False)], "qualification_certificate"),
    ([NURSE], [], "qualification_certificate"),
    ([PHYSICIAN], [], "qualification_certificate"),
    ([], [(PHYSICIAN, "cancelled", True)], None),
    # both professions
    (
        [NURSE, PHYSICIAN],
        [(NURSE, "registered", True), (PHYSICIAN, "registered", True)],
        "institution_code",
    ),
    (
        [NURSE, PHYSICIAN],
        [(NURSE, "registered", False), (PHYSICIAN, "registered", True)],
        "institution_code",
    ),
    (
        [NURSE, PHYSICIAN],
        [(NURSE, "registered", True), (PHYSICIAN, "filed", True)],
        "institution_code",
    ),
    (
        [NURSE, PHYSICIAN],
        [(NURSE, "cancelled", True), (PHYSICIAN, "registered", False)],
        "by_approval",
    ),
    ([NURSE, PHYSICIAN], [(NURSE, "cancelled", True)], "qualification_certificate"),
    ([NURSE, PHYSICIAN], [], "qualification_certificate"),
]


@pytest.mark.parametrize(("held_in", "registered_as", "route"), SITUATIONS)
async def test_each_situation_of_nurses_and_physicians_activates_by_its_route_only(
    world: World,
    held_in: list[str],
    registered_as: list[tuple[str, str, bool]],
    route: str | None,
) -> None:
    """The table of Q5 and Q29 over HTTP: what the account says, and what each proof then does."""
    row = await world.ready()
    key = row["person_key"]
    await world.deliver(
        *(world.qualified(key, f"EXAM0{p.upper()}", profession=p) for p in held_in),
        *(
            world.registered(
                key, f"PRACTICE0{p.upper()}", profession=p, status=status, region_online=online
            )
            for p, status, online in registered_as
        ),
    )
    mine = world.as_(row)
    told = (await mine.get("/api/v1/accounts/me")).json()["activation"]
    assert (told and told["route"]) == route

    code = (await mine.post(ACTIVATION, json={"activation_code": "AAAAAAAA"})).json()["code"]
    by_code = route == "institution_code"
    assert code == ("activation_code_not_issued" if by_code else "activation_route_differs")
    right = {
        "practice_certificate": "PRACTICE0NURSE",
        "qualification_certificate": f"EXAM0{held_in[-1].upper()}" if held_in else "",
    }
    wrong = {"EXAM0NURSE", "PRACTICE0NURSE", "PRACTICE0PHYSICIAN"} - {right.get(str(route))}
    if len(held_in) > 1 and route == "qualification_certificate":
        wrong -= {"EXAM0NURSE"}  # the latest of each profession counts
    for number in wrong:
        refused = await _activate(world, row, number)
        assert refused.json()["code"] in ("certificate_mismatch", "activation_route_differs")
    assert (await world.read(row["id"]))["status"] == "verified"
    if route in right:
        assert (await _activate(world, row, right[route])).status_code == 200
        assert (await world.read(row["id"]))["activated_by"] == route


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"identity": "no_record"}, "identity_no_record"),
        ({"identity": "name_differs"}, "identity_name_differs"),
        ({"identity": "confirmation_needed"}, "identity_confirmation_needed"),
        ({"identity": "province_first"}, "identity_province_first"),
        ({"status": "registered", "phone_verified_at": None}, "contact_not_verified"),
        ({"status": "active"}, "already_active"),
    ],
)
async def test_what_is_missing_before_activation_is_told(
    world: World, values: dict[str, Any], code: str
) -> None:
    row = await world.ready(**values)
    answer = await _activate(world, row)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["next_step"]


async def test_somebody_with_no_record_left_has_no_route(world: World) -> None:
    row = await world.ready()
    answer = await _activate(world, row)
    assert answer.json()["code"] == "activation_route_differs"


async def test_an_approval_activates_the_account(world: World) -> None:
    row = await world.ready()
    event = world.registered(row["person_key"], business_completed=True)
    await world.deliver(event)
    now = await world.read(row["id"])
    assert (now["status"], now["activated_by"]) == ("active", "by_approval")
    await world.deliver(event.model_copy(update={"version": 2}))
    assert (await world.read(row["id"]))["version"] == now["version"]


async def test_an_approval_confirms_a_name_with_a_rare_character(world: World) -> None:
    row = await world.account(name="王䓫", identity="confirmation_needed")
    await world.deliver(
        world.registered(row["person_key"], business_completed=True, name="王(suo)")
    )
    now = await world.read(row["id"])
    assert (now["status"], now["identity"]) == ("active", "matched")


@pytest.mark.parametrize(
    "changes",
    [
        {"business_completed": False},
        {"region_online": False},
        {"status": "cancelled"},
        {"name": "李静"},
    ],
)
async def test_no_other_registration_activates(world: World, changes: dict[str, Any]) -> None:
    """Nor one of a person whose ID number somebody else opened an account with (Q13)."""
    row = await world.ready()
    await world.deliver(
        world.registered(row["person_key"], **{"business_completed": True} | changes)
    )
    assert (await world.read(row["id"]))["status"] != "active"


async def test_an_approval_of_somebody_without_account_is_nothing_here(world: World) -> None:
    await world.deliver(world.registered("0" * 32, business_completed=True))
    revoked = await world.ready()
    await world.revoke(revoked)
    await world.deliver(world.registered(revoked["person_key"], business_completed=True))
    assert (await world.read(revoked["id"]))["status"] == "revoked"
