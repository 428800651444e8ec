"""A staff list of physicians against the roster and the register (Q20): findings, steps, filings;
and what nobody may find out by uploading lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from services.registration.tests.businesses import HEBEI_HOSPITAL, TODAY
from services.registration.tests.physicians import DAY, INFORMED, Physicians
from services.registration.tests.reconciling import PATH, compared, counts, lines, nurse, step
from services.registration.tests.rostering import enrol

from zhiye_registration.adapters import registrations
from zhiye_registration.domain.reconciliation import Place, Recorded, is_settled
from zhiye_registration.domain.reconciliation_findings import FINDINGS

HEAD = "姓名,身份证号"
OFF = {"status": "filed", "filed_on": TODAY - 5 * DAY, "filing_ground": "left-post"}
GONE = {"status": "cancelled", "cancelled_on": TODAY, "cancellation_ground": "own-request"}


@pytest.fixture
async def p(world):
    return await Physicians(world).open()


async def send(world, *rows, head=HEAD, who=None, profession="physician"):
    """Rows are a serial, or serial, name and more cells."""
    text = head
    for row in rows:
        serial, name, *more = row if isinstance(row, tuple) else (row, "李明")
        text += "\n" + ",".join([name, world.id_number(serial), *more])
    return await world.http.post(
        f"{PATH}?profession={profession}",
        content=text.encode(),
        headers={
            "Authorization": world._token_for(who or world.HOSPITAL),
            "Content-Type": "text/csv",
        },
    )


async def compare(world, *rows, **more):
    answer = await send(world, *rows, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def found(world, one):
    return {line["line"]: line for line in await lines(world, one)}


async def test_every_line_comes_to_the_finding_and_the_step_of_physicians(world, p):
    await world.tell(world.institution_event("OLD", name="北京示例医院（老院）", region="110102"))
    await p.physician()  # 501, here
    await p.physician(institution=("HOSPITAL2", "110102"))  # 502, elsewhere
    await p.physician(institution=("OLD", "110102"))  # 503, another name of here
    await p.qualified()  # 504, never registered
    await p.physician(**GONE)  # 505
    await p.physician(**OFF)  # 506
    await p.physician(status="moving_out")  # 507
    filed = await p.physician(institution=("HOSPITAL2", "110102"))  # 508, filed here only
    await p.filed_at(filed, ("HOSPITAL", "北京示例医院", "110102"))
    await p.physician()  # 509, here and not on the list
    one = await compare(world, *range(501, 509), 700, (501, "李明"), (510, "x1"))
    assert (one["profession"], one["roster"], one["agree"]) == ("physician", 2, 2)
    told = {n: (line["finding"], line["step"]) for n, line in (await found(world, one)).items()}
    assert told == {
        2: ("agrees", None),
        3: ("registered_elsewhere", "ask_to_change"),
        4: ("registered_under_other_name", "ask_authority_to_merge"),
        5: ("never_registered", "ask_to_register"),
        6: ("cancelled", "ask_to_re_register"),
        7: ("off_post", "ask_to_re_register"),
        8: ("moving_out", "ask_to_re_register"),
        9: ("agrees_as_filed", None),
        10: ("not_on_record", "check_number"),
        11: ("listed_twice", "correct_list"),
        12: ("line_invalid", "correct_list"),
        13: ("not_on_list", "ask_to_leave"),
    }


async def test_who_left_is_reminded_filed_off_post_or_cancelled(world, p):
    who = await p.physician()
    one = await compare(world, 700)
    line = (await found(world, one))[3]
    assert [(f["business_type"], bool(f["when"])) for f in line["may_file"]] == [
        ("physician-off-post", True),
        ("physician-cancellation", True),
    ]
    assert line["to_file"] is None
    started = await step(world, one, 3)
    assert started.json()["step_state"] == "started"
    to_file = line["may_file"][0]
    form = {"ground": "unreachable", "left_on": "2026-11-01", "informed": INFORMED}
    body = to_file["body"] | {"form": form}
    made = await world.call(world.HOSPITAL, to_file["method"], to_file["path"], body)
    assert made.status_code == 201, made.text
    linked = (await found(world, one))[3]
    assert linked["application"]["business_type"] == "physician-off-post"
    await p.prove(world.HOSPITAL, made.json()["id"])
    sent = await world.submit(world.HOSPITAL, made.json()["id"])
    assert sent.status_code == 200, sent.text
    await p.agreed(sent.json(), world.XICHENG)
    after = (await found(world, one))[3]
    assert (after["step_state"], after["may_file"]) == ("settled", [])
    assert (await p.registration(who)).status == "filed"


async def test_a_change_to_here_settles_the_line_and_so_does_a_filing(world, p):
    mover = await p.physician(institution=("HOSPITAL2", "110102"))
    keeper = await p.physician(institution=("HOSPITAL2", "110102"))
    one = await compare(world, 501, 502)
    assert counts(one) == {"registered_elsewhere": 2}
    await step(world, one, 2)
    asked = [e["ask"] for e in await world.events("person-asked")]
    assert asked == ["physician_change"]
    await p.done(mover, "change")
    await p.filed_at(keeper, ("HOSPITAL", "北京示例医院", "110102"))
    states = {n: line["step_state"] for n, line in (await found(world, one)).items()}
    assert states == {2: "settled", 3: "settled"}


async def test_who_is_filed_here_and_not_on_the_list_has_the_filing_ended(world, p):
    who = await p.physician(institution=("HOSPITAL2", "110102"))
    filing = await p.filed_at(who, ("HOSPITAL", "北京示例医院", "110102"))
    one = await compare(world, 700)
    line = (await found(world, one))[3]
    assert (line["finding"], line["step"]) == ("filed_not_on_list", "end_filing")
    assert (line["step_ref"], line["may_file"]) == (filing.id, [])
    assert world.id_number(501) not in str(line)
    path = f"/api/v1/filings/{line['step_ref']}/end"
    ended = await world.call(world.HOSPITAL, "POST", path, If_Match='"1"')
    assert ended.status_code == 200, ended.text
    assert (await found(world, one))[3]["step_state"] == "settled"


async def test_of_several_locations_the_one_here_is_compared(world, p):
    who = await p.physician()
    await p.register(who, institution=("HEBEI-HOSPITAL", "130102"))
    assert counts(await compare(world, 501)) == {"agrees": 1}
    assert counts(await compare(world, 501, who=HEBEI_HOSPITAL)) == {"agrees": 1}
    assert counts(await compare(world, 501, who=world.OTHER_HOSPITAL)) == {
        "registered_elsewhere": 1
    }


async def test_level_category_scopes_and_number_are_compared_where_the_list_has_them(world, p):
    who = await p.physician(scopes=("11", "21"), title="233")
    number = p.number(await p.registration(who))
    head = "姓名,身份证号,医师执业证书编码,医师级别,执业类别,执业范围,技术职称,执业科室"
    same = (501, "李明", number, "执业医师", "临床", "全科医学专业、内科", "主治医师", "心内二区")
    assert counts(await compare(world, same, head=head)) == {"agrees": 1}
    other = (501, "李明", "110110102000009", "执业助理医师", "口腔", "内科", "主任医师", "")
    one = await compare(world, other, head=head)
    line = (await found(world, one))[2]
    assert line["finding"] == "information_differs"
    told = {d["field"]: (d["listed"], d["registered"]) for d in line["differences"]}
    assert told["certificate_number"] == ("110110102000009", number)
    assert told["level"] == ("执业助理医师", "执业医师")
    assert told["title"] == ("主任医师", "主治医师")
    assert told["scopes"][1].count("、") == 1
    assert set(told) == {"certificate_number", "level", "category", "scopes", "title"}


async def test_an_exported_roster_of_physicians_can_be_sent_as_it_is(world, p):
    await p.physician()
    exported = await world.call(
        world.HOSPITAL, "GET", "/api/v1/roster/export?profession=physician&format=csv"
    )
    assert exported.status_code == 200, exported.text
    answer = await world.http.post(
        f"{PATH}?profession=physician",
        content=exported.content,
        headers={"Authorization": world._token_for(world.HOSPITAL), "Content-Type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text
    assert counts(answer.json()) == {"agrees": 1}


async def test_lists_of_nurses_and_physicians_are_kept_apart(world, p):
    who = await p.physician()
    assert who
    physicians = await compare(world, 501)
    nurses = await compare(world, 501, profession="nurse")
    assert counts(nurses) == {"not_on_record": 1}
    listed = await world.call(world.HOSPITAL, "GET", f"{PATH}?profession=physician")
    assert [one["id"] for one in listed.json()["items"]] == [physicians["id"]]
    assert (await send(world, 501, profession="dentist")).status_code == 422
    export = await world.call(world.HOSPITAL, "GET", f"{PATH}/{physicians['id']}/export?format=csv")
    assert export.status_code == 200
    assert "一致" in export.text


async def test_an_own_physician_under_another_name_is_shown_and_a_stranger_is_not(world, p):
    filed = await p.physician(institution=("HOSPITAL2", "110102"))
    await p.filed_at(filed, ("HOSPITAL", "北京示例医院", "110102"))
    await p.physician(institution=("HOSPITAL2", "110102"))
    one = await compare(world, (501, "王五"), (502, "王五"))
    told = {n: (line["finding"], line["register"]) for n, line in (await found(world, one)).items()}
    assert told[2][0] == "name_differs"
    assert told[3] == ("name_unconfirmed", None)


# --- nothing is guessed by uploading again and again ---------------------------------------------


def limit(world, **settings):
    object.__setattr__(world.kit, "own", world.kit.own.model_copy(update=settings))


async def test_a_name_is_not_guessed_by_uploading_one_number_with_many_names(world, p):
    limit(world, reconciliation_misses_per_day=3)
    who = await p.physician(institution=("HOSPITAL2", "110102"))
    for name in ("王一", "王二", "王三"):
        assert counts(await compare(world, (501, name))) == {"name_unconfirmed": 1}
    over = await send(world, (501, "李明"))
    assert (over.status_code, world.codes(over)) == (429, ["list_misses_used_up"])
    seen = (await world.call(who, "GET", "/api/v1/my/registration/verifications")).json()["items"]
    assert [line["found"] for line in seen] == [False] * 3
    world.clock.instant += timedelta(days=1)
    assert counts(await compare(world, (501, "李明"))) == {"registered_elsewhere": 1}


async def test_who_was_found_before_the_misses_were_used_up_is_still_compared(world, p):
    limit(world, reconciliation_misses_per_day=1)
    await p.physician(institution=("HOSPITAL2", "110102"))
    assert (await send(world, 501)).status_code == 201
    assert (await send(world, 700)).status_code == 201
    assert (await send(world, 501)).status_code == 201
    assert (await send(world, 700)).status_code == 429


async def test_a_nurse_who_renews_is_not_to_be_cancelled_any_more(world):
    key = await enrol(world, 1, valid_until=TODAY - DAY)
    one = await compared(world, nurse(900))
    line = next(x for x in await lines(world, one) if x["finding"] == "not_on_list_expired")
    assert line["to_file"]["body"]["registration_id"] == key
    async with world.kit.database.transaction() as tx:
        held = await registrations.lock(tx, key)
        renewed = replace(held, version=2, valid_until=TODAY + 1000 * DAY)
        await registrations.save(tx, renewed)
    line = next(x for x in await lines(world, one) if x["finding"] == "not_on_list_expired")
    assert (line["step_state"], line["to_file"], line["may_file"]) == ("settled", None, [])
    assert (await step(world, one, line["line"])).status_code == 409


@pytest.mark.parametrize("finding", ["expired", "not_on_list_expired"])
def test_physicians_have_no_finding_about_expiry(finding):
    assert finding not in FINDINGS["physician"]


def test_a_filing_elsewhere_settles_nothing():
    place = Place("HOSPITAL", "北京示例医院", "110102")
    other = Recorded("李明", "registered", None, "HOSPITAL2", "北京另一医院", "110102")
    assert not is_settled("registered_elsewhere", "李明", other, place, TODAY, differs=False)
