"""Why the embedded PostgreSQL does not start, for the person at the terminal."""

from __future__ import annotations

from pathlib import Path

from zhiye_contracts.reasons import Reason, Text

NO_ACCOUNT = Reason(
    "database_account_missing",
    Text(
        "数据库不能以 root 身份运行，也无法创建系统账户 zhiye。",
        "The database does not run as root, and the system account zhiye could not be made.",
    ),
    Text(
        "请以普通用户身份运行，或先执行：useradd --system zhiye",
        "Run as an ordinary user, or first: useradd --system zhiye",
    ),
)


def in_use(data: Path, process_id: str) -> Reason:
    return Reason(
        "data_folder_in_use",
        Text(
            f"zhiye 已在运行（进程 {process_id}），正在使用数据目录 {data}。",
            f"zhiye already runs (process {process_id}) on the data folder {data}.",
        ),
        Text(
            "请直接使用已运行的系统，或先在其终端按 Ctrl-C 停止。",
            "Use the one that runs, or stop it first with Ctrl-C in its terminal.",
        ),
    )


def not_ours(data: Path) -> Reason:
    return Reason(
        "data_folder_not_usable",
        Text(
            f"数据目录 {data} 不能使用：无权访问，或其中已有其他文件。",
            f"The data folder {data} cannot be used: no access, or it holds something else.",
        ),
        Text(
            "请换一个目录，或以创建它的用户身份运行。",
            "Choose another folder, or run as the user who made it.",
        ),
    )


def other_version(data: Path, version: str) -> Reason:
    return Reason(
        "data_folder_other_version",
        Text(
            f"数据目录 {data} 由 PostgreSQL {version} 创建，与当前版本不同。",
            f"The data folder {data} was made by PostgreSQL {version}, not by this version.",
        ),
        Text(
            "请将该目录改名保留后重新运行，系统会新建一个。",
            "Rename the folder to keep it and run again; a new one is made.",
        ),
    )


def did_not_start(log: str) -> Reason:
    tail = " ".join(log.strip().splitlines()[-4:])
    return Reason(
        "database_did_not_start",
        Text(f"数据库没有启动：{tail}", f"The database did not start: {tail}"),
        Text(
            "请检查磁盘空间和内存后重新运行。",
            "Check disk space and memory, then run again.",
        ),
    )
