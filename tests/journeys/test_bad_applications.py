"""Bad applications, reviews and photos: each "no" with its code, field and next step."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from tests.journeys.caller import Staff
from tests.journeys.people import Nurse, People

from zhiye_launcher.demo_data import HEAN


@pytest.fixture(scope="module")
async def nurse(people: People) -> Nurse:
    """An active nurse."""
    return await people.active()


async def test_an_application_that_is_already_open_is_named(people: People, nurse: Nurse) -> None:
    first = await nurse.draft()
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": {}}
    problem = await nurse.caller.refused(
        "POST",
        "/api/v1/applications",
        body,
        status=409,
        code="no_open_application_not_met",
        field="business_type",
    )
    assert first["number"] in problem["detail"]
    path = f"/api/v1/applications/{first['id']}/withdrawal"
    await nurse.caller.post(path)
    await nurse.caller.refused("POST", path, status=409, code="application_withdrawn")


async def test_the_twentieth_application_is_as_good_as_the_first(nurse: Nurse) -> None:
    """PostgreSQL plans a statement anew after some uses of it; what it decides must not change."""
    for _ in range(20):
        draft = await nurse.draft()
        await nurse.caller.post(f"/api/v1/applications/{draft['id']}/withdrawal")


FORMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown department": ({"department": "kitchen"}, "choice", "form.department"),
    "no date": ({"health": {"checked_on": "2026-02-30"}}, "date", "form.health.checked_on"),
    "an endless name": (
        {"health": {"institution_name": "院" * 101}},
        "too_long",
        "form.health.institution_name",
    ),
    "an unknown field": ({"wishes": "many"}, "field_unknown", "form.wishes"),
    "a text for a list": ({"health": "good"}, "invalid", "form.health"),
}


@pytest.mark.parametrize("fault", FORMS)
async def test_a_faulty_form_is_refused_with_the_path_of_the_field(
    nurse: Nurse, fault: str
) -> None:
    form, code, field = FORMS[fault]
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": form}
    await nurse.caller.refused(
        "POST", "/api/v1/applications", body, status=422, code=code, field=field
    )


async def test_an_institution_that_does_not_exist_is_refused(nurse: Nurse) -> None:
    await nurse.caller.refused(
        "POST",
        "/api/v1/applications",
        {"business_type": "nurse-first", "institution_id": "01NOSUCH", "form": {}},
        status=422,
        code="institution_in_force_not_met",
        field="institution_id",
    )


async def test_a_review_without_a_reason_or_with_an_unknown_one_is_refused(
    people: People, staff: Staff
) -> None:
    application = await (await people.active()).submitted()
    hospital = await staff("heanyiyuan")
    path = f"/api/v1/applications/{application['id']}/institution-review"
    headers = {"If-Match": application["etag"]}
    await hospital.refused(
        "POST",
        path,
        {"decision": "return", "reasons": []},
        headers=headers,
        status=422,
        code="reasons_required",
        field="reasons",
    )
    await hospital.refused(
        "POST",
        path,
        {"decision": "refuse", "reasons": [{"code": "mood"}]},
        headers=headers,
        status=422,
        code="choice",
        field="reasons.0.code",
    )
    await hospital.refused(
        "POST",
        path,
        {"decision": "perhaps"},
        headers=headers,
        status=422,
        code="choice",
        field="decision",
    )


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, kind)
    return file.getvalue()


def huge_by_header() -> bytes:
    """A few bytes that claim to be 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


PHOTOS: dict[str, tuple[bytes, int, str, str | None]] = {
    "80 KB and a byte": (b"\xff" * (80 * 1024 + 1), 413, "photo_too_big", "body"),
    "more than the door lets in": (b"\xff" * (201 * 1024), 413, "body_too_large", None),
    "another size": (picture(472, 354), 422, "photo_wrong_size", "body"),
    "a bomb": (huge_by_header(), 422, "photo_wrong_size", "body"),
    "half a picture": (picture(354, 472)[:200], 422, "photo_not_an_image", "body"),
    "another format": (picture(354, 472, "GIF"), 422, "photo_not_an_image", "body"),
    "no picture": (b"<svg onload='alert(1)'/>", 422, "photo_not_an_image", "body"),
    "nothing": (b"", 422, "photo_not_an_image", "body"),
}


@pytest.mark.parametrize("fault", PHOTOS)
async def test_a_photo_that_does_not_fit_is_refused(nurse: Nurse, fault: str) -> None:
    content, status, code, field = PHOTOS[fault]
    await nurse.caller.refused(
        "PUT",
        "/api/v1/my/photo",
        content=content,
        headers={"Content-Type": "image/png"},
        status=status,
        code=code,
        field=field,
    )
