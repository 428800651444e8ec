"""What the gateway says no to, each with its reason and next step."""

from __future__ import annotations

from zhiye_chassis import texts
from zhiye_chassis.problems import refused
from zhiye_contracts.reasons import Refused

_LATER = ("请稍后再试。", "Try again shortly.")


def not_found() -> Refused:
    return Refused(texts.of_status(404), status=404)


def path_not_clean() -> Refused:
    return refused(
        "path_not_clean",
        (
            "地址中含有不允许的写法（连续斜杠、点段或编码的斜杠）。",
            "The path holds something not allowed: double slashes, dot segments, encoded slashes.",
        ),
        ("请使用接口文档中的地址。", "Use the paths of the API documentation."),
        status=400,
    )


def content_length_invalid() -> Refused:
    return refused(
        "content_length_invalid",
        ("Content-Length 无效。", "Content-Length is not valid."),
        ("请发送一个十进制的字节数。", "Send one decimal number of bytes."),
        field="Content-Length",
        status=400,
    )


def body_too_large(limit: int) -> Refused:
    """``limit`` in bytes."""
    return refused(
        "body_too_large",
        (
            f"提交的内容过大，上限为 {_size(limit)}。",
            f"The body is too large; the limit is {_size(limit)}.",
        ),
        ("请减小内容或分批提交。", "Send less, or in several parts."),
        status=413,
    )


def _size(limit: int) -> str:
    for unit, name in ((1024 * 1024, "MB"), (1024, "KB")):
        if limit % unit == 0:
            return f"{limit // unit} {name}"
    return f"{limit} B"


def body_too_slow() -> Refused:
    return refused(
        "body_too_slow",
        ("没有在时限内收到完整的请求。", "The request did not arrive in time."),
        ("请检查网络后重试。", "Check the connection and send it again."),
        status=408,
    )


def too_many(kind: str, seconds: int) -> Refused:
    """``kind`` is ``account`` or ``address``; ``seconds`` until it is worth trying again."""
    if kind == "account":
        who = ("此账户的操作过于频繁。", "This account makes too many requests.")
    else:
        who = ("您所在网络的请求过于频繁。", "Too many requests come from your network address.")
    return refused(
        f"too_many_requests_{kind}",
        who,
        (f"请在 {seconds} 秒后再试。", f"Try again in {seconds} seconds."),
        status=429,
        retry_after=seconds,
    )


def too_many_streams(kind: str) -> Refused:
    """``kind`` is ``account`` or ``gateway``."""
    if kind == "account":
        what = ("此账户的实时连接过多。", "This account has too many live connections.")
        next_step = ("请关闭其他页面后再试。", "Close other windows, then try again.")
    else:
        what = ("实时连接已达上限。", "There are too many live connections.")
        next_step = _LATER
    return refused(f"too_many_streams_{kind}", what, next_step, status=429, retry_after=30)


def upstream_unreachable() -> Refused:
    """502: nothing was sent, so nothing was done."""
    return refused(
        "upstream_unreachable",
        ("服务暂时不可用，请求未被处理。", "The service cannot be reached; nothing was done."),
        _LATER,
        status=502,
    )


def upstream_broke_off() -> Refused:
    """502: whether the request was carried out is not known."""
    return refused(
        "upstream_broke_off",
        ("服务中断了应答。", "The service broke off."),
        ("请查询结果后再决定是否重试。", "Look at the result before you repeat it."),
        status=502,
    )


def unavailable() -> Refused:
    return Refused(texts.of_status(503), status=503, retry_after=5)


def upstream_timeout() -> Refused:
    return Refused(texts.of_status(504), status=504)


def failed() -> Refused:
    return Refused(texts.of_status(500), status=500)
