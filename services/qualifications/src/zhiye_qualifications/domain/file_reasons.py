"""Every reason a file, a line of it, or a batch as a whole can be refused for."""

from __future__ import annotations

from typing import Final

from zhiye_contracts.identifiers.errors import reason
from zhiye_contracts.statements.reasons import RESEND

_RESEND: Final = (RESEND.zh, RESEND.en)

# Lines that are not records
LINE_TOO_LONG = reason(
    "line_too_long",
    "这一行超过 64 KB，没有读取。",
    "This line is longer than 64 KB and was not read.",
    "请检查换行：每条记录独占一行。",
    "Check the line breaks: one record a line.",
)
UTF8_INVALID = reason(
    "utf8_invalid",
    "这一行不是有效的 UTF-8 文本。",
    "This line is not valid UTF-8.",
    "请将文件保存为 UTF-8 编码后重新报送这一条。",
    "Save the file as UTF-8 and send this record again.",
)
GB18030_INVALID = reason(
    "gb18030_invalid",
    "这一行不是有效的 GB18030 文本，而文件开头是 GB18030 编码。",
    "This line is not valid GB18030, in which the file begins.",
    "请将整个文件保存为同一种编码（建议 UTF-8）后重新报送这一条。",
    "Save the whole file in one encoding, best UTF-8, and send this record again.",
)
JSON_INVALID = reason(
    "json_invalid", "这一行不是有效的 JSON。", "This line is not valid JSON.", *_RESEND
)
NOT_AN_OBJECT = reason(
    "record_not_object",
    "这一行不是 JSON 对象。",
    "This line is not a JSON object.",
    "每行应为一个形如 {“字段”: 值} 的对象。",
    "Each line is one object of fields and values.",
)
CSV_QUOTES = reason(
    "csv_quotes",
    "这一行的引号不成对。",
    "The quotes of this line do not match.",
    "引号应成对；一条记录不能跨行。",
    "Close every quote; a record cannot span lines.",
)
TABLE_CELLS = reason(
    "csv_cells",
    "这一行的列数与表头不符。",
    "This line has more or fewer cells than the header.",
    "请检查多余或缺少的逗号；含逗号的内容应加引号。",
    "Check for commas too many or missing; quote texts that contain commas.",
)

# Whole batches
WORKBOOK_TOO_BIG = reason(
    "workbook_too_big",
    "XLSX 文件过大。",
    "The XLSX file is too big.",
    "请另存为 CSV 报送（没有大小限制），或分成几个文件。",
    "Save it as CSV, which has no limit, or split it into several files.",
)
BODY_EMPTY = reason(
    "body_empty",
    "没有收到任何记录。",
    "There is no record in the body.",
    "请检查文件是否为空，再重新报送。",
    "Check whether the file is empty and send it again.",
)
_CONTINUE: Final = (
    "请查询批次，从 continue_at 行起接续报送，或将整个文件重新报送；已接收的记录不受影响。",
    "Look the batch up and continue at its line `continue_at`, or send the whole file again: "
    "accepted records are not affected.",
)
BODY_TRUNCATED = reason(
    "body_truncated",
    "连接中断，文件没有收完；已收到的完整记录已经处理。",
    "The connection broke before the end; the complete records so far were processed.",
    *_CONTINUE,
)
COMPRESSION_TRUNCATED = reason(
    "compression_truncated",
    "压缩数据没有结尾，文件不完整；已解压的完整记录已经处理。",
    "The compressed data has no end: the file is not whole; the complete records so far were "
    "processed.",
    *_CONTINUE,
)
COMPRESSION_BROKEN = reason(
    "compression_broken",
    "数据已损坏，或不是 Content-Encoding 所说的压缩格式；此前的完整记录已经处理。",
    "The data is damaged, or not compressed as Content-Encoding says; the complete records before "
    "it were processed.",
    "请用 gzip 或 19 级及以下的 zstd（窗口不超过 8 MB）重新压缩后报送；已接收的记录不受影响。",
    "Compress it again, with gzip, or with zstd and a window of at most 8 MB (up to level 19), and "
    "send it again: accepted records are not affected.",
)
MEDIA_TYPE = reason(
    "media_type_unsupported",
    "只接收 NDJSON（UTF-8）、CSV（UTF-8 或 GB18030）和 XLSX 文件。",
    "Only NDJSON (UTF-8), CSV (UTF-8 or GB18030) and XLSX files are read.",
    "请按文件格式设置 Content-Type：application/x-ndjson、text/csv，或 XLSX 的类型。",
    "Set Content-Type to the file's: application/x-ndjson, text/csv, or that of XLSX.",
)
CONTENT_ENCODING = reason(
    "content_encoding_unsupported",
    "只接收未压缩或用 gzip、zstd 压缩一次的数据。",
    "Only data that is not compressed, or compressed once with gzip or zstd, is read.",
    "请将 Content-Encoding 设为 gzip 或 zstd，或不压缩。",
    "Set Content-Encoding to gzip or zstd, or do not compress.",
)
BATCH_CANCELLED = reason(
    "batch_cancelled",
    "此批次已取消，没有读取余下的内容；取消之前接收的记录保留。",
    "The batch was cancelled and its rest was not read; what was accepted before stays.",
    "无需处理；余下的内容请作为新的批次报送，已接收的记录重复报送没有影响。",
    "Nothing to do; send the rest as a new batch, repeating accepted records is harmless.",
)
BATCH_CONTINUED = reason(
    "batch_continued_elsewhere",
    "此批次在您停顿期间已由另一个请求接续报送。",
    "The batch was continued by another request while this one stood still.",
    "请查询批次的进度。",
    "Look up the progress of the batch.",
)
BATCH_BEING_READ = reason(
    "batch_being_read",
    "此批次正在读取，还不能接续。",
    "The batch is being read and cannot be continued yet.",
    "连接中断后请等待一分钟再接续；批次状态为 interrupted 时即可。",
    "After a connection broke, wait a minute: once the batch is `interrupted`, continue it.",
)
BATCH_ENDED = reason(
    "batch_ended",
    "此批次已经读完。",
    "The batch was read to its end.",
    "无需接续或取消；更正请提高 version 后作为新的批次报送。",
    "Nothing to continue or cancel; send corrections with a higher version in a new batch.",
)
BATCH_NOT_A_FILE = reason(
    "batch_not_a_file",
    "此批次来自消息总线，不能用文件接续。",
    "This batch comes over the bus and is not continued with a file.",
    "请继续发布消息，或将文件作为新的批次报送。",
    "Go on publishing, or send the file as a new batch.",
)
BATCH_OF_THE_DAY = reason(
    "batch_of_the_day",
    "此批次汇总当日未注明批次的消息，不能取消。",
    "This batch counts the messages of a day that name no batch; it cannot be cancelled.",
    "请停止发布，或为消息注明批次。",
    "Stop publishing, or name a batch in the messages.",
)
BATCH_NAME = reason(
    "batch_name_invalid",
    "批次名称应为 1 至 100 个可见字符。",
    "The name of a batch has 1 to 100 visible characters.",
    "请改正批次名称后重新发布这一条。",
    "Correct the name of the batch and publish this event again.",
)
COUNT_INVALID = reason(
    "batch_count_invalid",
    "批次的记录数应为不小于 1 的整数。",
    "The number of records of a batch is a whole number of at least 1.",
    "请改正 count 后重新发布。",
    "Correct `count` and publish this event again.",
)
FORMAT_DIFFERS = reason(
    "batch_format_differs",
    "接续的文件格式与此批次不同。",
    "The format is not the one that the batch began with.",
    "请用同一种格式接续，或作为新的批次报送。",
    "Continue in the same format, or send it as a new batch.",
)
COLUMN_MISSING = reason(
    "csv_column_missing",
    "表头缺少此列。",
    "The header lacks this column.",
    "请在第一行写全列名后重新报送；没有处理任何记录。",
    "Complete the header line and send it again; no record was processed.",
)
COLUMN_UNKNOWN = reason(
    "csv_column_unknown",
    "表头中有不认识的列。",
    "The header has a column that is not known.",
    "请核对列名或去掉此列后重新报送；没有处理任何记录。",
    "Correct or remove the column and send it again; no record was processed.",
)
COLUMN_REPEATED = reason(
    "csv_column_repeated",
    "表头中此列出现了不止一次。",
    "The header has this column more than once.",
    "请去掉重复的列后重新报送；没有处理任何记录。",
    "Remove the repeated column and send it again; no record was processed.",
)
