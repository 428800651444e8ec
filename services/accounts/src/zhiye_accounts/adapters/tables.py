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
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_chassis.tables import new_metadata, only_grows

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
    Column("name", Text, nullable=False, comment="the person's, or the organisation's"),
    Column("staff_name", Text, comment="who uses a staff account: the person in charge, a clone's"),
    Column("main_account_id", Text, ForeignKey("account.id"), comment="clones only (Q54)"),
    Column("language", Text, nullable=False, server_default="zh"),
    Column("person_key", Text, comment="blind index of the ID number; people only"),
    Column("sealed_id_number", Text),
    Column("identity", Text, comment="outcome of the identity check; people only"),
    Column("sealed_phone", Text),
    Column("phone_key", Text),
    _when("phone_verified_at"),
    _when("phone_vouched_at", comment="set by the institution; recovery may go by it"),
    Column("sealed_email", Text),
    Column("email_key", Text),
    _when("email_verified_at"),
    Column("question", Text, comment="code of the security question"),
    Column("answer_hash", Text, comment="argon2id"),
    Column("institution_id", Text),
    Column("authority_id", Text),
    Column("region", Text),
    _when("tokens_not_before", comment="access tokens issued before this are void"),
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
    Index(
        "account_verified_email_key",
        "email_key",
        unique=True,
        postgresql_where=text(
            "email_verified_at IS NOT NULL AND status <> 'revoked' AND role = 'practitioner'"
        ),
    ),
    Index(
        "account_vouched_phone_idx",
        "phone_key",
        postgresql_where=text("phone_vouched_at IS NOT NULL AND status <> 'revoked'"),
    ),
    Index(
        "account_institution_idx",
        "institution_id",
        postgresql_where=text("institution_id IS NOT NULL"),
    ),
    Index(
        "account_authority_idx",
        "authority_id",
        postgresql_where=text("authority_id IS NOT NULL"),
    ),
    Index(
        "account_main_of_institution_key",
        "institution_id",
        unique=True,
        postgresql_where=text(
            "main_account_id IS NULL AND role = 'institution' AND status <> 'revoked'"
        ),
    ),
    Index("account_staff_idx", "id", postgresql_where=text("role <> 'practitioner'")),
    Index(
        "account_main_account_idx",
        "main_account_id",
        postgresql_where=text("main_account_id IS NOT NULL"),
    ),
    Index(
        "account_confirmation_needed_idx",
        "id",
        postgresql_where=text("identity = 'confirmation_needed' AND status <> 'revoked'"),
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
    Column("user_agent", Text, comment="as the client says, cut; for the owner to recognise it"),
    Column("network", Text, comment="the first half of the address, for the owner"),
    Column("acting_for", Text, comment="institution that is acted for, present (Q54)"),
)

verification_code = Table(
    "verification_code",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "account_id",
        Text,
        ForeignKey("account.id"),
        comment="none: a recovery for nobody, kept so that it looks the same",
    ),
    Column("purpose", Text, nullable=False, comment="what the code proves: codes.Purpose"),
    Column("address_key", Text, nullable=False),
    Column("sealed_address", Text, comment="the address a change of contact is about"),
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
    Column("route", Text, comment="exam | recognition"),
    Column("province", Text, comment="of the exam or recognition, 6 digits"),
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
    Column("region", Text, comment="of the institution, 6 digits"),
    Column("sealed_id_number", Text),
    Index("registration_institution_idx", "institution_id", "status", "id"),
)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False, comment="institution | authority"),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("other_names", JSONB, nullable=False, server_default="[]", comment="of an institution"),
    Column("online", Boolean, comment="of an authority: it registers electronically"),
    Index(
        "organisation_region_idx",
        "region",
        postgresql_ops={"region": "text_pattern_ops"},
        postgresql_where=text("kind = 'institution'"),
    ),
)

activation_code = Table(
    "activation_code",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False, index=True),
    Column("institution_id", Text, nullable=False, comment="that issued it"),
    Column("sealed_code", Text, nullable=False, comment="the institution reads it out (deck 4)"),
    Column("code_hash", Text, nullable=False, comment="keyed HMAC"),
    Column("issued_by", Text, nullable=False, comment="account"),
    _when("issued_at", nullable=False),
    _when("used_at"),
    _when("void_at", comment="the person moved, or the account was revoked"),
    Index(
        "activation_code_one_each",
        "account_id",
        unique=True,
        postgresql_where=text("used_at IS NULL AND void_at IS NULL"),
    ),
)

name_confirmation = Table(
    "name_confirmation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False, index=True),
    Column("person_key", Text, nullable=False, comment="of the records it was compared with"),
    Column("given_name", Text, nullable=False),
    Column("recorded_name", Text, nullable=False),
    Column("same_person", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False, comment="account"),
    Column("organisation_id", Text, nullable=False),
    _when("decided_at", nullable=False),
)

delegation = Table(
    "delegation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("delegate_account_id", Text, ForeignKey("account.id"), nullable=False, index=True),
    Column("institution_id", Text, nullable=False, comment="the principal, who must be present"),
    Column("code_id", Text, nullable=False, comment="code sent to the principal's reserved phone"),
    Column("session_id", Text),
    _when("requested_at", nullable=False),
    _when("present_at", comment="the principal read the code out"),
    _when("expires_at", nullable=False),
    Index("delegation_institution_idx", "institution_id", "requested_at"),
)

staff_act = Table(
    "staff_act",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _when("at", nullable=False),
    Column("act", Text, nullable=False),
    Column("actor_account_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False, comment="organisation and, of a clone, the person"),
    Column("organisation_id", Text, comment="institution or authority of the actor"),
    Column("for_organisation_id", Text, comment="that it was done for or to"),
    Column("account_id", Text, comment="that it was done to"),
    Column("person_key", Text),
    Column("details", JSONB, nullable=False, server_default="{}", comment="codes; nothing secret"),
    Index("staff_act_organisation_idx", "organisation_id", "id"),
    Index("staff_act_for_organisation_idx", "for_organisation_id", "id"),
    Index("staff_act_account_idx", "account_id", "id"),
)
"""Who did what for whom, of everything done to somebody else's account; it only grows (Q54)."""

only_grows(metadata, staff_act)
