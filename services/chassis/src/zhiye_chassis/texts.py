"""Texts of refusals that are not about the domain: malformed requests and HTTP statuses."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.reasons import Reason, Text

_TITLES = {
    400: Text("请求无法理解", "Bad request"),
    401: Text("需要登录", "Unauthorized"),
    403: Text("没有权限", "Forbidden"),
    404: Text("没有找到", "Not found"),
    405: Text("不支持的操作", "Method not allowed"),
    408: Text("请求超时", "Request timeout"),
    409: Text("与当前状态冲突", "Conflict"),
    412: Text("数据已被他人修改", "Precondition failed"),
    413: Text("内容过大", "Content too large"),
    415: Text("不支持的内容类型", "Unsupported media type"),
    422: Text("内容不符合要求", "Unprocessable content"),
    423: Text("已锁定", "Locked"),
    428: Text("缺少版本号", "Precondition required"),
    429: Text("操作过于频繁", "Too many requests"),
    500: Text("系统内部错误", "Internal error"),
    502: Text("服务暂时不可用", "Bad gateway"),
    503: Text("服务暂时不可用", "Service unavailable"),
    504: Text("服务响应超时", "Gateway timeout"),
}

_STATUS_REASONS = {
    400: (
        "body_unreadable",
        Text("提交的内容无法读取。", "The body cannot be read."),
        Text(
            "请以 UTF-8 编码提交格式正确、嵌套不过深的内容。",
            "Send it well-formed, in UTF-8 and not too deeply nested.",
        ),
    ),
    401: (
        "token_missing",
        Text("没有登录，或登录已过期。", "You are not logged in, or the log-in has expired."),
        Text("请重新登录后再试。", "Log in again and repeat the request."),
    ),
    403: (
        "forbidden",
        Text("您的账户没有此项操作的权限。", "Your account may not do this."),
        Text("请使用有权限的账户，或联系管理员。", "Use an account that may, or ask its owner."),
    ),
    404: (
        "not_found",
        Text("没有找到所请求的内容。", "There is nothing here for you."),
        Text("请核对地址或编号。", "Check the address or the number."),
    ),
    405: (
        "method_not_allowed",
        Text("此地址不支持该操作。", "This address does not support the method."),
        Text("请查阅接口文档。", "See the API documentation."),
    ),
    413: (
        "body_too_large",
        Text("提交的内容过大。", "The body is too large."),
        Text("请减小内容或分批提交。", "Send less, or in several parts."),
    ),
    415: (
        "media_type_unsupported",
        Text("不支持此内容类型。", "This media type is not supported."),
        Text("请按接口文档设置 Content-Type。", "Set Content-Type as the documentation says."),
    ),
    429: (
        "too_many_requests",
        Text("操作过于频繁。", "Too many requests."),
        Text("请稍后再试。", "Wait a little and try again."),
    ),
    500: (
        "internal_error",
        Text("系统内部错误，您的数据没有被改动。", "Internal error; your data was not changed."),
        Text("请稍后再试；如仍失败请提供请求编号。", "Try again; if it persists quote the id."),
    ),
    503: (
        "unavailable",
        Text("服务暂时不可用。", "The service is not available right now."),
        Text("请稍后再试。", "Try again shortly."),
    ),
    504: (
        "upstream_timeout",
        Text("服务响应超时。", "The service did not answer in time."),
        Text("请查询结果后再决定是否重试。", "Look at the result before you repeat it."),
    ),
}

_FILL_IN = Text("请按要求填写后重新提交。", "Correct it and send it again.")

_FAULTS = {
    "missing": ("field_missing", Text("缺少必填项。", "A required field is missing.")),
    "json_invalid": ("json_invalid", Text("不是有效的 JSON。", "This is not valid JSON.")),
    "string_too_short": ("too_short", Text("内容过短。", "The text is too short.")),
    "string_too_long": ("too_long", Text("内容过长。", "The text is too long.")),
    "too_short": ("too_short", Text("内容过少。", "There is too little of it.")),
    "too_long": ("too_long", Text("内容过多。", "There is too much of it.")),
    "string_pattern_mismatch": ("format", Text("格式不正确。", "The format is not right.")),
    "extra_forbidden": ("field_unknown", Text("不认识的字段。", "This field is not known.")),
    "enum": ("choice", Text("不是可选的值。", "This is not one of the choices.")),
    "literal_error": ("choice", Text("不是可选的值。", "This is not one of the choices.")),
    "date_from_datetime_parsing": ("date", Text("日期无效。", "This is not a date.")),
    "date_parsing": ("date", Text("日期无效。", "This is not a date.")),
}

UNSTORABLE = Reason(
    "characters_not_allowed",
    Text("内容含有无法保存的字符或数值。", "The request holds characters that cannot be stored."),
    _FILL_IN,
)


def status_title(status: int) -> Text:
    return _TITLES.get(status, _TITLES[500] if status >= 500 else _TITLES[400])


def of_status(status: int) -> Reason:
    fallback = 500 if status >= 500 else 404
    code, reason, next_step = _STATUS_REASONS.get(status, _STATUS_REASONS[fallback])
    if status not in _STATUS_REASONS and status < 500:
        code, reason = f"http_{status}", status_title(status)
    return Reason(code, reason, next_step)


def of_fault(kind: str, context: dict[str, Any], field: str | None) -> Reason:
    """A reason for one fault that pydantic found; limits are told, values are not."""
    code, text = _FAULTS.get(kind, ("invalid", Text("值无效。", "The value is not valid.")))
    limit = next((context[k] for k in ("max_length", "min_length", "le", "ge") if k in context), "")
    if limit != "":
        text = Text(f"{text.zh}（限值 {limit}）", f"{text.en} (limit {limit})")
    return Reason(code, text, _FILL_IN, field=field)
