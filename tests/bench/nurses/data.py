"""Nurses on record at the registration service, written by SQL: a hospital with exactly 10,000,
and all the others at institutions of 50 to 2,000 in every county.

The hospital's own people have keys and sealed numbers that are right, so that they can be asked
for; all the others share one sealed number.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

import asyncpg
from tests.bench.nurses import physicians as others

from zhiye_chassis.clock import SystemClock
from zhiye_chassis.pinyin import name_pinyin
from zhiye_chassis.settings import Settings
from zhiye_contracts import purposes
from zhiye_contracts.codes import divisions
from zhiye_contracts.identifiers import make_id_number
from zhiye_launcher.demo_data import AUTHORITIES, HEAN, INSTITUTIONS, XICHENG
from zhiye_launcher.generator import generate_nurse_exam_results
from zhiye_registration.domain.policy import BUSINESS_TYPES

HOSPITAL = HEAN
"""With 10,000 nurses, of which the first 2,000 have to renew by the same day."""
AT_HOSPITAL = 10_000
RENEWALS = 2_000
APPLICATIONS = 20
"""For one application there are so many nurses."""
_REGION = "110102"
_SLICES = 200
_NAMES = 20_000
_TABLES = ("registration", "registration_history", "account", "application")


@dataclass(frozen=True)
class Person:
    """One of the hospital's own people."""

    n: int
    id_number: str
    name: str
    born: date
    account_id: str


def people(count: int = AT_HOSPITAL) -> Iterator[Person]:
    """The hospital's own people; their ID numbers differ, 14,000 being coprime to the steps."""
    names = generate_nurse_exam_results(count, 5, 2026, dirty=0)
    for n, record in zip(range(1, count + 1), names, strict=True):
        born = date(1964, 1, 1) + timedelta(days=n * 3491 % 14_000)
        id_number = make_id_number("110101", born, 2 * (n % 500) + (n % 25 == 0))
        yield Person(n, id_number, str(record["name"]), born, f"ACC{n:023d}")


def certificate(n: int) -> str:
    return str(201911000000 + n)


async def fill(database: str, settings: Settings, nurses: int, physicians: int = 0) -> None:
    """Have this many nurses in the migrated database of a registration service, and physicians."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '64MB'")
        await connection.execute("SET synchronous_commit = off; SET jit = off")
        await _prepare(connection, settings, nurses)
        tables = (*_TABLES, *others.TABLES)
        async with _without_indexes(connection, tables):
            for number in range(_SLICES):
                await connection.execute(_SLICE, number)
            await others.add(connection, _NAMES, physicians)
        for table in (*tables, "institution", "authority"):
            await connection.execute(f"VACUUM ANALYZE {table}")
        await connection.execute("CHECKPOINT")
        counted = await connection.fetch(
            "SELECT profession, count(*) FROM registration GROUP BY profession"
        )
        found, wanted = (
            dict(counted),
            {"nurse": nurses} | ({"physician": physicians} if physicians else {}),
        )
        if found != wanted:
            raise AssertionError(f"{found}, not {wanted}")
    finally:
        await connection.close()


def _places(nurses: int) -> Iterator[tuple[str, str, str, str, int, int]]:
    """Id, name, region, authority, first and last nurse of each institution."""
    counties = [one.code for one in divisions.counties(2010)]
    random = Random(5)
    random.shuffle(counties)
    names = {id_: name for id_, name, *_ in INSTITUTIONS}
    yield HOSPITAL, names[HOSPITAL], _REGION, XICHENG, 1, AT_HOSPITAL
    first = AT_HOSPITAL + 1
    for number, county in enumerate(cycle(counties), 1):
        if first > nurses:
            return
        last = min(nurses, first + int(50 * 40 ** random.random()) - 1)
        authority = XICHENG if county == _REGION else f"AUTH{county}"
        yield f"01JBENCH{number:018d}", f"第{number}人民医院", county, authority, first, last
        first = last + 1


async def _prepare(connection: asyncpg.Connection, settings: Settings, nurses: int) -> None:
    """The institutions, their authorities, and what the rows are made of."""
    await connection.execute(_MATERIAL)
    places = list(_places(nurses))
    await connection.copy_records_to_table(
        "place", records=[(at, *place) for at, place in enumerate(places)]
    )
    await connection.executemany(
        "INSERT INTO institution VALUES ($1, 0, $2, $3, 'in_force', $4)",
        [
            (id_, name, region, json.dumps(dict.fromkeys(BUSINESS_TYPES, authority)))
            for id_, name, region, authority, _, _ in places
        ],
    )
    known = {id_: (name, region) for id_, name, _, region in AUTHORITIES}
    found = {authority: (f"{region}卫生健康局", region) for _, _, region, authority, *_ in places}
    await connection.executemany(
        "INSERT INTO authority VALUES ($1, 0, $2, $3, true)",
        [(id_, name, region) for id_, (name, region) in (found | known).items()],
    )
    records = generate_nurse_exam_results(_NAMES, 9, 2026, dirty=0)
    names = [str(record["name"]) for record in records]
    await connection.copy_records_to_table(
        "given", records=[(at, name, *name_pinyin(name)) for at, name in enumerate(names)]
    )
    await connection.copy_records_to_table(
        "known", records=[_known(settings, one) for one in people()]
    )
    sample = _known(settings, next(people()))
    await connection.execute(
        "INSERT INTO shared VALUES ($1, $2, $3)", sample[2], sample[5], SystemClock().today()
    )
    await connection.execute("ANALYZE place; ANALYZE given; ANALYZE known")


def _known(settings: Settings, one: Person) -> tuple[Any, ...]:
    key, number = settings.blind_index.of, certificate(one.n)
    return (
        one.n,
        key(one.id_number, purposes.ID_NUMBER),
        settings.cipher.seal(one.id_number, purposes.ID_NUMBER),
        one.born,
        key(number, purposes.CERTIFICATE_NUMBER),
        settings.cipher.seal(number, purposes.CERTIFICATE_NUMBER),
        one.name,
        *name_pinyin(one.name),
    )


@asynccontextmanager
async def _without_indexes(
    connection: asyncpg.Connection, tables: Sequence[str]
) -> AsyncIterator[None]:
    """Indexes and keys are made again at the end, once for all rows."""
    indexes = await connection.fetch(_INDEXES, list(tables))
    for index in indexes:
        await connection.execute(index["drop"])
    yield
    for index in indexes:
        await connection.execute(index["make"])


_MATERIAL = """
CREATE TEMP TABLE place (
  at int PRIMARY KEY, inst text, name text, region text, authority text, first int, last int
);
CREATE TEMP TABLE given (at int PRIMARY KEY, name text, pinyin text, initials text);
CREATE TEMP TABLE known (
  n int PRIMARY KEY, person_key text, sealed_id_number text, born date,
  certificate_key text, sealed_certificate text, name text, pinyin text, initials text
);
CREATE TEMP TABLE shared (sealed_id_number text, sealed_certificate text, today date)
"""
# Nurses of an institution lie about in the table, as those who came over the years do. Everything
# follows from a nurse's number; 7,919 is prime, so that it mixes what is counted off by it.
_SLICE = f"""
WITH numbers AS (
  SELECT place.*, generate_series(first + (($1 - first) % {_SLICES} + {_SLICES}) % {_SLICES},
    last, {_SLICES}) AS n FROM place
), mixed AS (
  SELECT numbers.*, n * 7919::bigint % 1000003 AS m,
    $1 * 1000000::bigint + row_number() OVER (ORDER BY md5(n::text)) AS spot FROM numbers
), dated AS (
  SELECT mixed.*, today,
    CASE WHEN n <= {RENEWALS} THEN today + 20 ELSE today - 30 + (m % 1850)::int END AS valid_until,
    CASE WHEN n > {RENEWALS} AND n % 50 = 7 THEN 'cancelled' ELSE 'registered' END AS status,
    today - interval '1400 days' + $1 * interval '7 days' AS since
  FROM mixed, shared
), person AS (
  SELECT '01J' || lpad(upper(to_hex(spot)), 23, '0') AS id, dated.*,
    coalesce(k.person_key, md5('person' || dated.n)) AS person_key,
    coalesce(k.sealed_id_number, shared.sealed_id_number) AS sealed_id_number,
    coalesce(k.certificate_key, md5('certificate' || dated.n)) AS certificate_key,
    coalesce(k.sealed_certificate, shared.sealed_certificate) AS sealed_certificate,
    coalesce(k.name, given.name) AS nurse, coalesce(k.pinyin, given.pinyin) AS pinyin,
    coalesce(k.initials, given.initials) AS initials,
    coalesce(k.born, date '1964-01-01' + (m % 14000)::int) AS born
  FROM dated CROSS JOIN shared JOIN given ON given.at = m % {_NAMES}
    LEFT JOIN known k ON k.n = dated.n
), registered AS (
  INSERT INTO registration (
    id, version, profession, person_key, sealed_id_number, name, gender, birth_date,
    certificate_key, sealed_certificate_number, status, institution_id, region, authority_id,
    authority_name, registered_on, valid_from, valid_until, department, work_category, title,
    education, details, name_pinyin, name_initials, last_change, cancelled_on,
    cancellation_ground, business_completed, updated_at
  )
  SELECT id, 1, 'nurse', person_key, sealed_id_number, nurse,
    CASE WHEN n % 25 = 0 THEN '1' ELSE '2' END, born, certificate_key, sealed_certificate,
    status, inst, region, authority, region || '卫生健康局',
    valid_until - 1825 * (1 + m % 5)::int, valid_until - 1825, valid_until,
    (ARRAY['ward', 'ward', 'ward', 'outpatient', 'emergency', 'operating-room', 'intensive-care',
      'other'])[1 + m % 8],
    CASE WHEN m % 20 = 0 THEN 'nursing-administration' ELSE 'clinical-nursing' END,
    (ARRAY['255', '255', '254', '254', '253', '252', '251'])[1 + m % 7],
    (ARRAY['40', '30', '30', '20', '10'])[1 + m % 5],
    jsonb_build_object('school', '第' || m % 300 || '护士学校', 'major', '护理学', 'degree', '0',
      'study_length', '3', 'graduated_on', born + 8000, 'work_began_on', born + 8100,
      'nationality', '中国', 'ethnic_group', '01', 'health', '健康或良好'),
    pinyin, initials, CASE WHEN m % 4 = 0 THEN 'nurse-renewal' ELSE 'imported' END,
    CASE WHEN status = 'cancelled' THEN today - 100 END,
    CASE WHEN status = 'cancelled' THEN 'expired' END, true, since
  FROM person
), changed AS (
  INSERT INTO registration_history (
    registration_id, version, at, change, status, institution_id, institution_name,
    authority_name, valid_from, valid_until, region, from_institution_id, from_institution_name,
    from_region
  )
  SELECT id, 1, since, CASE WHEN n % 33 = 5 THEN 'nurse-change' ELSE 'imported' END, status,
    person.inst, person.name, person.region || '卫生健康局', valid_until - 1825, valid_until,
    person.region, before.inst, before.name, before.region
  FROM person LEFT JOIN place before
    ON person.n % 33 = 5 AND before.at = person.m % (SELECT count(*) FROM place)
), owned AS (
  INSERT INTO account (id, version, person_key, status, identity)
  SELECT 'ACC' || lpad(n::text, 23, '0'), 1, person_key,
    CASE WHEN m % 5 = 0 THEN 'verified' ELSE 'active' END, 'matched'
  FROM person WHERE n % 3 = 1
), applied AS (
  SELECT person.*, (ARRAY['awaiting_institution', 'awaiting_authority', 'returned', 'refused',
    'approved', 'approved', 'approved', 'approved', 'approved', 'approved']
    )[1 + n / {APPLICATIONS} % 10] AS state
  FROM person WHERE n % {APPLICATIONS} = 3 AND n > {RENEWALS}
)
INSERT INTO application (
  id, number, business_type, state, version, account_id, person_key, sealed_id_number, name,
  institution_id, institution_name, region, authority_id, authority_name, form, review,
  received_on, deadline, returns, reasons, created_at, updated_at, submitted_at,
  institution_decision, institution_reviewed_at, authority_decision, decided_at, source
)
SELECT id, 'N20260101' || lpad(spot::text, 9, '0'),
  CASE WHEN m % 5 = 0 THEN 'nurse-change' ELSE 'nurse-renewal' END, state, 4,
  'ACC' || lpad(n::text, 23, '0'), person_key, sealed_id_number, nurse, inst, name, region,
  authority, region || '卫生健康局',
  jsonb_build_object('full_civil_capacity', true, 'department', 'ward', 'work_category',
    'clinical-nursing', 'health', jsonb_build_object('meets_standard', true, 'checked_on',
    today - 20, 'institution_name', name)),
  CASE state WHEN 'awaiting_institution' THEN 0 ELSE 1 END, today - 5,
  CASE WHEN state LIKE 'awaiting%' THEN today - 3 + (m % 25)::int END, 0, '[]', since, since, since,
  CASE WHEN state <> 'awaiting_institution' THEN 'approve' END,
  CASE WHEN state <> 'awaiting_institution' THEN since END,
  CASE state WHEN 'approved' THEN 'approve' WHEN 'refused' THEN 'refuse' END,
  CASE WHEN state IN ('approved', 'refused') THEN since END, 'person'
FROM applied
"""
_INDEXES = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid)) AS make
FROM pg_constraint WHERE conrelid = ANY (CAST($1 AS text[])::regclass[]) AND contype IN ('p', 'u')
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY (CAST($1 AS text[])::regclass[]) AND indexrelid NOT IN
       (SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u'))
"""
