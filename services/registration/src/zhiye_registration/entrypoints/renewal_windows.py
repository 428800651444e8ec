"""Routes about when renewals are taken (Q32)."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.problems import refused
from zhiye_chassis.security import Principal, allow
from zhiye_chassis.web import Caller, IfMatch, Routes, Schema, Tx, etag
from zhiye_registration.adapters import registrations
from zhiye_registration.adapters.projection_tables import institution
from zhiye_registration.application.access import not_found
from zhiye_registration.application.renewal_windows import (
    RenewalWindow,
    own_version,
    set_window,
    window_of,
)
from zhiye_registration.kit import Kit

_EXAMPLE: dict[str, Any] = {"opens_days_before": 60, "late_days": 30}


class RenewalWindowIn(Schema):
    """From when to when renewals are taken in a region."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    opens_days_before: int = Field(ge=1, le=366, description="Days before the last day of validity")
    late_days: int = Field(ge=0, le=366, description="Days after it until which it is still taken")


class OwnRenewalOut(BaseModel):
    """What the window means for one's own registration, all days included."""

    valid_until: date
    opens_on: date
    closes_on: date
    open: bool = Field(description="Whether renewal can be applied for today")


class RenewalWindowOut(BaseModel):
    """The window that applies to the caller, and who has set it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "region": "110102",
                    "authority_id": "01JD0000000000000000AUT001",
                    "authority_name": "北京市卫生健康委员会",
                    "set_by_caller": False,
                    "registration": None,
                }
            ]
        }
    )

    region: str = Field(description="That was asked about: the institution's, or the authority's")
    opens_days_before: int
    late_days: int
    authority_id: str | None = Field(description="Who has set it; none: the system's default")
    authority_name: str | None
    set_by_caller: bool
    registration: OwnRenewalOut | None = Field(None, description="To a registered person only")


def routes(kit: Kit) -> Routes:
    router = Routes("renewal windows")

    @router.expose(
        "GET", "/api/v1/renewal-windows", allow("practitioner", "institution", "authority")
    )
    async def get_renewal_window(caller: Caller, response: Response) -> RenewalWindowOut:
        """When renewals are taken where the caller is: of the nearest authority that has set it,
        else the default. A nurse gets the days of the own registration; the ETag is that of the
        window the calling authority has set, 0 while it has none."""
        async with kit.database.reading() as connection:
            region, valid_until = await _place(connection, caller)
            window = await window_of(connection, kit, region)
            if caller.role == "authority":
                version = await own_version(connection, caller.authority_id)
                response.headers["ETag"] = etag(version)
        return _shown(kit, caller, region, window, valid_until)

    @router.expose("PUT", "/api/v1/renewal-windows/mine", allow("authority"), refusals=(412, 428))
    async def set_renewal_window(
        tx: Tx, caller: Caller, body: RenewalWindowIn, version: IfMatch, response: Response
    ) -> RenewalWindowOut:
        """Set it for one's own region and all below that have not set their own: earlier than 30
        days before expiry, never later (Q32)."""
        changed = await set_window(tx, kit, caller, version, body.opens_days_before, body.late_days)
        response.headers["ETag"] = etag(changed)
        region = caller.region or ""
        return _shown(kit, caller, region, await window_of(tx.connection, kit, region), None)

    return router


async def _place(connection: AsyncConnection, caller: Principal) -> tuple[str, date | None]:
    """The region that counts for the caller, and a nurse's last day of validity."""
    if caller.role == "practitioner":
        held = caller.person_key and await registrations.newest_of(
            connection, caller.person_key, "nurse"
        )
        if not held or held["status"] != "registered":
            await _check_no_physician(connection, caller.person_key)
            raise refused(
                "not_registered",
                ("您目前没有护士执业注册。", "You have no practice registration as a nurse."),
                ("请先办理首次注册或重新注册。", "Apply for registration first."),
                status=404,
            )
        return held["region"], held["valid_until"]
    if caller.role == "institution":
        region = await connection.scalar(
            select(institution.c.region).where(institution.c.id == caller.institution_id)
        )
    else:
        region = caller.region
    if region is None:
        raise not_found()
    return region, None


async def _check_no_physician(connection: AsyncConnection, person_key: str | None) -> None:
    held = person_key and await registrations.newest_of(connection, person_key, "physician")
    if held:
        raise refused(
            "physicians_do_not_renew",
            (
                "医师执业注册没有有效期，无需延续注册。",
                "A physician's registration has no end, and is not renewed.",
            ),
            (
                "如需变更注册事项，请办理医师变更注册。",
                "To change what is registered, apply for a change.",
            ),
            source="Law on Physicians (2021) art. 13",
            status=404,
        )


def _shown(
    kit: Kit, caller: Principal, region: str, window: RenewalWindow, valid_until: date | None
) -> RenewalWindowOut:
    own = None
    if valid_until is not None:
        opens, closes = window.opens_on(valid_until), window.closes_on(valid_until)
        own = OwnRenewalOut(
            valid_until=valid_until,
            opens_on=opens,
            closes_on=closes,
            open=opens <= kit.clock.today() <= closes,
        )
    return RenewalWindowOut(
        region=region,
        opens_days_before=window.opens_days_before,
        late_days=window.late_days,
        authority_id=window.authority_id,
        authority_name=window.source_name,
        set_by_caller=window.authority_id is not None
        and window.authority_id == caller.authority_id,
        registration=own,
    )
