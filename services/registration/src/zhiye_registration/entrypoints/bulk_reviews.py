"""Routes of reviews and decisions of many applications at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from zhiye_chassis.calendar import add_working_days
from zhiye_chassis.choices import one_of
from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.problems import ReasonOut, reason_out
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes, Schema, Tx
from zhiye_contracts.codes.grounds import sentence
from zhiye_contracts.reasons import Language
from zhiye_registration.adapters import bulk
from zhiye_registration.application.bulk_order import (
    Order,
    cancel_order,
    find_order,
    order_reviews,
    organisation_of,
)
from zhiye_registration.domain.application_list import Filters
from zhiye_registration.domain.bulk import (
    MOST_LISTED,
    OUTCOMES,
    STATES,
    STOPPED_BY,
    Decision,
    JobState,
    Outcome,
    told,
)
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import ACTIONS
from zhiye_registration.entrypoints.list_schemas import Narrowing
from zhiye_registration.entrypoints.schemas import ReviewReasonIn, ToldReasonOut
from zhiye_registration.kit import Kit

_PATH = "/api/v1/bulk-reviews"
_REVIEWERS = allow("institution", "authority")
Id = Annotated[str, Path(max_length=64, examples=["01JD0000000000000000BLK001"])]


class VersionIn(Schema):
    id: str = Field(min_length=1, max_length=64, examples=["01JD0000000000000000APP001"])
    version: int = Field(ge=1, le=2**31 - 1, description="That the decision is based on")


class SelectionIn(Narrowing):
    """Everything of one business type that waits for the caller and meets the filters."""

    business_type: one_of(BUSINESS_TYPES)  # type: ignore[valid-type]


class BulkReviewIn(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "decision": "approve",
                    "selection": {"business_type": "nurse-renewal", "valid_until": "2026-12-31"},
                },
                {
                    "decision": "return",
                    "reasons": [{"code": "materials_incomplete", "text": "缺少健康检查证明"}],
                    "applications": [{"id": "01JD0000000000000000APP001", "version": 2}],
                },
            ]
        }
    )

    decision: Decision
    reasons: list[ReviewReasonIn] = Field(
        default_factory=list,
        max_length=20,
        description="Told to every applicant; needed unless it approves",
    )
    applications: list[VersionIn] | None = Field(None, min_length=1, max_length=MOST_LISTED)
    selection: SelectionIn | None = None


class BulkReviewOut(BaseModel):
    """An order and how far it is."""

    id: str = Field(examples=["01JD0000000000000000BLK001"])
    decision: Decision
    decision_label: str = Field(examples=["同意"])
    reasons: list[ToldReasonOut]
    selection: dict[str, Any] | None = Field(None, description="As it was asked for")
    ordered_by: str = Field(description="Name of the officer", examples=["王主任"])
    state: JobState
    state_label: str = Field(examples=["办理中"])
    stopped_by: Literal["cancellation", "account_revoked"] | None = None
    stopped_by_label: str | None = None
    total: int = Field(examples=[2000])
    done: int = Field(description="Worked off, refused ones included", examples=[1200])
    succeeded: int = Field(examples=[1195])
    refused: int = Field(examples=[5])
    percent: int = Field(ge=0, le=100, examples=[60])
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


class BulkReviewDetail(BulkReviewOut):
    refused_by_code: dict[str, int] = Field(
        description="How many were refused, by the first reason", examples=[{"version_stale": 3}]
    )


class BulkItemOut(BaseModel):
    """One application of an order and what came of it."""

    place: int = Field(description="In the order given, from 1")
    application_id: str
    version: int = Field(description="That the decision is based on")
    number: str | None = Field(None, description="Once it is known to be the caller's business")
    name: str | None = None
    outcome: Outcome | None = Field(None, description="Absent: not worked on yet")
    outcome_label: str | None = Field(None, examples=["已办理"])
    reasons: list[ReasonOut] = Field(description="Why it was refused: all of them")
    at: datetime | None = None


def routes(kit: Kit) -> Routes:
    router = Routes("bulk reviews")

    @router.expose("POST", _PATH, _REVIEWERS, status_code=202, refusals=(409,))
    async def order_bulk_review(
        body: BulkReviewIn, tx: Tx, caller: Caller, language: Reader, response: Response
    ) -> BulkReviewOut:
        """Review (an institution) or decide (an authority) many applications, named with the
        versions that were read, or selected: at once what meets the selection and waits for the
        caller. They are worked off in the background, each as if it were reviewed by itself; what
        is refused leaves the others as they are."""
        order = Order(
            body.decision,
            [(reason.code, reason.text) for reason in body.reasons],
            [(one.id, one.version) for one in body.applications] if body.applications else None,
            _filters(kit, body.selection) if body.selection else None,
            body.selection.model_dump(mode="json", exclude_none=True) if body.selection else None,
        )
        job = await order_reviews(tx, kit, caller, order)
        response.headers["Location"] = f"{_PATH}/{job['id']}"
        return BulkReviewOut(**_shown(job, language))

    @router.expose("GET", _PATH, _REVIEWERS)
    async def list_bulk_reviews(
        caller: Caller, language: Reader, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[BulkReviewOut]:
        """Those of the own organisation, the newest first."""
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        async with kit.database.reading() as connection:
            rows = await bulk.of_organisation(
                connection, organisation_of(caller), before, limit + 1
            )
        more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        items = [BulkReviewOut(**_shown(row, language)) for row in rows[:limit]]
        return Page(items=items, next_cursor=more)

    @router.expose("GET", _PATH + "/{id}", _REVIEWERS)
    async def get_bulk_review(id: Id, caller: Caller, language: Reader) -> BulkReviewDetail:
        """How far one is, and why applications were refused."""
        async with kit.database.reading() as connection:
            job = await find_order(connection, caller, id)
            codes = await bulk.codes_of(connection, id)
        return BulkReviewDetail(**_shown(job, language), refused_by_code=codes)

    @router.expose("GET", _PATH + "/{id}/items", _REVIEWERS)
    async def list_bulk_review_items(
        id: Id,
        caller: Caller,
        language: Reader,
        outcome: Annotated[Literal["done", "refused", "pending"] | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[BulkItemOut]:
        """Its applications and what came of each, in the order given."""
        after = int(decode_cursor(cursor, int)[0]) if cursor else 0
        async with kit.database.reading() as connection:
            await find_order(connection, caller, id)
            rows = await bulk.items_of(connection, id, outcome, after, limit + 1)
        more = encode_cursor(rows[limit - 1]["place"]) if len(rows) > limit else None
        items = [BulkItemOut(**_item(row, language)) for row in rows[:limit]]
        return Page(items=items, next_cursor=more)

    @router.expose("POST", _PATH + "/{id}/cancellation", _REVIEWERS, refusals=(409,))
    async def cancel_bulk_review(
        id: Id, tx: Tx, caller: Caller, language: Reader
    ) -> BulkReviewDetail:
        """Stop it where it is; what was reviewed stays."""
        await cancel_order(tx, kit, caller, id)
        job = await find_order(tx.connection, caller, id)
        codes = await bulk.codes_of(tx.connection, id)
        return BulkReviewDetail(**_shown(job, language), refused_by_code=codes)

    return router


def _filters(kit: Kit, asked: SelectionIn) -> Filters:
    return Filters(
        business_type=asked.business_type,
        source=asked.source,
        institution_id=asked.institution_id,
        applied_from=asked.applied_from,
        applied_to=asked.applied_to,
        due=asked.due,
        soon_until=add_working_days(kit.clock.today(), asked.soon_days),
        valid_until=asked.valid_until,
    )


def _shown(job: RowMapping, language: Language) -> dict[str, Any]:
    why = job["stopped_by"]
    return {
        **{name: job[name] for name in BulkReviewOut.model_fields if name in job},
        "decision_label": ACTIONS[job["decision"]].read(language),
        "reasons": [
            {"code": code, "text": sentence(REVIEW_REASONS, code, note, language)}
            for code, note in job["reasons"]
        ],
        "ordered_by": job["principal"]["name"],
        "state_label": STATES[job["state"]].read(language),
        "stopped_by_label": STOPPED_BY[why].read(language) if why else None,
        "refused": job["done"] - job["succeeded"],
        "percent": 100 * job["done"] // job["total"],
    }


def _item(row: RowMapping, language: Language) -> dict[str, Any]:
    outcome: Outcome | None = row["outcome"]
    reasons = told(row["problem"] or [])
    known = outcome is not None and all(one.code != "not_found" for one in reasons)
    return {
        **{name: row[name] for name in ("place", "application_id", "version", "outcome", "at")},
        "number": row["number"] if known else None,
        "name": row["name"] if known else None,
        "outcome_label": OUTCOMES[outcome].read(language) if outcome else None,
        "reasons": [reason_out(one, language) for one in reasons],
    }
