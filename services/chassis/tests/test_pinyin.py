"""How the names of people are read; those of places are tested with the institutions."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zhiye_chassis.pinyin import fold_pinyin, name_pinyin


@pytest.mark.parametrize(
    ("name", "whole", "initials"),
    [
        ("王芳", "wangfang", "wf"),
        ("单丹妮", "shandanni", "sdn"),
        ("丹单", "dandan", "dd"),
        ("曾曾", "zengzeng", "zz"),
        ("仇英", "qiuying", "qy"),
        ("查良镛", "zhaliangyong", "zly"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("朴树", "piaoshu", "ps"),
        ("区桂芝", "ouguizhi", "ogz"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟卨", "moqixie", "mqx"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("张长生", "zhangchangsheng", "zcs"),
        ("吕布", "lvbu", "lb"),
        ("欧阳娜娜", "ouyangnana", "oynn"),
        ("王(suo)明", "wangsuoming", "wsm"),
        ("买买提·艾力", "maimaitiaili", "mmtal"),
        ("John O'Neil", "johnoneil", "jo"),
        ("王", "wang", "w"),
        ("", "", ""),
        ("·　\U0003134a", "", ""),
    ],
)
def test_a_name_is_read_as_its_bearer_says_it(name: str, whole: str, initials: str) -> None:
    assert name_pinyin(name) == (whole, initials)


@pytest.mark.parametrize("typed", ["LvBu", "lǚ bù", "ｌｖ　ｂｕ", "lü-bu"])
def test_pinyin_may_be_typed_in_many_ways(typed: str) -> None:
    assert fold_pinyin(typed) == name_pinyin("吕布")[0]


def test_the_dictionary_is_not_loaded_before_somebody_has_a_name() -> None:
    script = (
        "import sys, zhiye_chassis.pinyin as p; p.fold_pinyin('wang');"
        "a = 'pypinyin' in sys.modules; p.name_pinyin('王'); print(a, 'pypinyin' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False", "True"]
