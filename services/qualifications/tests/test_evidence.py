"""Evidence: what a file really is, how much of it, and who gets it back."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from PIL import Image
from services.chassis.tests.files import jpeg, pdf, png
from services.qualifications.tests.case_world import CASES, Cases, codes

from zhiye_chassis.evidence.looking import examine
from zhiye_contracts.reasons import Refused

Make = Callable[..., dict[str, Any]]
SCRIPT = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("run.js", "alert(1)")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG that says it has more pixels than any camera makes."""
    content = bytearray(png())
    content[16:24] = (10_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.fixture
async def cases(world: Any, record: Make) -> Cases:
    await world.feed(record(1), record(2, route="recognition", admission_number=None))
    return Cases(world)


@pytest.fixture
async def draft(cases: Cases) -> dict[str, Any]:
    return dict((await cases.file({"name": "王芬"})).json())


async def upload(
    client: Any, case: dict[str, Any], content: Any, kind: str = "id_card", media: str = ""
) -> Any:
    return await client.post(
        f"{CASES}/{case['id']}/evidence",
        params={"kind": kind},
        content=content,
        headers={"Content-Type": media} if media else {},
    )


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(jpeg(), "image/jpeg"), (png(), "image/png"), (pdf(), "application/pdf")],
    ids=["JPEG", "PNG", "PDF"],
)
async def test_a_whole_file_is_kept_as_it_is_and_given_back_to_be_saved_only(
    cases: Cases, draft: dict[str, Any], content: bytes, media_type: str
) -> None:
    person = cases.person()
    kept = (await upload(person, draft, content)).json()
    assert (kept["media_type"], kept["bytes"]) == (media_type, len(content))
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    got = await person.get(kept["url"])
    assert got.content == content
    assert got.headers["Content-Type"] == media_type
    assert got.headers["Content-Disposition"].startswith('attachment; filename="id_card-')
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["Cache-Control"] == "no-store"


async def test_a_pdf_with_a_script_is_given_back_inert(cases: Cases, draft: dict[str, Any]) -> None:
    content = pdf(SCRIPT)
    kept = (await upload(cases.person(), draft, content)).json()
    got = await cases.person().get(kept["url"])
    assert got.content == content
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in got.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "evidence_empty"),
        (b"GIF89a" + bytes(20), "evidence_type"),
        (b"<html><script>alert(1)</script></html>", "evidence_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "evidence_type"),
        (archive(), "evidence_type"),
        (b"MZ" + bytes(100), "evidence_type"),
        (b" " + pdf(), "evidence_type"),
        (jpeg()[:-200], "evidence_broken"),
        (png()[:-20], "evidence_broken"),
        (png()[:40] + b"\x00" + png()[41:], "evidence_broken"),
        (b"\xff\xd8\xff" + bytes(50), "evidence_broken"),
        (bomb(), "evidence_dimensions"),
        (pdf()[:-10], "evidence_broken"),
        (b"%PDF-1.7\nnothing", "evidence_broken"),
        (b"%PDF-1.7\nstartxref\n99999\n%%EOF\n", "evidence_broken"),
        (jpeg() + b"<script>alert(1)</script>", "evidence_ambiguous"),
        (png() + b"<!DOCTYPE html>", "evidence_ambiguous"),
        (jpeg() + pdf(), "evidence_ambiguous"),
        (png() + archive(), "evidence_ambiguous"),
        (pdf(b"/X (<html><body>)"), "evidence_ambiguous"),
    ],
    ids=range(20),
)
async def test_a_file_that_is_something_else_broken_or_two_things_is_refused(
    cases: Cases, draft: dict[str, Any], content: bytes, code: str
) -> None:
    no = await upload(cases.person(), draft, content)
    assert (no.status_code, codes(no)) == (422, [(code, "body")])
    assert await cases.world.rows("SELECT id FROM evidence") == []


def test_pictures_of_a_phone_pass_and_so_do_pdfs_with_an_archives_letters() -> None:
    out = io.BytesIO()
    Image.effect_noise((3000, 2000), 50).save(out, "JPEG", quality=60)
    assert examine(out.getvalue()) == "image/jpeg"
    with pytest.raises(Refused):
        examine(pdf() + archive())


async def test_the_declared_type_does_not_count_but_may_not_lie(
    cases: Cases, draft: dict[str, Any]
) -> None:
    no = await upload(cases.person(), draft, png(), media="image/jpeg")
    assert codes(no) == [("evidence_type_differs", "Content-Type")]
    no = await upload(cases.person(), draft, b"<html>", media="image/jpeg")
    assert codes(no) == [("evidence_type", "body")]
    assert (await upload(cases.person(), draft, png(), media="application/octet-stream")).json()[
        "media_type"
    ] == "image/png"


async def test_a_file_of_5_mb_passes_and_one_byte_more_does_not(
    cases: Cases, draft: dict[str, Any]
) -> None:
    most = cases.world.kit.own.evidence_bytes
    filled = pdf(b"/Pad (" + b"x" * (most - 1_000) + b")")
    filled += b"\n" * (most - len(filled))
    assert len(filled) == most
    assert (await upload(cases.person(), draft, filled)).status_code == 201
    no = await upload(cases.person(), draft, filled + b"\n")
    assert (no.status_code, codes(no)) == (413, [("evidence_too_big", "body")])


async def test_an_endless_body_is_not_read_to_its_end(cases: Cases, draft: dict[str, Any]) -> None:
    sent = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1_000_000
            yield b"x" * 1_000_000

    no = await upload(cases.person(), draft, stream())
    assert no.status_code == 413
    del sent  # the test transport reads all of it; the service has stopped keeping it


async def test_a_case_has_at_most_ten_files_and_the_same_one_once(
    cases: Cases, draft: dict[str, Any]
) -> None:
    person = cases.person()
    answers = await asyncio.gather(*(upload(person, draft, jpeg(n)) for n in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 2
    no = next(answer for answer in answers if answer.status_code == 409)
    assert codes(no) == [("evidence_too_many", "body")]
    kept = next(answer for answer in answers if answer.status_code == 201).json()
    place = next(n for n in range(12) if hashlib.sha256(jpeg(n)).hexdigest() == kept["sha256"])
    again = await upload(person, draft, jpeg(place))
    assert (again.status_code, again.json()["id"]) == (201, kept["id"])
    folder = cases.world.kit.objects._folder / "evidence" / draft["id"]
    assert len(list(folder.iterdir())) == 10


async def test_evidence_goes_to_the_case_only_while_it_is_with_the_applicant(
    cases: Cases,
) -> None:
    case = await cases.submitted(number=2)
    no = await upload(cases.person(2), case, jpeg(99))
    assert (no.status_code, codes(no)) == (409, [("evidence_not_now", "body")])
    returned = (await cases.decide(cases.province(), case, "return")).json()
    assert (await upload(cases.person(2), returned, jpeg(99))).status_code == 201


async def test_nobody_else_adds_evidence(cases: Cases, draft: dict[str, Any]) -> None:
    for stranger in (cases.person(2), cases.hospital(), cases.province(), cases.province("120000")):
        assert (await upload(stranger, draft, jpeg())).status_code == 404
    case = await cases.submitted(number=2)
    assert (await upload(cases.province(), case, jpeg())).status_code == 404


async def test_evidence_is_given_to_those_who_decide_and_to_nobody_else(cases: Cases) -> None:
    case = await cases.submitted()
    url = case["evidence"][0]["url"]
    assert (await cases.province().get(url)).status_code == 200
    strangers = [
        cases.person(2),
        cases.hospital(),
        cases.province("120000"),
        cases.province("110105"),
        cases.province("000000"),
        cases.exam_centre(),
    ]
    for stranger in strangers:
        assert (await stranger.get(url)).status_code == 404
    await cases.decide(cases.province(), case, "forward")
    assert (await cases.exam_centre().get(url)).status_code == 200
    other = await cases.submitted({"major": "助产"}, number=2)
    mixed = url.replace(case["id"], other["id"])
    assert (await cases.person(2).get(mixed)).status_code == 404


@pytest.mark.parametrize("kind", ["", "passport", "../../etc/passwd"])
async def test_a_kind_of_evidence_that_does_not_exist_is_refused(
    cases: Cases, draft: dict[str, Any], kind: str
) -> None:
    no = await upload(cases.person(), draft, jpeg(), kind)
    assert (no.status_code, codes(no)) == (422, [("choice", "kind")])


async def test_evidence_and_timeline_only_grow(cases: Cases) -> None:
    await cases.submitted(number=2)
    for table in ("evidence", "case_step"):
        with pytest.raises(Exception, match="only grows"):
            async with cases.world.kit.database.transaction() as tx:
                await tx.connection.exec_driver_sql(f"DELETE FROM {table}")
