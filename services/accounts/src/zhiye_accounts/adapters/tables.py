"""Tables of the accounts database."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)

from zhiye_chassis.tables import new_metadata

metadata = new_metadata()


def _when(name: str, **options: Any) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), **options)


account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False, comment="registered | verified | active | revoked"),
    Column("user_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False, comment="argon2id"),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False, server_default="zh"),
    Column("person_key", Text, comment="blind index of the ID number; people only"),
    Column("sealed_id_number", Text),
    Column("identity", Text, comment="outcome of the identity check; people only"),
    Column("sealed_phone", Text),
    Column("phone_key", Text),
    _when("phone_verified_at"),
    Column("sealed_email", Text),
    Column("email_key", Text),
    _when("email_verified_at"),
    Column("institution_id", Text),
    Column("authority_id", Text),
    Column("region", Text),
    _when("activated_at"),
    Column("activated_by", Text, comment="route of activation"),
    _when("created_at", nullable=False),
    CheckConstraint(
        "role IN ('practitioner', 'institution', 'authority', 'exam_centre', 'operator')",
        name="role",
    ),
    CheckConstraint("(role = 'practitioner') = (person_key IS NOT NULL)", name="person"),
    Index("account_user_name_key", text("lower(user_name)"), unique=True),
    Index(
        "account_person_key",
        "person_key",
        unique=True,
        postgresql_where=text("status <> 'revoked'"),
    ),
    Index(
        "account_verified_phone_key",
        "phone_key",
        unique=True,
        postgresql_where=text(
            "phone_verified_at IS NOT NULL AND status <> 'revoked' AND role = 'practitioner'"
        ),
    ),
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False, index=True),
    Column("refresh_hash", Text, nullable=False, comment="SHA-256 of the current refresh token"),
    Column("previous_hash", Text, comment="of the one before: its use means it was stolen"),
    _when("created_at", nullable=False),
    _when("used_at", nullable=False),
    _when("expires_at", nullable=False),
    _when("ended_at"),
    Column("ended_because", Text),
)

verification_code = Table(
    "verification_code",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False),
    Column("purpose", Text, nullable=False, comment="verify_phone | verify_email"),
    Column("address_key", Text, nullable=False),
    Column("code_hash", Text, nullable=False, comment="keyed HMAC"),
    Column("tries_left", SmallInteger, nullable=False),
    _when("created_at", nullable=False),
    _when("expires_at", nullable=False),
    _when("used_at"),
    Index("verification_code_account_idx", "account_id", "purpose", "created_at"),
)

captcha = Table(
    "captcha",
    metadata,
    Column("id", Text, primary_key=True),
    Column("answer_hash", Text, nullable=False),
    _when("expires_at", nullable=False, index=True),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="blind index or id, never the value"),
    _when("at", nullable=False),
    Index("attempt_kind_subject_idx", "kind", "subject", "at"),
    Index("attempt_at_idx", "at"),
)

qualification = Table(
    "qualification",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person_key", Text, nullable=False, index=True),
    Column("profession", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("certificate_key", Text, nullable=False),
    Column("passed_on", Date, nullable=False),
    Column("in_force", Boolean, nullable=False),
)

registration = Table(
    "registration",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person_key", Text, nullable=False, index=True),
    Column("profession", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("certificate_key", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("region_online", Boolean, nullable=False),
    Column("business_completed", Boolean, nullable=False),
)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False, comment="institution | authority"),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
)
