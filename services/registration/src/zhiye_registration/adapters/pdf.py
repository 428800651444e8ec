"""Application forms as PDF files, made by Typst from the template beside this file."""

from __future__ import annotations

import base64
import io
import json
import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst
from PIL import Image

from zhiye_registration.domain.printed_form import PrintedForm

_TEMPLATE = Path(__file__).with_name("form.typ").read_bytes()
_FONTS = ("Noto Sans SC", "Noto Serif SC")
"""Where one has no glyph the other may; a character that neither has is printed as a box."""
_LONG = re.compile(r"[!-~]{25,}")
_NO_SHAPE = ("Cc", "Cf")
_BREAK = "\u200b"
_PIECE = 20


@cache
def _fonts() -> typst.Fonts:
    """Found and read once a process: 20 MB."""
    folder = Path(pylopdf_fonts_zh_cn.sans_path()).parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )


def draw(form: PrintedForm, link: str, photo: bytes | None, at: datetime) -> bytes:
    """The form as a PDF of A4 pages; ``link`` is what its QR code says, ``at`` when it was made.

    Takes tens of milliseconds, most of them without the interpreter's lock: for a thread.
    """
    data = {
        **_printable(asdict(form)),
        "code": qr_code(link),
        "photo": _picture(photo) if photo is not None else None,
        "font": _FONTS,
    }
    made = typst.compile(
        _TEMPLATE,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data)},
        timestamp=at.replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def qr_code(link: str) -> str:
    """A QR code as SVG, without the margin that the paper around it gives."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=0)
    return out.getvalue().decode()


def _picture(photo: bytes) -> str:
    """A photo as SVG around a plain JPEG: whatever the file was, it can be drawn."""
    image = Image.open(io.BytesIO(photo)).convert("RGBA")
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85)
    width, height = image.size
    encoded = base64.b64encode(out.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{encoded}"/></svg>'
    )


def _printable(value: Any) -> Any:
    """The same, without what has no shape (controls of direction would have a text read as another)
    and with places to break a line in what would run out of its cell."""
    if isinstance(value, str):
        shown = (c for c in value if c == "\n" or unicodedata.category(c) not in _NO_SHAPE)
        return _LONG.sub(lambda run: _in_pieces(run[0]), "".join(shown))
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(one) for one in value]
    return value


def _in_pieces(run: str) -> str:
    return _BREAK.join(run[at : at + _PIECE] for at in range(0, len(run), _PIECE))
