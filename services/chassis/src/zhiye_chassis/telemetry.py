"""Structured logs with redaction, trace context, and the metrics every service has."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO

import orjson
import structlog
from prometheus_client import Counter, Gauge, Histogram

from zhiye_chassis.redaction import redact_named, redact_text
from zhiye_contracts.reasons import Language

request_id_var: ContextVar[str] = ContextVar("request_id", default="")
traceparent_var: ContextVar[str] = ContextVar("traceparent", default="")
language_var: ContextVar[Language] = ContextVar("language", default="zh")

log = structlog.get_logger()

_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_OURS = frozenset(
    ("request_id", "trace_id", "service", "upstream", "method", "route", "status", "ms", "level")
)
"""Fields whose values this system makes itself; random ids may look like a phone by chance."""


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: values under telling names, and texts that look like an ID number,
    a phone, an email address or a token, are replaced; see ``redaction``."""
    for name, value in event.items():
        if name not in _OURS:
            event[name] = redact_named(name, value)
    return event


def _add_context(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if request_id := request_id_var.get():
        event["request_id"] = request_id
        event["trace_id"] = traceparent_var.get()[3:35]
    return event


def configure_logging(level: str = "INFO", stream: BinaryIO | None = None) -> None:
    """JSON lines to ``stream`` (standard error by default); other libraries' logs as well."""
    out: BinaryIO = stream or sys.stderr.buffer
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _add_context,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.BytesLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_ForwardToStructlog()], level=logging.WARNING, force=True)


class _ForwardToStructlog(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        log.log(level, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def new_traceparent(parent: str = "") -> str:
    """W3C trace context: a child of ``parent`` if that is valid, else the root of a new trace."""
    trace_id = parent[3:35] if _TRACEPARENT.fullmatch(parent) else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


def accept_request_id(given: str) -> str:
    """The caller's request id when it is harmless, else a new one. Ours are harmless as well:
    the next service must not take one for a phone by chance, and replace it."""
    while not (_REQUEST_ID.fullmatch(given) and redact_text(given) == given):
        given = secrets.token_hex(12)
    return given


def harmless_ids(request_id: object, traceparent: object) -> tuple[str, str]:
    """Ids that came with an event, each empty unless it is well-formed: they are written into
    the events that follow."""
    return (
        request_id if isinstance(request_id, str) and _REQUEST_ID.fullmatch(request_id) else "",
        traceparent if isinstance(traceparent, str) and _TRACEPARENT.fullmatch(traceparent) else "",
    )


@contextmanager
def trace(request_id: str, traceparent: str) -> Iterator[None]:
    """Everything logged or emitted inside carries these ids."""
    first = request_id_var.set(request_id)
    second = traceparent_var.set(traceparent)
    try:
        yield
    finally:
        traceparent_var.reset(second)
        request_id_var.reset(first)


REQUESTS = Counter("http_requests_total", "HTTP requests", ["service", "method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time to answer",
    ["service", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
OUTBOX_PENDING = Gauge("outbox_pending", "Events not yet carried out", ["service"])
OUTBOX_AGE = Gauge("outbox_oldest_age_seconds", "Age of the oldest event waiting", ["service"])
PUBLISHED = Counter("events_published_total", "Events carried out", ["service", "type"])
CONSUMED = Counter(
    "events_consumed_total",
    "Events by what became of them: done, duplicate, retry, dead",
    ["service", "type", "result"],
)
EVENT_LAG = Histogram(
    "event_lag_seconds",
    "From the event to its effect here",
    ["service"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
DEAD_LETTERS = Gauge("dead_letters", "Events given up on", ["service"])
RETRIES_WAITING = Gauge("retries_waiting", "Events waiting for another try", ["service"])
QUEUE_MESSAGES = Gauge("queue_messages", "Messages ready in the broker's queue", ["queue"])
