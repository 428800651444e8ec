"""The preview of a merge of institutions: who would follow (Q20.4.2, Q41.4.2)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from zhiye_chassis.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor
from zhiye_chassis.security import allow
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts import purposes
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.identifiers import mask_id_number_for_others, mask_name
from zhiye_registration.application.preview_merge import preview_merge
from zhiye_registration.domain.facts import STATUSES, HeldRegistration, registration_status
from zhiye_registration.domain.workflow import STATES
from zhiye_registration.kit import Kit


class RegistrationsCount(BaseModel):
    profession: str = Field(examples=["nurse"])
    status: str = Field(examples=["registered"])
    count: int = Field(examples=[155])


class ApplicationsCount(BaseModel):
    business_type: str = Field(examples=["nurse-first"])
    business_type_label: str = Field(examples=["首次注册"])
    state: str = Field(examples=["awaiting_authority"])
    state_label: str = Field(examples=["待审批机关审批"])
    count: int = Field(examples=[3])


class PersonOut(BaseModel):
    """Somebody who would follow."""

    registration_id: str
    name: str = Field(description="Masked", examples=["王*"])
    id_number: str = Field(description="Masked", examples=["****************2X"])
    profession: str = Field(examples=["nurse"])
    status: str = Field(examples=["registered"])
    status_label: str = Field(examples=["在册"])


class MergePreviewOut(BaseModel):
    """Everything that is at an institution now."""

    institution_id: str
    institution_name: str = Field(examples=["北京示例医院（老名称）"])
    registrations: list[RegistrationsCount]
    open_applications: list[ApplicationsCount]
    filings: int = Field(
        description="Of physicians at this further institution, in force", examples=[4]
    )
    people: Page[PersonOut]


def routes(kit: Kit) -> Routes:
    router = Routes("merges")

    @router.expose("GET", "/api/v1/institution-merges/previews/{source_id}", allow("authority"))
    async def preview(
        source_id: Annotated[str, Path(max_length=64, examples=["01JD0000000000000000INS002"])],
        caller: Caller,
        language: Reader,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> MergePreviewOut:
        """Who and what would follow if this institution were merged: counts, and the people
        masked, in pages. To an authority over its region."""
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        today = kit.clock.today()
        async with kit.database.reading() as connection:
            found = await preview_merge(connection, caller, source_id, today, after, limit + 1)
        people = []
        for row in found.people[:limit]:
            status = registration_status(HeldRegistration(row["status"], row["valid_until"]), today)
            number = kit.settings.cipher.open(row["sealed_id_number"], purposes.ID_NUMBER)
            people.append(
                PersonOut(
                    registration_id=row["id"],
                    name=mask_name(row["name"]),
                    id_number=mask_id_number_for_others(number),
                    profession=row["profession"],
                    status=status,
                    status_label=STATUSES[status].read(language),
                )
            )
        more = len(found.people) > limit
        return MergePreviewOut(
            institution_id=source_id,
            institution_name=found.institution["name"],
            registrations=[RegistrationsCount.model_validate(dict(r)) for r in found.registrations],
            open_applications=[
                ApplicationsCount(
                    **a,
                    business_type_label=BUSINESS_TYPES.label(a["business_type"], language),
                    state_label=next(
                        text.read(language) for state, text in STATES.items() if state == a["state"]
                    ),
                )
                for a in found.applications
            ],
            filings=found.filings,
            people=Page(
                items=people,
                next_cursor=encode_cursor(people[-1].registration_id) if more else None,
            ),
        )

    return router
