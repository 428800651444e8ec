"""What is said in English is English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import zhiye_institutions

CHINESE = re.compile("[\u4e00-\u9fff]")


def english() -> Iterator[str]:
    """The second string of every Text(…) and (Chinese, English) tuple, and of every _reason(…)."""
    for path in Path(zhiye_institutions.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Tuple):
                parts = node.elts
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
                parts = node.args
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_reason":
                parts = node.args[1:3]
            else:
                continue
            strings = [getattr(part, "value", None) for part in parts]
            match strings:
                case [str(zh), str(en)] if CHINESE.search(zh) and " " in en:
                    yield en


def test_each_chinese_text_has_an_english_one_without_chinese() -> None:
    found = list(english())
    assert len(found) > 100
    assert [text for text in found if CHINESE.search(text)] == []
