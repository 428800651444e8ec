"""SQL that moves what is at a merged institution, and moves it back."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import TextualSelect, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from zhiye_registration.adapters import filing_merges
from zhiye_registration.adapters.merge_tables import institution_merge
from zhiye_registration.adapters.tables import IN_THE_WAY, IS_OPEN
from zhiye_registration.domain.application import Application
from zhiye_registration.domain.registration import Registration

SYSTEM = "system"
"""Actor of the steps that nobody took by hand."""

_REGISTRATION = ", ".join(f"r.{field.name}" for field in fields(Registration))
_APPLICATION = ", ".join(f"r.{field.name}" for field in fields(Application))
_MANY = "physician-multi-institution"
_STEP = "institution_merged"
_STEP_BACK = "merge_undone"

IN_FORCE = select(institution_merge).where(
    institution_merge.c.source_id == bindparam("key"), ~institution_merge.c.undone
)
NEWEST = select(institution_merge).where(institution_merge.c.source_id == bindparam("key"))

# Rows before the lock: who decides an application locks its row first, then its institution.
LOCK_ROWS = (
    text(
        f"SELECT id FROM application WHERE institution_id = :key AND {IS_OPEN}"  # noqa: S608
        " ORDER BY id FOR UPDATE"
    ),
    text(
        "SELECT id FROM registration WHERE id IN ("
        "SELECT id FROM registration WHERE institution_id = :key"
        " UNION SELECT registration_id FROM practice_filing WHERE institution_id = :key)"
        " ORDER BY id FOR UPDATE"
    ),
    filing_merges.LOCK_OF_INSTITUTION,
)
LOCK_MOVED = (
    text(
        "SELECT a.id FROM application a JOIN merge_move m ON m.item_id = a.id"
        " WHERE m.kind = 'application' AND m.merge_id = :merge ORDER BY a.id FOR UPDATE OF a"
    ),
    text(
        "SELECT id FROM registration WHERE id IN ("
        "SELECT item_id FROM merge_move WHERE kind = 'registration' AND merge_id = :merge"
        " UNION SELECT f.registration_id FROM merge_move m JOIN practice_filing f"
        " ON f.id = m.item_id WHERE m.kind IN ('practice_filing', 'ended_filing')"
        " AND m.merge_id = :merge) ORDER BY id FOR UPDATE"
    ),
    filing_merges.LOCK_MOVED,
)
HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))")
HOLD_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:key, 1))")


def _in_the_way(alias: str) -> str:
    return IN_THE_WAY.replace("state", f"{alias}.state").replace("source", f"{alias}.source")


def _with_json(statement: str) -> TextualSelect:
    return text(statement).columns(form=JSONB(), reasons=JSONB(), details=JSONB())


# A physician's location follows from the institution (Q7, Q8). One who has a registration in
# force there already stays where she is, and is told so: nobody has two in one location.
_LOCATION = (
    "CASE r.profession WHEN 'physician' THEN left({region}, CASE r.level WHEN '1' THEN 2 ELSE 6"
    " END) ELSE '' END"
)
_INTO = _LOCATION.format(region="CAST(:into_region AS text)")
_BACK = _LOCATION.format(region="mine.from_region")
_DOUBLED = (
    "r.profession = 'physician' AND r.status = 'registered' AND EXISTS (SELECT FROM registration o"
    " WHERE o.person_key = r.person_key AND o.profession = 'physician'"
    " AND o.status = 'registered' AND o.id <> r.id AND o.location = {location})"
)
_HISTORY = (
    "INSERT INTO registration_history (registration_id, version, at, change, status,"
    " institution_id, institution_name, authority_name, valid_from, valid_until)"
    " SELECT id, version, updated_at, {change}, status, institution_id, {name}, authority_name,"
    " valid_from, valid_until FROM moved"
)
_TIMELINE = (
    "INSERT INTO application_step (application_id, version, at, action, state,"
    " actor_account_id, actor_role, actor_name, reasons, deadline)"
    " SELECT id, version, updated_at, {change}, state, '{actor}', '{actor}', '',"
    " jsonb_build_array(jsonb_build_object('code', 'other', 'text', {told}, 'note', {told})),"
    " deadline FROM moved"
)
_MOVE = (
    "WITH moved AS (UPDATE {table} r SET {change}, version = r.version + 1, updated_at = :now"
    " FROM (SELECT id, {from_name} AS from_name, region AS from_region FROM {table} r"
    " WHERE institution_id = :from_id{only} FOR UPDATE) AS was"
    " WHERE r.id = was.id RETURNING {columns}, was.from_name, was.from_region),"
    " kept AS (INSERT INTO merge_move (merge_id, kind, item_id, from_id, from_name, from_region,"
    " into_id) SELECT CAST(:merge AS text), '{table}', id, :from_id, from_name, from_region,"
    " institution_id FROM moved ORDER BY id ON CONFLICT DO NOTHING),"
    " noted AS ({noted}) SELECT * FROM moved ORDER BY id"
)
MOVE_REGISTRATIONS = _with_json(
    _MOVE.format(
        table="registration",
        columns=_REGISTRATION,
        from_name="CAST(:from_name AS text)",
        only=f" AND NOT ({_DOUBLED.format(location=_INTO)})",
        change=f"institution_id = :into_id, region = :into_region, location = {_INTO}",
        noted=_HISTORY.format(change="'institution-merged'", name="CAST(:into_name AS text)"),
    )
)
MOVE_APPLICATIONS = _with_json(
    _MOVE.format(
        table="application",
        columns=_APPLICATION,
        from_name="institution_name",
        only=f" AND {IS_OPEN}",
        change="institution_id = :into_id, institution_name = :into_name, region = :into_region",
        noted=_TIMELINE.format(
            change=f"'{_STEP}'", actor=SYSTEM, told="from_name || ' → ' || institution_name"
        ),
    )
)
_UNDO = (
    "WITH mine AS (SELECT * FROM merge_move WHERE merge_id = :merge AND kind = '{table}'),"
    " latest AS (SELECT DISTINCT ON (m.item_id) m.item_id, m.into_id FROM merge_move m"
    " JOIN mine ON mine.item_id = m.item_id WHERE m.kind = '{table}'"
    " ORDER BY m.item_id, m.id DESC),"
    " moved AS (UPDATE {table} r SET {change}, version = r.version + 1, updated_at = :now"
    " FROM mine JOIN latest ON latest.item_id = mine.item_id"
    " WHERE r.id = mine.item_id AND r.institution_id = latest.into_id{only}"
    " RETURNING {columns}, mine.from_name),"
    " gone AS (DELETE FROM merge_move m USING mine"
    " WHERE m.kind = '{table}' AND m.item_id = mine.item_id AND m.id >= mine.id),"
    " noted AS ({noted}) SELECT * FROM moved ORDER BY id"
)
UNDO_REGISTRATIONS = _with_json(
    _UNDO.format(
        table="registration",
        columns=_REGISTRATION,
        only=f" AND NOT ({_DOUBLED.format(location=_BACK)})",
        change=f"institution_id = mine.from_id, region = mine.from_region, location = {_BACK}",
        noted=_HISTORY.format(change="'merge-undone'", name="from_name"),
    )
)
UNDO_APPLICATIONS = _with_json(
    _UNDO.format(
        table="application",
        columns=_APPLICATION,
        only=f" AND r.{IS_OPEN}",
        change="institution_id = mine.from_id, institution_name = mine.from_name,"
        " region = mine.from_region",
        noted=_TIMELINE.format(change=f"'{_STEP_BACK}'", actor=SYSTEM, told="from_name"),
    )
)
_PASSED_BY = _HISTORY.format(change="'merge-passed-by'", name="CAST(:name AS text)")
_PASS_BY = (
    "WITH moved AS (UPDATE registration r SET version = r.version + 1, updated_at = :now"  # noqa: S608
    " FROM ({which}) AS was WHERE r.id = was.id"
    f" RETURNING {_REGISTRATION}),"
    f" noted AS ({_PASSED_BY})"
    " SELECT * FROM moved ORDER BY id"
)
PASS_BY_MERGE = _with_json(
    _PASS_BY.format(
        which="SELECT id FROM registration r WHERE institution_id = :from_id"  # noqa: S608
        f" AND {_DOUBLED.format(location=_INTO)}"
    )
)
PASS_BY_UNDO = _with_json(
    _PASS_BY.format(
        which="SELECT r.id FROM merge_move mine JOIN registration r ON r.id = mine.item_id"  # noqa: S608
        " WHERE mine.merge_id = :merge AND mine.kind = 'registration'"
        " AND r.institution_id = mine.into_id"
        f" AND {_DOUBLED.format(location=_BACK)}"
    )
)
_WITHDRAWN = _TIMELINE.format(change=f"'{_STEP}'", actor=SYSTEM, told="told")
# Two open filings at one institution are one too many (Q10).
WITHDRAW = _with_json(
    "WITH moved AS (UPDATE application r SET state = 'withdrawn', version = r.version + 1,"  # noqa: S608
    " updated_at = :now WHERE r.institution_id = :from_id"
    f" AND r.business_type = '{_MANY}' AND {_in_the_way('r')} AND EXISTS (SELECT FROM"
    " application o WHERE o.person_key = r.person_key AND o.institution_id = :into_id"
    f" AND o.business_type = '{_MANY}' AND {_in_the_way('o')})"
    f" RETURNING {_APPLICATION}, CAST(:into_name AS text) AS told),"
    f" noted AS ({_WITHDRAWN})"
    " SELECT * FROM moved ORDER BY id"
)
FOLLOW = text(
    "INSERT INTO merge_move (merge_id, kind, item_id, from_id, from_name, from_region, into_id)"
    " SELECT merge_id, 'registration', CAST(:registration AS text), from_id, from_name,"
    " from_region, into_id FROM merge_move WHERE kind = 'application'"
    " AND item_id = :application ORDER BY id"
)
