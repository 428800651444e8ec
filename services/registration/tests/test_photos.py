"""Photos, looked at themselves."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from zhiye_registration.adapters.images import MAXIMUM_BYTES

PATH = "/api/v1/my/photo"


def picture(size=(354, 472), colour="white", kind="JPEG", mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def bomb(width=60_000, height=60_000):
    """A PNG of a few bytes that claims to be 60,000 pixels on each side."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


async def upload(world, nurse, content, claimed="image/jpeg"):
    headers = {"Authorization": world._token_for(nurse), "Content-Type": claimed}
    return await world.http.put(PATH, content=content, headers=headers)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_good_photo_is_kept_and_given_back(world, kind):
    nurse, content = await world.nurse(), picture(kind=kind)
    answer = await upload(world, nurse, content)
    assert answer.status_code == 200
    assert answer.json()["warnings"] == []
    assert answer.json()["media_type"] == f"image/{kind.lower()}"
    back = await world.call(nurse, "GET", PATH)
    assert back.content == content
    assert back.headers["content-type"] == f"image/{kind.lower()}"
    assert back.headers["x-content-type-options"] == "nosniff"


async def test_the_last_upload_wins(world):
    nurse = await world.nurse()
    await upload(world, nurse, picture())
    await upload(world, nurse, picture(kind="PNG"))
    assert (await world.call(nurse, "GET", PATH)).content == picture(kind="PNG")


async def test_nobody_sees_the_photo_of_another(world):
    await upload(world, await world.nurse(), picture())
    assert (await world.call(await world.nurse(), "GET", PATH)).status_code == 404


async def test_the_type_is_the_contents_own_whatever_is_claimed(world):
    answer = await upload(world, await world.nurse(), picture(kind="PNG"), "image/jpeg")
    assert answer.json()["media_type"] == "image/png"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "photo_not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "photo_not_an_image"),
        (picture(kind="GIF"), 422, "photo_not_an_image"),
        (picture()[:500], 422, "photo_not_an_image"),
        (picture(size=(355, 472)), 422, "photo_wrong_size"),
        (picture(size=(472, 354)), 422, "photo_wrong_size"),
        (bomb(), 422, "photo_wrong_size"),
        (bomb(10_000, 10_000), 422, "photo_not_an_image"),
        (picture() + b"\0" * MAXIMUM_BYTES, 413, "photo_too_big"),
    ],
    ids=["empty", "svg", "gif", "cut off", "wide", "lying", "bomb", "small bomb", "big"],
)
async def test_what_is_no_proper_photo_is_refused(world, content, status, code):
    nurse = await world.nurse()
    answer = await upload(world, nurse, content)
    assert (answer.status_code, world.codes(answer)) == (status, [code])
    assert "354×472" in answer.json()["next_step"]
    assert (await world.call(nurse, "GET", PATH)).status_code == 404


async def test_exactly_80_kilobytes_are_allowed(world):
    content = picture()
    padded = content + b"\0" * (MAXIMUM_BYTES - len(content))
    assert (await upload(world, await world.nurse(), padded)).status_code == 200


@pytest.mark.parametrize("colour", ["royalblue", (200, 200, 200)])
async def test_a_background_that_is_not_white_is_warned_about(world, colour):
    nurse = await world.nurse()
    answer = await upload(world, nurse, picture(colour=colour))
    assert [w["code"] for w in answer.json()["warnings"]] == ["photo_background_not_white"]
    assert (await world.call(nurse, "GET", PATH)).status_code == 200


async def test_a_transparent_background_counts_as_white(world):
    content = picture(colour=(0, 0, 0, 0), kind="PNG", mode="RGBA")
    assert (await upload(world, await world.nurse(), content)).json()["warnings"] == []
