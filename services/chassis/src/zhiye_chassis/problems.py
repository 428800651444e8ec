"""RFC 9457 problem details: every "no" in the reader's language, with field and next step."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from zhiye_chassis import texts
from zhiye_chassis.database import is_transient
from zhiye_chassis.redaction import redact_text
from zhiye_chassis.telemetry import language_var, log, request_id_var
from zhiye_contracts.identifiers import IdentifierError
from zhiye_contracts.reasons import Language, Reason, Refused, Text, read_source


class ReasonOut(BaseModel):
    code: str = Field(examples=["id_number_check_digit"])
    field: str | None = Field(None, examples=["id_number"])
    reason: str
    next_step: str
    source: str | None = Field(None, description="Where the rule comes from", examples=["Q29.4"])


class ProblemOut(BaseModel):
    """application/problem+json (RFC 9457) with the product's extensions."""

    type: str = Field(examples=["urn:zhiye:problem:id_number_check_digit"])
    title: str
    status: int
    code: str = Field(description="Stable, for machines; the first reason's code")
    detail: str
    next_step: str
    field: str | None = None
    reasons: list[ReasonOut] = Field(description="Every reason at once")
    request_id: str


def refused(
    code: str,
    reason: tuple[str, str],
    next_step: tuple[str, str],
    *,
    field: str | None = None,
    source: str | None = None,
    status: int = 422,
    keep_effects: bool = False,
    retry_after: int | None = None,
) -> Refused:
    """A refusal with one reason; texts as (Chinese, English)."""
    return Refused(
        Reason(code, Text(*reason), Text(*next_step), field=field, source=source),
        status=status,
        keep_effects=keep_effects,
        retry_after=retry_after,
    )


def reason_out(reason: Reason, language: Language) -> ReasonOut:
    """A reason as the reader is told it."""
    return ReasonOut(
        code=reason.code,
        field=reason.field,
        reason=reason.reason.read(language),
        next_step=reason.next_step.read(language),
        source=reason.source and read_source(reason.source, language),
    )


def problem_body(reasons: Sequence[Reason], status: int, language: Language) -> dict[str, Any]:
    first = reasons[0]
    return {
        "type": f"urn:zhiye:problem:{first.code}",
        "title": texts.status_title(status).read(language),
        "status": status,
        "code": first.code,
        "detail": first.reason.read(language),
        "next_step": first.next_step.read(language),
        "field": first.field,
        "reasons": [reason_out(reason, language).model_dump() for reason in reasons],
        "request_id": request_id_var.get(),
    }


def problem_response(
    reasons: Sequence[Reason],
    status: int,
    language: Language | None = None,
    retry_after: int | None = None,
) -> JSONResponse:
    language = language or language_var.get()
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        problem_body(reasons, status, language),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def refusal_response(refusal: Refused) -> Response:
    log.info("refused", status=refusal.status, codes=[reason.code for reason in refusal.reasons])
    return problem_response(refusal.reasons, refusal.status, retry_after=refusal.retry_after)


def _field_of(fault: dict[str, Any]) -> str | None:
    """The dotted path of the field; without what it is part of, or a position in broken JSON."""
    if fault["type"] == "json_invalid":
        return None
    path = [str(part) for part in fault["loc"][1:]]
    # An unknown field has the client's own name, and that may be anything.
    return redact_text(".".join(path))[:200] or None


def validation_reasons(error: RequestValidationError) -> list[Reason]:
    """Every fault of the request, each with its field; the values are not repeated."""
    reasons: list[Reason] = []
    for fault in error.errors():
        field = _field_of(fault)
        cause = (fault.get("ctx") or {}).get("error")
        if isinstance(cause, IdentifierError):
            reasons.append(cause.about(field))
        else:
            reasons.append(texts.of_fault(fault["type"], fault.get("ctx") or {}, field))
    return reasons


def _is_unstorable(error: DBAPIError) -> bool:
    """Whether the client sent a value that no column can hold: a NUL, a huge number. PostgreSQL
    says so (SQLSTATE class 22), or its driver before it asks."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state.startswith("22") or isinstance(
        getattr(error.orig, "__cause__", None), asyncpg.DataError
    )


def install(app: FastAPI) -> None:
    """Teach an application to answer every fault with problem details."""

    async def on_refused(_: Request, error: Any) -> Response:
        return refusal_response(error)

    async def on_identifier(_: Request, error: Any) -> Response:
        return problem_response([error.reason], 422)

    async def on_invalid(_: Request, error: Any) -> Response:
        reasons = validation_reasons(error)
        status = 400 if reasons[0].code == "json_invalid" else 422
        log.info("refused", status=status, codes=[reason.code for reason in reasons])
        return problem_response(reasons, status)

    async def on_http(_: Request, error: Any) -> Response:
        response = problem_response([texts.of_status(error.status_code)], error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    async def on_database(_: Request, error: Any) -> Response:
        if _is_unstorable(error):
            return problem_response([texts.UNSTORABLE], 422)
        return await (on_busy if is_transient(error) else on_failure)(_, error)

    async def on_busy(_: Request, error: Exception) -> Response:
        """The database is away, or no connection to it came free in time."""
        log.warning("busy", error=type(error).__name__)
        return problem_response([texts.of_status(503)], 503, retry_after=5)

    async def on_unencodable(_: Request, error: Exception) -> Response:
        return problem_response([texts.UNSTORABLE], 422)

    async def on_failure(_: Request, error: Exception) -> Response:
        log.error("failed", error=type(error).__name__, exc_info=error)
        response = problem_response([texts.of_status(500)], 500)
        response.headers["X-Request-Id"] = request_id_var.get()  # sent past our middleware
        return response

    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(IdentifierError, on_identifier)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(DBAPIError, on_database)
    app.add_exception_handler(PoolTimeout, on_busy)
    app.add_exception_handler(OSError, on_busy)
    app.add_exception_handler(UnicodeEncodeError, on_unencodable)
    app.add_exception_handler(Exception, on_failure)


@functools.cache
def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """``responses=`` for FastAPI: these statuses answer with problem details."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    return {status: {"description": "Refused", "content": content} for status in statuses}
