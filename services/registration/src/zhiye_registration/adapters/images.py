"""Looks at a photo itself: what it really is, its size, its background."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass

from PIL import Image, ImageStat

from zhiye_contracts.reasons import Reason, Refused, Text

WIDTH, HEIGHT = 354, 472
"""Pixels (deck 2.3.2)."""
MAXIMUM_BYTES = 80 * 1024
"""80 KB (deck 2.3.2), read generously as 1,024 bytes each."""
WHITE = 225
"""Mean brightness, 0 to 255, from which a border strip counts as white."""
_STRIP = 12
_SOURCE = "deck 2.3.2"
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
_AGAIN = Text(
    "请上传近六个月免冠白底证件照：354×472像素，jpg、jpeg或png，不超过80KB。",
    "Upload a bare-headed photo of the last six months on white: 354 × 472 pixels, jpg, jpeg or"
    " png, 80 KB at most.",
)

TOO_BIG = Reason(
    "photo_too_big",
    Text("照片超过80KB。", "The photo is larger than 80 KB."),
    _AGAIN,
    "body",
    _SOURCE,
)
NOT_AN_IMAGE = Reason(
    "photo_not_an_image",
    Text("文件不是完整的jpg或png图片。", "The file is not a whole jpg or png image."),
    _AGAIN,
    "body",
    _SOURCE,
)
WRONG_SIZE = Reason(
    "photo_wrong_size",
    Text("照片尺寸不是宽354、高472像素。", "The photo is not 354 pixels wide and 472 high."),
    _AGAIN,
    "body",
    _SOURCE,
)
BACKGROUND_NOT_WHITE = Reason(
    "photo_background_not_white",
    Text("照片背景看起来不是白色。", "The background does not look white."),
    Text(
        "已保存；如背景不是白色，请重新上传，以免被退回。",
        "It was kept; upload another if it is not white, or it may be returned.",
    ),
    "body",
    _SOURCE,
)
WARNINGS = {reason.code: reason for reason in (BACKGROUND_NOT_WHITE,)}


@dataclass(frozen=True, slots=True)
class Photo:
    media_type: str
    content: bytes
    warnings: tuple[Reason, ...]


def examine(content: bytes) -> Photo:
    """The photo, looked at. The type is the content's own, whatever was claimed.

    Raises ``Refused``: 413 ``photo_too_big``, 422 ``photo_not_an_image``, ``photo_wrong_size``.
    A picture with huge dimensions is refused by its header, before anything is unpacked.
    """
    if len(content) > MAXIMUM_BYTES:
        raise Refused(TOO_BIG, status=413)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(io.BytesIO(content), formats=list(_FORMATS))
            if image.size == (WIDTH, HEIGHT):
                image.load()
    except (OSError, ValueError, SyntaxError, struct.error, Warning) as error:
        raise Refused(NOT_AN_IMAGE) from error
    except Image.DecompressionBombError as error:
        raise Refused(WRONG_SIZE) from error
    if image.size != (WIDTH, HEIGHT):
        raise Refused(WRONG_SIZE)
    reasons = () if _on_white(image) else (BACKGROUND_NOT_WHITE,)
    return Photo(_FORMATS[image.format or ""], content, reasons)


def media_type_of(content: bytes) -> str:
    """Of a photo that was examined before."""
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _on_white(image: Image.Image) -> bool:
    """Whether the upper corners' strips are white: shoulders touch the border further down."""
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image.convert("RGBA"), mask=image.convert("RGBA").getchannel("A"))
    strips = (
        (0, 0, WIDTH, _STRIP),
        (0, 0, _STRIP, HEIGHT // 3),
        (WIDTH - _STRIP, 0, WIDTH, HEIGHT // 3),
    )
    return all(min(ImageStat.Stat(flat.crop(strip)).mean) >= WHITE for strip in strips)
