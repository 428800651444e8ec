"""The page at ``/``: what this is and where to go."""

from __future__ import annotations

from html import escape

from zhiye_contracts.reasons import Language, Text

_TITLE = Text("执业 zhiye", "zhiye 执业")
_LEAD = Text(
    "医疗机构、医师、护士电子化注册的服务接口。",
    "The interface of the electronic registration of medical institutions, physicians and nurses.",
)
_LINKS: tuple[tuple[str, Text, bool], ...] = (
    ("/docs", Text("接口文档", "API documentation"), False),
    ("/openapi.json", Text("OpenAPI 定义", "OpenAPI document"), False),
    ("/development", Text("开发用短信与邮件", "Development messages: SMS and email"), True),
)
_PAGE = """<!doctype html>
<html lang="{lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto }}
</style>
<h1>{title}</h1>
<p>{lead}</p>
<ul>
{links}
</ul>
</html>
"""


def landing_page(language: Language, *, development: bool) -> bytes:
    links = "\n".join(
        f'<li><a href="{href}">{escape(text.read(language))}</a></li>'
        for href, text, only_development in _LINKS
        if development or not only_development
    )
    return _PAGE.format(
        lang="zh-CN" if language == "zh" else "en",
        title=escape(_TITLE.read(language)),
        lead=escape(_LEAD.read(language)),
        links=links,
    ).encode()
