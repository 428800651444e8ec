"""The policy table: each business type is one row that an official could read.

A new type is a new row (``docs/how-to/add-a-business-type.md``); ``docs/policy.md`` is generated
from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhiye_registration.domain.business_type import BusinessType
from zhiye_registration.domain.nurse_policy import NURSES
from zhiye_registration.domain.physician_policy import PHYSICIANS

BUSINESS_TYPES: Mapping[str, BusinessType] = MappingProxyType(
    {row.slug: row for row in (*NURSES, *PHYSICIANS)}
)
"""The policy table, by slug."""
