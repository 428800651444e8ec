"""Files that go with applications: who adds, reads and removes them, and when."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from services.chassis.tests.files import jpeg, pdf, png
from services.registration.tests.businesses import Businesses

from zhiye_chassis.security import Principal
from zhiye_registration.application.evidence import evidence_count

APPLICATIONS = "/api/v1/applications"
OTHER = {"ground": "other", "note": "已调离，不再执业"}
INFORMED = {"informed": {"on": "2026-11-20", "by": "post"}}


async def add(world, who, application, content, kind="health", media="application/octet-stream"):
    return await world.http.post(
        f"{APPLICATIONS}/{application['id']}/evidence",
        params={"kind": kind},
        content=content,
        headers={"Authorization": world._token_for(who), "Content-Type": media},
    )


async def listed(world, who, application):
    return await world.call(who, "GET", f"{APPLICATIONS}/{application['id']}/evidence")


@pytest.fixture
async def filed(world):
    """A cancellation that the hospital has drafted about one of its nurses: hospital's side, the
    nurse, the draft."""
    b = await Businesses(world).open()
    nurse = await b.nurse()
    held = await b.registration(nurse)
    form = OTHER | INFORMED
    made = await b.start(world.HOSPITAL, "cancellation", form, registration_id=held.id)
    assert made.status_code == 201, made.text
    return nurse, made.json()


@pytest.mark.parametrize(
    ("content", "media"),
    [(jpeg(), "image/jpeg"), (png(), "image/png"), (pdf(), "application/pdf")],
    ids=["JPEG", "PNG", "PDF"],
)
async def test_a_file_is_kept_as_it_is_and_given_back_to_be_saved_only(world, content, media):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    kept = await add(world, nurse, draft, content)
    assert kept.status_code == 201
    assert kept.json()["media_type"] == media
    assert kept.json()["kind_label"] == "健康检查证明"
    assert kept.json()["sha256"] == hashlib.sha256(content).hexdigest()
    got = await world.call(nurse, "GET", kept.json()["url"])
    assert got.content == content
    assert got.headers["Content-Type"] == media
    assert got.headers["Content-Disposition"].startswith('attachment; filename="health-')
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"


async def test_the_list_tells_every_file_and_the_same_file_is_one(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    first = (await add(world, nurse, draft, pdf())).json()
    second = (await add(world, nurse, draft, jpeg(), "training")).json()
    assert (await add(world, nurse, draft, pdf())).json() == first
    assert (await listed(world, nurse, draft)).json() == [first, second]


@pytest.mark.parametrize(
    ("content", "kind", "code", "field"),
    [
        (b"", "health", "evidence_empty", "body"),
        (b"<html>", "health", "evidence_type", "body"),
        (pdf()[:-8], "health", "evidence_broken", "body"),
        (pdf(), "passport", "choice", "kind"),
    ],
    ids=["empty", "a page", "cut off", "unknown kind"],
)
async def test_what_cannot_be_evidence_is_refused_by_what_it_is(world, content, kind, code, field):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    no = await add(world, nurse, draft, content, kind)
    assert no.status_code == 422
    assert [(r["code"], r["field"]) for r in no.json()["reasons"]] == [(code, field)]
    assert (await listed(world, nurse, draft)).json() == []


async def test_a_file_of_5_mb_passes_and_one_byte_more_does_not(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    whole = pdf()
    whole += b"\n" * (5 * 1024 * 1024 - len(whole))
    filled = pdf(b"/Pad (" + b"x" * (len(whole) - len(pdf()) - 100) + b")")
    filled += b"\n" * (len(whole) - len(filled))
    assert (await add(world, nurse, draft, filled)).status_code == 201
    no = await add(world, nurse, draft, filled + b"\n")
    assert (no.status_code, world.codes(no)) == (413, ["evidence_too_big"])


async def test_an_application_has_at_most_ten_files_whoever_sends_them_at_once(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    sent = await asyncio.gather(*(add(world, nurse, draft, jpeg(n)) for n in range(12)))
    assert sorted(answer.status_code for answer in sent) == [201] * 10 + [409] * 2
    no = next(answer for answer in sent if answer.status_code == 409)
    assert world.codes(no) == ["evidence_too_many"]
    assert len((await listed(world, nurse, draft)).json()) == 10


async def test_files_change_only_while_the_application_is_with_the_applicant(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    kept = (await add(world, nurse, draft, pdf())).json()
    submitted = (await world.submit(nurse, draft["id"])).json()
    late = await add(world, nurse, submitted, jpeg())
    assert (late.status_code, world.codes(late)) == (409, ["evidence_not_now"])
    no = await world.call(nurse, "DELETE", kept["url"])
    assert (no.status_code, world.codes(no)) == (409, ["evidence_not_now"])
    reasons = [{"code": "materials_incomplete"}]
    returned = (await world.review(world.HOSPITAL, submitted, "return", reasons=reasons)).json()
    assert (await add(world, nurse, returned, jpeg())).status_code == 201
    assert (await world.call(nurse, "DELETE", kept["url"])).status_code == 204


async def test_what_was_taken_away_is_gone_from_list_and_store(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    kept = (await add(world, nurse, draft, pdf())).json()
    path = f"application-evidence/{draft['id']}/{kept['id']}"
    assert await world.kit.objects.get(path) is not None
    assert (await world.call(nurse, "DELETE", kept["url"])).status_code == 204
    assert (await listed(world, nurse, draft)).json() == []
    assert await world.kit.objects.get(path) is None
    for method in ("GET", "DELETE"):
        assert (await world.call(nurse, method, kept["url"])).status_code == 404


async def test_a_refused_file_leaves_nothing_in_the_store(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    await asyncio.gather(*(add(world, nurse, draft, jpeg(n)) for n in range(10)))
    removed = []
    delete = world.kit.objects.delete

    async def watched(path):
        removed.append(path)
        await delete(path)

    world.kit.objects.delete = watched
    assert (await add(world, nurse, draft, jpeg(99))).status_code == 409
    assert len(removed) == 1
    assert await world.kit.objects.get(removed[0]) is None


async def test_whoever_may_see_the_application_may_read_its_files_and_nobody_else(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    kept = (await add(world, nurse, draft, pdf())).json()
    paths = (kept["url"], f"{APPLICATIONS}/{draft['id']}/evidence")
    reviewers = (world.HOSPITAL, world.XICHENG, world.BEIJING)
    for path in paths:  # a draft is the applicant's alone
        for reviewer in reviewers:
            assert (await world.call(reviewer, "GET", path)).status_code == 404
    await world.submit(nurse, draft["id"])
    strangers = (await world.nurse(), world.OTHER_HOSPITAL, world.HEBEI)
    for path in paths:
        for side in (nurse, *reviewers):
            assert (await world.call(side, "GET", path)).status_code == 200
        for stranger in strangers:
            assert (await world.call(stranger, "GET", path)).status_code == 404


async def test_nobody_but_the_applicant_adds_or_removes_files(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    kept = (await add(world, nurse, draft, pdf())).json()
    for stranger in (await world.nurse(), world.HOSPITAL, world.OTHER_HOSPITAL):
        assert (await add(world, stranger, draft, jpeg())).status_code == 404
        assert (await world.call(stranger, "DELETE", kept["url"])).status_code == 404
    submitted = (await world.submit(nurse, draft["id"])).json()
    assert (await add(world, world.HOSPITAL, submitted, jpeg())).status_code == 404
    assert (await world.call(world.HOSPITAL, "DELETE", kept["url"])).status_code == 404
    assert len((await listed(world, nurse, draft)).json()) == 1


async def test_an_institution_proves_what_it_files_and_the_person_reads_it(world, filed):
    nurse, draft = filed
    kept = await add(world, world.HOSPITAL, draft, pdf(), "informed")
    assert kept.status_code == 201
    assert kept.json()["uploaded_by"] == "institution"
    assert (await world.call(nurse, "GET", kept.json()["url"])).status_code == 404
    assert (await world.submit(world.HOSPITAL, draft["id"])).status_code == 200
    assert (await world.call(nurse, "GET", kept.json()["url"])).content == pdf()
    assert (await add(world, nurse, draft, jpeg())).status_code == 404
    assert (await world.call(nurse, "DELETE", kept.json()["url"])).status_code == 404
    assert (await add(world, world.OTHER_HOSPITAL, draft, jpeg())).status_code == 404


async def test_files_are_counted_by_what_they_prove(world, filed):
    _, draft = filed
    await add(world, world.HOSPITAL, draft, pdf(), "informed")
    await add(world, world.HOSPITAL, draft, jpeg(), "ground")
    async with world.kit.database.reading() as connection:
        assert await evidence_count(connection, draft["id"]) == 2
        assert await evidence_count(connection, draft["id"], "informed") == 1
        assert await evidence_count(connection, draft["id"], "health") == 0
        assert await evidence_count(connection, "another") == 0


async def test_who_waits_for_the_account_to_be_activated_may_prove_her_own_application(world):
    nurse = await world.nurse()
    draft = await world.draft(nurse)
    waiting = Principal(
        nurse.account_id, "practitioner", "王*", person_key=nurse.person_key, active=False
    )
    other = Principal("ACC-X", "practitioner", "王*", person_key=nurse.person_key, active=False)
    kept = await add(world, waiting, draft, pdf())
    assert kept.status_code == 201
    assert (await add(world, other, draft, jpeg())).status_code == 404
    assert (await world.call(other, "GET", kept.json()["url"])).status_code == 404
