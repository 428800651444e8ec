"""Small whole files of the kinds that are taken as evidence."""

from __future__ import annotations

import io

from PIL import Image


def jpeg(shade: int = 200, size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture; another shade is another file."""
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


def png(size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return out.getvalue()


def pdf(body: bytes = b"") -> bytes:
    """A small but whole PDF; ``body`` goes into its catalogue."""
    head = b"%PDF-1.7\n"
    catalogue = b"1 0 obj\n<< /Type /Catalog " + body + b" >>\nendobj\n"
    table = (
        b"xref\n0 2\n0000000000 65535 f \n%010d 00000 n \n" % len(head)
        + b"trailer\n<< /Size 2 /Root 1 0 R >>\n"
    )
    start = len(head) + len(catalogue)
    return head + catalogue + table + b"startxref\n%d\n%%%%EOF\n" % start
