"""Why an uploaded table, or a line of it, cannot be read."""

from __future__ import annotations

from zhiye_contracts.reasons import Reason, Text

_AGAIN = Text("请改正文件后重新上传。", "Correct the file and upload it again.")
_LINE = Text("请改正此行后重新上传。", "Correct this line and upload it again.")

EMPTY = Reason(
    "sheet_empty",
    Text("文件是空的，或没有表头以外的内容。", "The file is empty, or has nothing but a header."),
    Text(
        "请在第一行填写列名，以下每行填写一条记录。",
        "Name the columns first, then a record a line.",
    ),
)
ENCODING = Reason(
    "sheet_encoding",
    Text(
        "无法识别文件的字符编码。",
        "The character encoding of the file is not known.",
    ),
    Text(
        "请另存为“CSV UTF-8”，或直接上传 XLSX 文件。",
        "Save it as CSV in UTF-8 (or GB18030), or upload it as XLSX.",
    ),
)
OLD_FORMAT = Reason(
    "sheet_old_format",
    Text("不支持旧版 XLS 文件。", "Old XLS files are not supported."),
    Text("请另存为 XLSX 或 CSV 后上传。", "Save it as XLSX or CSV."),
)
UNREADABLE = Reason(
    "sheet_unreadable",
    Text("文件已损坏或有密码保护，无法读取。", "The file is damaged or protected by a password."),
    Text(
        "请用表格软件打开后重新另存，再上传。", "Open it in a spreadsheet program and save it anew."
    ),
)
TOO_BIG = Reason(
    "sheet_too_big",
    Text(
        "表格展开后过大，或有过长的单元格。",
        "Unpacked, the workbook is too big, or one of its cells is.",
    ),
    Text("请另存为 CSV 或分成几个文件上传。", "Save it as CSV, or split it into several files."),
)
COLUMN_MISSING = Reason(
    "column_missing",
    Text("缺少必需的列。", "A column that is needed is missing."),
    _AGAIN,
)
COLUMN_REPEATED = Reason(
    "column_repeated",
    Text("同一内容的列出现了两次。", "Two columns are for the same thing."),
    _AGAIN,
)
COLUMN_UNKNOWN = Reason(
    "column_unknown",
    Text("不认识的列名，或列名为空。", "The name of this column is not known, or empty."),
    Text(
        "请改为接口文档中的列名，或删除此列。", "Use a name from the documentation, or delete it."
    ),
)

LINE_TOO_LONG = Reason(
    "line_too_long",
    Text("此行过长。", "The line is too long."),
    Text("请检查引号是否成对。", "Check that quotation marks come in pairs."),
)
LINE_BYTES = Reason(
    "line_bytes",
    Text("此行含有无法识别的字节。", "The line has bytes that are no characters in its encoding."),
    _LINE,
)
LINE_QUOTES = Reason(
    "line_quotes",
    Text(
        "此行的引号不成对，或一个单元格跨了多行。",
        "Quotation marks do not come in pairs, or a cell spans lines.",
    ),
    _LINE,
)
LINE_CELLS = Reason(
    "line_cells",
    Text("此行的单元格数与表头不符。", "The line has another number of cells than the header."),
    _LINE,
)
CELL_TOO_LONG = Reason(
    "cell_too_long",
    Text("单元格内容过长。", "The cell is too long."),
    _LINE,
)
CELL_CHARACTERS = Reason(
    "cell_characters",
    Text("单元格含有控制字符。", "The cell has control characters."),
    _LINE,
)

OF_LINES = (LINE_TOO_LONG, LINE_BYTES, LINE_QUOTES, LINE_CELLS, CELL_TOO_LONG, CELL_CHARACTERS)
