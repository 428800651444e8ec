"""Why scopes are not to be had in a province, and why a catalogue cannot be published."""

from __future__ import annotations

from zhiye_contracts.reasons import Reason, Text

SOURCE = "Q49"
NOTICE = "Notice 2001/169 on scopes of practice"


def nothing_chosen(field: str) -> Reason:
    return Reason(
        "scopes_missing",
        Text("尚未选择执业范围。", "No scope of practice is chosen."),
        Text("请至少选择一个执业范围。", "Choose at least one."),
        field,
        SOURCE,
    )


def twice(field: str) -> Reason:
    return Reason(
        "scope_twice",
        Text("同一执业范围选择了两次。", "A scope is chosen twice."),
        Text("请删除重复的选项。", "Leave one of them out."),
        field,
    )


def too_many(most: int, field: str) -> Reason:
    return Reason(
        "too_many_scopes",
        Text(
            f"该省每名医师最多注册 {most} 个执业范围。",
            f"In this province a physician may have at most {most} scope(s).",
        ),
        Text("请减少所选执业范围。", "Choose fewer."),
        field,
        SOURCE,
    )


def year_out_of_range(first: int, last: int) -> Reason:
    return Reason(
        "year_out_of_range",
        Text(
            f"名录年度应在 {first} 至 {last} 之间。",
            f"The year of a catalogue lies between {first} and {last}.",
        ),
        Text("请更正年度。", "Correct the year."),
        "year",
        SOURCE,
    )


def wrong_category(place: int) -> Reason:
    return Reason(
        "scope_of_another_category",
        Text("该执业范围不属于所填类别。", "The scope does not belong to the category given."),
        Text(
            "请按国家执业范围代码填写类别：11–26 临床，31 口腔，41 公共卫生，51–57 中医。",
            "11 to 26 are clinical, 31 dentistry, 41 public health, 51 to 57 traditional Chinese"
            " medicine.",
        ),
        f"entries.{place}.category",
        NOTICE,
    )


def entry_twice(place: int) -> Reason:
    return Reason(
        "entry_twice",
        Text("该执业范围在名录中出现了两次。", "The catalogue has this scope twice."),
        Text("请删除重复的条目。", "Leave one of them out."),
        f"entries.{place}.scope",
    )


def no_department(place: int) -> Reason:
    return Reason(
        "departments_missing",
        Text("没有可以选择的科室。", "The scope has no department to work in."),
        Text("请至少列出一个科室。", "Give at least one department."),
        f"entries.{place}.departments",
        "Q53",
    )
