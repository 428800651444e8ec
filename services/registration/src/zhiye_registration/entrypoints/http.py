"""Every route of the service."""

from __future__ import annotations

from zhiye_chassis.web import Routes
from zhiye_registration.entrypoints import (
    applications,
    business_types,
    photos,
    registrations,
    reviews,
)
from zhiye_registration.kit import Kit


def routes(kit: Kit) -> list[Routes]:
    return [
        business_types.routes(kit),
        applications.routes(kit),
        reviews.routes(kit),
        registrations.routes(kit),
        photos.routes(kit),
    ]
