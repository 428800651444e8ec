"""Routes about the business types themselves, and “May I?”."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from zhiye_chassis.problems import reason_out
from zhiye_chassis.security import PUBLIC, allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts.reasons import Language, read_source
from zhiye_registration.application.access import not_found
from zhiye_registration.application.assess_eligibility import assess_eligibility
from zhiye_registration.domain.about import off_post
from zhiye_registration.domain.business_type import BusinessType, reason_of
from zhiye_registration.domain.conditions import Condition
from zhiye_registration.domain.facts import STATUSES
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.entrypoints.about_views import off_post_view
from zhiye_registration.entrypoints.schemas import (
    AssessedConditionOut,
    BusinessTypeItem,
    BusinessTypeOut,
    CodeOut,
    ConditionOut,
    EligibilityOut,
    OffPostOut,
    ReviewStepOut,
)
from zhiye_registration.kit import Kit

Slug = Annotated[str, Path(max_length=50, examples=["nurse-first"])]

_OUTCOMES = {
    "met": ("符合", "met"),
    "not_met": ("不符合", "not met"),
    "unknown": ("待确认", "unknown"),
}


def routes(kit: Kit) -> Routes:
    router = Routes("business types")

    @router.expose("GET", "/api/v1/business-types", PUBLIC)
    async def list_business_types(language: Reader) -> list[BusinessTypeItem]:
        """Every business type that can be applied for."""
        return [_item(row, language) for row in BUSINESS_TYPES.values()]

    @router.expose("GET", "/api/v1/business-types/{slug}", PUBLIC)
    async def get_business_type(slug: Slug, language: Reader) -> BusinessTypeOut:
        """Who may, what is needed, who reviews and within how many working days."""
        return _whole(kit, _row(slug), language)

    @router.expose("GET", "/api/v1/my/eligibility/{slug}", allow("practitioner", inactive=True))
    async def get_my_eligibility(
        slug: Slug,
        caller: Caller,
        language: Reader,
        institution_id: Annotated[
            str | None, Query(max_length=64, description="The intended institution, if known")
        ] = None,
        registration_id: Annotated[
            str | None,
            Query(max_length=64, description="A physician's who has several: which one"),
        ] = None,
    ) -> EligibilityOut:
        """“May I?”: each condition with met, not met or unknown, its source and how to meet it.
        What an open draft of the type declares is taken into account."""
        row = _row(slug)
        async with kit.database.reading() as connection:
            facts, assessed = await assess_eligibility(
                connection, kit, caller, row, institution_id, registration_id
            )
        outcomes = {one.outcome for one in assessed}
        held = facts.registration if row.profession == "physician" and caller.active else None
        left = off_post(facts, kit.clock.today()) if row.effect == "file_off_post" else None
        return EligibilityOut(
            business_type=row.slug,
            business_type_label=row.name.read(language),
            answer="no" if "not_met" in outcomes else "unknown" if "unknown" in outcomes else "yes",
            registration_id=held.id if held else None,
            off_post=OffPostOut(**off_post_view(left, language)) if left else None,
            conditions=[
                AssessedConditionOut(
                    **_condition(one.condition, language).model_dump(),
                    outcome=one.outcome,
                    outcome_label=_OUTCOMES[one.outcome][language == "en"],
                    reason=None
                    if one.outcome == "met"
                    else reason_out(reason_of(one, facts), language),
                )
                for one in assessed
            ],
        )

    return router


def _row(slug: str) -> BusinessType:
    row = BUSINESS_TYPES.get(slug)
    if row is None:
        raise not_found()
    return row


def _item(row: BusinessType, language: Language) -> BusinessTypeItem:
    return BusinessTypeItem(
        slug=row.slug,
        name=row.name.read(language),
        profession=row.profession,
        summary=row.summary.read(language),
    )


def _whole(kit: Kit, row: BusinessType, language: Language) -> BusinessTypeOut:
    moment = kit.moment()
    return BusinessTypeOut(
        **_item(row, language).model_dump(),
        from_status=[
            CodeOut(code=status, label=STATUSES[status].read(language))
            for status in row.from_status
        ],
        conditions=[_condition(one, language) for one in row.conditions],
        information=[
            CodeOut(code=field.name, label=field.title.read(language)) for field in row.information
        ],
        reviews=[
            ReviewStepOut(
                by=review.by,
                title=review.title.read(language),
                working_days=moment.days_of(review),
                statutory=not review.setting,
                source=read_source(review.source, language),
            )
            for review in row.reviews
        ],
        effect=row.effect_text.read(language),
        materials=[material.read(language) for material in row.materials],
        by_institution=row.by_institution,
        by_authority=row.by_authority,
        review_reasons=[
            CodeOut(code=code, label=label.read(language)) for code, label in REVIEW_REASONS.items()
        ],
    )


def _condition(one: Condition, language: Language) -> ConditionOut:
    return ConditionOut(
        name=one.name,
        text=one.text.read(language),
        source=read_source(one.source, language),
        needs=list(one.needs),
        how=one.next_step.read(language),
    )
