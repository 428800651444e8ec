"""The migrated database and the policy document are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from zhiye_chassis import migrate
from zhiye_registration.adapters.tables import metadata
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.workflow import WORKFLOW
from zhiye_registration.entrypoints.views import STEPS
from zhiye_registration.policy_document import render_policy

ROOT = Path(__file__).parents[3]
MIGRATIONS = "zhiye_registration.migrations"


async def test_the_migrations_make_what_the_code_declares(make_database):
    database = await make_database(None)
    await migrate.upgrade(database.url, MIGRATIONS)
    assert await migrate.differences(database.url, metadata) == []
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT nextval('application_number')")) == 1
        await connection.execute(
            text(
                "INSERT INTO application_step (application_id, version, at, action, state,"
                " actor_account_id, actor_role, actor_name, reasons)"
                " VALUES ('A', 1, now(), 'drafted', 'draft', 'B', 'practitioner', '', '[]')"
            )
        )
        with pytest.raises(DBAPIError, match="only grows"):
            await connection.execute(text("DELETE FROM application_step"))


def test_the_policy_document_is_current():
    assert (ROOT / "docs/policy.md").read_text() == render_policy(), "run `zhiye generate`"


def test_the_policy_document_has_every_row_of_the_tables():
    document = render_policy()
    for row in BUSINESS_TYPES.values():
        assert f"`{row.slug}`" in document
        for condition in row.conditions:
            assert f"| `{condition.name}` |" in document
        for material in row.materials:
            assert material.zh in document
    assert sum(line.startswith("| `") for line in document.splitlines()) >= len(WORKFLOW)


def test_every_step_that_is_recorded_has_a_label():
    source = ROOT / "services/registration/src/zhiye_registration/application"
    text_of_use_cases = "".join(path.read_text() for path in source.glob("*.py"))
    for name in STEPS:
        assert f'"{name}"' in text_of_use_cases
