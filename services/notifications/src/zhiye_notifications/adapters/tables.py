"""The tables of the notifications service."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import new_metadata

metadata = new_metadata()

contact = Table(
    "contact",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column(
        "active",
        Boolean,
        nullable=False,
        server_default="true",
        comment="a person's: nobody has seen yet whose an account is that is not",
    ),
    Column("language", Text, nullable=False),
    Column("sealed_phone", Text),
    Column("phone_verified", Boolean, nullable=False),
    Column("sealed_email", Text),
    Column("email_verified", Boolean, nullable=False),
    Column("institution_id", Text),
    Column("authority_id", Text),
    Column("person_key", Text, comment="blind index of the ID number; people only"),
    Column("main_account_id", Text, comment="of a clone: whose it is (Q54)"),
    Index(
        "contact_institution_idx",
        "institution_id",
        postgresql_where=text("institution_id IS NOT NULL"),
    ),
    Index(
        "contact_authority_idx",
        "authority_id",
        postgresql_where=text("authority_id IS NOT NULL"),
    ),
    Index("contact_person_idx", "person_key", postgresql_where=text("person_key IS NOT NULL")),
    comment="projection of AccountChanged",
)

in_app_message = Table(
    "in_app_message",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, nullable=False, unique=True, comment="aggregate and version told of"),
    Column("account_id", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("sealed_parameters", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
    Index("in_app_message_account_id_idx", "account_id", "id"),
    Index(
        "in_app_message_unread_idx",
        "account_id",
        postgresql_where=text("read_at IS NULL"),
    ),
)

WAITING = "state = 'queued' OR error_code = 'no_provider'"
"""What may still be sent: also what failed only for want of a provider."""

outgoing = Table(
    "outgoing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False, unique=True, comment="aggregate and version told of"),
    Column("account_id", Text, comment="to whom, while the address is not known yet"),
    Column("channel", Text, comment="NULL: waits for a verified contact of the account"),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sealed_address", Text),
    Column("sealed_parameters", Text, comment="forgotten when the message is done with"),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True), comment="of the last try"),
    Column("finished_at", DateTime(timezone=True)),
    Column("provider", Text),
    Column("provider_reference", Text),
    Column("parts", SmallInteger, comment="SMS of 70 characters"),
    Column("error_code", Text),
    CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'expired')", name="state"),
    CheckConstraint("channel IN ('sms', 'email')", name="channel"),
    CheckConstraint("(channel IS NULL) = (sealed_address IS NULL)", name="address"),
    CheckConstraint("channel IS NOT NULL OR account_id IS NOT NULL", name="addressee"),
    Index("outgoing_waiting_idx", "expires_at", postgresql_where=text(WAITING)),
    Index("outgoing_sending_idx", "started_at", postgresql_where=text("state = 'sending'")),
    Index(
        "outgoing_unaddressed_idx",
        "account_id",
        postgresql_where=text("state = 'queued' AND channel IS NULL"),
    ),
    Index("outgoing_finished_at_idx", "finished_at", postgresql_using="brin"),
)

development_message = Table(
    "development_message",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    comment="development only: what would have been sent, in the clear",
)
