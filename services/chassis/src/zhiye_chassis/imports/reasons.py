"""Why a file is not imported, whatever it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zhiye_chassis.sheets import reasons as sheets
from zhiye_contracts.reasons import Reason, Text

INTERNAL = Reason(
    "import_failed",
    Text(
        "导入因系统故障中止；已导入的记录保留。",
        "The import ended because of a fault of the system; what it recorded stays.",
    ),
    Text("请重新上传同一文件，已导入的不会重复。", "Upload the file again: nothing is doubled."),
)
MEDIA_TYPE = Reason(
    "import_media_type",
    Text(
        "只能导入 CSV 或 XLSX 文件，且文件应与声明的类型一致。",
        "Only CSV and XLSX can be imported, and the file has to be what it is said to be.",
    ),
    Text(
        "请以 text/csv 或 XLSX 的类型上传，不要压缩。",
        "Send text/csv, or the type of XLSX, without compression.",
    ),
    "Content-Type",
)
TRUNCATED = Reason(
    "import_truncated",
    Text("文件没有传完，连接已中断。", "The connection broke off before the end of the file."),
    Text("请重新上传。", "Upload it again."),
)
OVER = Reason(
    "import_over",
    Text("此导入已经结束，不能取消。", "The import is over and cannot be cancelled."),
    Text("请查看导入结果。", "See its results."),
)


def too_big(most_bytes: int) -> Reason:
    megabytes = most_bytes // (1024 * 1024)
    return Reason(
        "import_file_too_big",
        Text(f"文件超过 {megabytes} MB。", f"The file has more than {megabytes} MB."),
        Text("请分成几个文件导入。", "Split it into several files."),
    )


def reader(of_lines: Mapping[str, Reason]) -> Callable[[str], Reason]:
    """Why a line was rejected, or an import failed, by code. ``of_lines`` are the service's own
    reasons; those of tables are known."""
    known = {one.code: one for one in vars(sheets).values() if isinstance(one, Reason)} | dict(
        of_lines
    )
    return lambda code: known.get(code, INTERNAL)
