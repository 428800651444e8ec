"""Penalties, and the duties that follow from them and from leaving (Q50, Q52)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, Integer, Table, Text, text

from zhiye_contracts.codes import DUTY_CAUSES, DUTY_KINDS, PENALTY_KINDS
from zhiye_registration.adapters.tables import metadata


def _one_of(column: str, codes: object) -> str:
    return f"{column} IN ({', '.join(repr(code) for code in codes)})"  # type: ignore[attr-defined]


IS_OPEN = "state IN ('open', 'escalated')"

penalty = Table(
    "penalty",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("sealed_id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("ends_on", Date, comment="last day; of a sentence, when it was served"),
    Column("deciding_body", Text, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("document_key", Text, nullable=False, comment="the number as it is compared"),
    Column("note", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reported_by_id", Text, nullable=False, comment="authority"),
    Column("reported_by_name", Text, nullable=False),
    Column("reported_by_officer", Text, nullable=False, comment="empty: a system outside"),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("rescinded_on", Date),
    Column("rescinded_by_officer", Text),
    Column("rescission_note", Text, nullable=False),
    CheckConstraint(_one_of("kind", PENALTY_KINDS), name="kind"),
    CheckConstraint("profession IN ('physician', 'nurse')", name="profession"),
    CheckConstraint("source IN ('http', 'bus')", name="source"),
    CheckConstraint("ends_on >= decided_on", name="period"),
    CheckConstraint("kind <> 'suspension' OR ends_on IS NOT NULL", name="suspension_ends"),
    Index(
        "penalty_once_in_a_document",
        "person_key",
        "profession",
        "kind",
        "document_key",
        unique=True,
        postgresql_where=text("rescinded_on IS NULL"),
    ),
    Index("penalty_person_idx", "person_key", "profession"),
    Index("penalty_reported_by_idx", "reported_by_id", "id"),
)
"""As it was reported, for ever; one that was rescinded stays on record as such."""

duty = Table(
    "duty",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("ground", Text, comment="on which the business is done"),
    Column("penalty_id", Text),
    Column("profession", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("registration_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False, comment="who has to act"),
    Column("institution_name", Text, nullable=False),
    Column("region", Text, nullable=False, comment="of the institution"),
    Column("authority_id", Text, comment="who has to act when that is overdue"),
    Column("authority_name", Text),
    Column("opened_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("escalated_on", Date),
    Column("closed_on", Date),
    CheckConstraint(_one_of("kind", DUTY_KINDS), name="kind"),
    CheckConstraint(_one_of("cause", DUTY_CAUSES), name="cause"),
    CheckConstraint("state IN ('open', 'escalated', 'done', 'lapsed')", name="state"),
    CheckConstraint("(cause = 'penalty') = (penalty_id IS NOT NULL)", name="of_a_penalty"),
    CheckConstraint("(closed_on IS NULL) = (state IN ('open', 'escalated'))", name="closed"),
    Index(
        "duty_one_open_of_a_kind",
        "registration_id",
        "kind",
        unique=True,
        postgresql_where=text(IS_OPEN),
    ),
    Index("duty_due_idx", "due_on", "id", postgresql_where=text("state = 'open'")),
    Index("duty_institution_idx", "institution_id", "state", "id"),
    Index("duty_authority_idx", "authority_id", "state", "id"),
    Index("duty_region_idx", "region", "id", postgresql_ops={"region": "text_pattern_ops"}),
    Index("duty_person_idx", "person_key", "id"),
    Index("duty_penalty_idx", "penalty_id", postgresql_where=text("penalty_id IS NOT NULL")),
)
"""What has to be done about a registration: at most one of a kind at a time."""
