"""Every route of the institutions service."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.web import Routes
from zhiye_institutions.entrypoints import (
    authorities,
    codes,
    filings,
    imports,
    institutions,
    merges,
    records,
    search,
    zones,
)
from zhiye_institutions.kit import Kit


def routes(kit: Kit) -> Sequence[Routes]:
    return (
        authorities.routes(kit),
        search.routes(kit),
        institutions.routes(kit),
        records.routes(kit),
        imports.routes(kit),
        filings.routes(kit),
        merges.routes(kit),
        zones.routes(kit),
        codes.routes(kit),
    )
