"""Routes of practice registrations: one's own, and the look-up by certificate number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Path, Request, Response
from pydantic import BaseModel, Field

from zhiye_chassis.security import allow
from zhiye_chassis.telemetry import language_var
from zhiye_chassis.web import Caller, Reader, Routes
from zhiye_contracts import purposes
from zhiye_contracts.codes import BUSINESS_TYPES
from zhiye_contracts.reasons import Language, Text
from zhiye_registration.adapters import registrations
from zhiye_registration.application.access import not_found
from zhiye_registration.application.look_up_registration import (
    look_up_registration,
    registration_view,
)
from zhiye_registration.domain.facts import STATUSES, Status
from zhiye_registration.kit import Kit

_IMPORTED = Text("原有注册信息", "taken over")
_BY_THE_SYSTEM = {
    "institution-merged": Text("机构并入标准名称", "institution merged into its standard name"),
    "identity-corrected": Text("随资格信息更正", "corrected with the qualification"),
    "merge-undone": Text("机构合并已撤销", "merge of the institution undone"),
}


class RegistrationOut(BaseModel):
    """A practice registration as others see it (执业信息验证, deck 5.2)."""

    certificate_number: str = Field(examples=["202611000017"])
    name: str = Field(examples=["王芳"])
    id_number: str = Field(description="Masked", examples=["****************2X"])
    gender: str = Field(examples=["2"])
    gender_label: str = Field(examples=["女"])
    birth_year: int = Field(examples=[2002])
    birth_date: date | None = Field(None, description="To the owner only")
    profession: str = Field(examples=["nurse"])
    status: Status
    status_label: str = Field(examples=["在册"])
    institution_id: str
    institution_name: str | None = Field(examples=["北京示例医院"])
    region: str = Field(examples=["110102"])
    authority_name: str | None = Field(examples=["西城区卫生健康委员会"])
    department: str | None = Field(examples=["ward"])
    department_label: str | None = Field(examples=["病房"])
    work_category: str | None = Field(examples=["clinical-nursing"])
    work_category_label: str | None = Field(examples=["临床护理"])
    registered_on: date
    valid_from: date
    valid_until: date
    days_left: int = Field(description="Days until it expires; negative when it has")


class HistoryOut(BaseModel):
    """One change of a registration (历史沿革)."""

    at: datetime
    change: str = Field(examples=["nurse-first"])
    change_label: str = Field(examples=["首次注册"])
    application_number: str | None
    status: str
    institution_name: str
    authority_name: str | None
    valid_from: date
    valid_until: date


class MyRegistrationOut(BaseModel):
    """One's own registration; ``registration`` is absent when never registered."""

    status: Status
    status_label: str
    registration: RegistrationOut | None
    history: list[HistoryOut]


def routes(kit: Kit) -> Routes:
    router = Routes("registrations")

    @router.expose(
        "GET",
        "/api/v1/registrations/{certificate_number}",
        allow("institution", "authority", "operator"),
        direct=True,
        response_model=RegistrationOut,
    )
    async def get_registration(
        request: Request,
        certificate_number: Annotated[str, Path(max_length=40, examples=["202611000017"])],
    ) -> Response:
        """Who holds a certificate number, nationwide."""
        # The hot read: what the query gives is what the schema says (a test compares them).
        account_id = request.state.principal.account_id
        view = await look_up_registration(kit, certificate_number, language_var.get(), account_id)
        return Response(orjson.dumps(view), media_type="application/json")

    @router.expose("GET", "/api/v1/my/registration", allow("practitioner"))
    async def get_my_registration(caller: Caller, language: Reader) -> MyRegistrationOut:
        """One's own registration, the certificate number whole, and its history."""
        if caller.person_key is None:
            raise not_found()
        async with kit.database.reading() as connection:
            row = await registrations.newest_of(connection, caller.person_key, "nurse")
            history = await registrations.history_of(connection, caller.person_key, "nurse")
        view = None
        if row is not None:
            number = kit.settings.cipher.open(
                row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER
            )
            view = registration_view(kit, row, number, kit.clock.today(), language, own=True)
        status: Status = view["status"] if view else "never_registered"
        return MyRegistrationOut(
            status=status,
            status_label=STATUSES[status].read(language),
            registration=RegistrationOut.model_validate(view) if view else None,
            history=[_history(entry, language) for entry in history],
        )

    return router


def _history(entry: Any, language: Language) -> HistoryOut:
    change = entry["change"]
    label = BUSINESS_TYPES.get(change) or _BY_THE_SYSTEM.get(change, _IMPORTED)
    return HistoryOut.model_validate({**entry, "change_label": label.read(language)})
