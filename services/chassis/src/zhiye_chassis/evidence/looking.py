"""Looks at a file of evidence itself: what it really is, never what it is called."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import replace
from typing import Final

from PIL import Image

from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.reasons import Reason, Refused

MOST_PIXELS = Image.MAX_IMAGE_PIXELS or 89_478_485
"""Above this Pillow takes a picture for a bomb, and so do we."""
_IMAGES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
PDF: Final = "application/pdf"
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", PDF: "pdf"}

_PDF_HEAD = re.compile(rb"%PDF-[12]\.[0-9]\s")
_PDF_TAIL = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF\s*\Z")
_PDF_TABLE = re.compile(rb"\s*(?:xref\s|[0-9]{1,10}\s+[0-9]{1,5}\s+obj\b)")
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 65_557
"""Bytes from the end in which an archive's directory must be announced."""
_SNIFFED = 1_024
"""Bytes from which programs guess a type."""

_AGAIN = (
    "请上传 JPG、PNG 图片或 PDF 文件。",
    "Upload a JPEG or PNG picture, or a PDF.",
)

EMPTY = reason("evidence_empty", "文件是空的。", "The file is empty.", *_AGAIN)
TYPE_UNKNOWN = reason(
    "evidence_type",
    "文件内容不是 JPG、PNG 或 PDF；文件名和声明的类型不作数。",
    "The content is no JPEG, PNG or PDF; its name and declared type do not count.",
    *_AGAIN,
)
TYPE_DIFFERS = reason(
    "evidence_type_differs",
    "文件内容与声明的 Content-Type 不一致。",
    "The content is not what Content-Type says.",
    "请按文件的实际类型上传。",
    "Upload it as what it is.",
)
BROKEN = reason(
    "evidence_broken",
    "文件不完整或已损坏，无法打开。",
    "The file is not whole, or damaged: it cannot be opened.",
    "请重新扫描或拍照后上传。",
    "Scan or photograph it again and upload it.",
)
AMBIGUOUS = reason(
    "evidence_ambiguous",
    "文件中夹带了另一种类型的内容。",
    "The file carries content of another type.",
    "请上传单纯的图片或 PDF 文件。",
    "Upload a plain picture or PDF.",
)
TOO_MANY_PIXELS = reason(
    "evidence_dimensions",
    "图片尺寸过大。",
    "The picture has too many pixels.",
    "请缩小后重新上传。",
    "Make it smaller and upload it again.",
)


def about(why: Reason, field: str) -> Reason:
    """The reason, told about one part of a request."""
    return replace(why, field=field)


def examine(content: bytes, declared: str | None = None) -> str:
    """The media type of a whole, plain file. ``declared`` is its Content-Type, if one was given.

    Raises ``Refused`` (422): evidence_empty, _type, _type_differs, _broken, _ambiguous or
    _dimensions. Nothing in the file is run; a script inside a PDF is kept, as files are only ever
    handed out to be saved.
    """
    if not content:
        raise Refused(about(EMPTY, "body"))
    found = next((kind for magic, kind in _IMAGES.items() if content.startswith(magic)), None)
    if found is not None:
        media_type = _MEDIA_TYPES[found]
    elif _PDF_HEAD.match(content):
        media_type = PDF
    else:
        raise Refused(about(TYPE_UNKNOWN, "body"))
    if declared not in (None, "application/octet-stream", media_type):
        raise Refused(about(TYPE_DIFFERS, "Content-Type"))
    if found is not None:
        _check_image(content, found)
    else:
        _check_pdf(content)
    return media_type


def _check_image(content: bytes, kind: str) -> None:
    """A picture that is whole, and is nothing else besides: a file that is also
    a page, a PDF or an archive waits for a program that takes it for that."""
    if b"%PDF-" in content or _MARKUP.search(content) or _ZIP_END in content[-_ZIP_TAIL:]:
        raise Refused(about(AMBIGUOUS, "body"))
    try:
        image = Image.open(io.BytesIO(content), formats=[kind])
        if image.width * image.height > MOST_PIXELS:
            raise Refused(about(TOO_MANY_PIXELS, "body"))
        if kind == "PNG":
            image.verify()  # every chunk by its checksum, without unpacking
        else:
            image.draft("L", (image.width // 8, image.height // 8))
            image.load()  # to its end, at an eighth of the size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(about(TOO_MANY_PIXELS, "body")) from None
    except (OSError, ValueError, SyntaxError, struct.error) as error:
        raise Refused(about(BROKEN, "body")) from error


def _check_pdf(content: bytes) -> None:
    """From its first byte to its last a PDF: header, end mark, and the table this points to."""
    tail = _PDF_TAIL.search(content[-2_048:])
    if tail is None or not _PDF_TABLE.match(content, int(tail[1])):
        raise Refused(about(BROKEN, "body"))
    if _MARKUP.search(content[:_SNIFFED]) or _ZIP_END in content[-_ZIP_TAIL:]:
        raise Refused(about(AMBIGUOUS, "body"))
