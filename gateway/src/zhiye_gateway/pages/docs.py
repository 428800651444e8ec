"""The documentation page: Swagger UI from its package, nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from swagger_ui_bundle import swagger_ui_path

DOCS_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>执业 zhiye – API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
""".encode()

START_SCRIPT = b"""window.ui = SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
"""

MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}


@cache
def docs_file(name: str) -> tuple[bytes, str]:
    """A file of the Swagger UI package, and its media type."""
    path = Path(str(swagger_ui_path)) / name
    return path.read_bytes(), MEDIA_TYPES[path.suffix]
