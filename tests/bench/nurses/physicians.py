"""Physicians beside the nurses, written by SQL: at the same institutions, one in five an assistant,
one in twelve filed at a further institution of the province, some off post or cancelled.

All share one sealed number; ``data.fill`` has made what the rows are made of.
"""

from __future__ import annotations

import asyncpg

AT_HOSPITAL = 4_000
"""Of the first ones, at the hospital whose roster is asked for."""
_AT_ONCE = 200_000
TABLES = ("physician_certificate", "practice_filing")
"""Besides those of the nurses."""


async def add(connection: asyncpg.Connection, names: int, physicians: int) -> None:
    """Have this many physicians beside ``names`` given names; the indexes are made afterwards."""
    await connection.execute(_NEAR)
    # Their numbers are theirs by construction: not looked at row by row.
    await connection.execute("SET session_replication_role = replica")
    for first in range(1, physicians + 1, _AT_ONCE):
        last = min(physicians, first + _AT_ONCE - 1)
        await connection.execute(_ADD, first, last, names)
    await connection.execute("RESET session_replication_role")


_NEAR = """
CREATE TEMP TABLE near AS SELECT place.*, left(region, 2) AS province,
  row_number() OVER (ORDER BY at) - 1 AS nth, count(*) OVER () AS places,
  row_number() OVER (PARTITION BY left(region, 2) ORDER BY at) - 1 AS k,
  count(*) OVER (PARTITION BY left(region, 2)) AS there
FROM place;
CREATE UNIQUE INDEX ON near (nth);
CREATE UNIQUE INDEX ON near (province, k);
ANALYZE near
"""
_ADD = f"""
WITH numbers AS (
  SELECT n, n * 7919::bigint % 1000003 AS m FROM generate_series($1::int, $2::int) AS n
), person AS (
  SELECT numbers.*, '01K' || lpad(upper(to_hex(n)), 23, '0') AS id,
    md5('physician' || n) AS person_key, md5('number' || n) AS certificate_key,
    CASE WHEN n % 5 = 0 THEN '2' ELSE '1' END AS level,
    CASE WHEN n % 40 = 7 THEN 'filed' WHEN n % 50 = 9 THEN 'cancelled' ELSE 'registered' END
      AS status,
    1 + (array[0, 0, 0, 0, 0, 0, 0, 1, 2, 3])[1 + m % 10] AS category,
    near.inst, near.name AS inst_name, near.region, near.authority, near.province, near.k,
    near.there, given.name, given.pinyin, given.initials,
    shared.sealed_id_number, shared.sealed_certificate AS sealed_certificate_number, shared.today
  FROM numbers
    JOIN near ON near.nth = CASE WHEN n <= {AT_HOSPITAL} THEN 0 ELSE m % near.places END
    JOIN given ON given.at = m % $3::int CROSS JOIN shared
), scoped AS (
  SELECT person.*, ARRAY[CASE category WHEN 1 THEN (11 + m % 9)::text ELSE
    (ARRAY['31', '41', '51'])[category - 1] END] AS scopes FROM person
), numbered AS (
  INSERT INTO physician_certificate (certificate_key, person_key, sealed_certificate_number)
  SELECT certificate_key, person_key, sealed_certificate_number FROM scoped
), registered AS (
  INSERT INTO registration (
    id, version, profession, person_key, sealed_id_number, name, gender, birth_date,
    certificate_key, sealed_certificate_number, status, location, level, category, scopes,
    institution_id, region, authority_id, authority_name, registered_on, valid_from, department,
    title, education, details, name_pinyin, name_initials, last_change, cancelled_on,
    cancellation_ground, filed_on, filing_ground, business_completed, updated_at
  )
  SELECT id, 1, 'physician', person_key, sealed_id_number, name,
    CASE WHEN n % 2 = 0 THEN '1' ELSE '2' END, date '1960-01-01' + (m % 14000)::int,
    certificate_key, sealed_certificate_number, status,
    left(region, CASE level WHEN '1' THEN 2 ELSE 6 END), level, category::text,
    scopes, inst, region, authority, region || '卫生健康局', today - 400 - (m % 9000)::int,
    today - 400 - (m % 9000)::int, '03', (ARRAY['231', '232', '233', '234'])[1 + m % 4],
    (ARRAY['30', '20', '10'])[1 + m % 3],
    jsonb_build_object('school', '第' || m % 300 || '医学院', 'major', '临床医学'),
    pinyin, initials, 'imported', CASE status WHEN 'cancelled' THEN today - 100 END,
    CASE status WHEN 'cancelled' THEN 'own-request' END,
    CASE status WHEN 'filed' THEN today - (m % 900)::int END,
    CASE status WHEN 'filed' THEN 'retired' END, true, today - interval '200 days'
  FROM scoped
), changed AS (
  INSERT INTO registration_history (
    registration_id, version, at, change, status, institution_id, institution_name,
    authority_name, valid_from, region
  )
  SELECT id, 1, today - interval '200 days', 'imported', status, inst, inst_name,
    region || '卫生健康局', today - 400, region FROM scoped
)
INSERT INTO practice_filing (
  id, version, registration_id, person_key, institution_id, institution_name, region,
  authority_id, authority_name, scopes, from_on, until_on, status, updated_at
)
SELECT '01L' || lpad(upper(to_hex(n)), 23, '0'), 1, id, person_key, other.inst, other.name,
  other.region, other.authority, other.region || '卫生健康局', person.scopes, today - 100,
  today - 50 + (m % 700)::int, 'in_force', today - interval '100 days'
FROM scoped AS person JOIN near other ON other.province = person.province
  AND other.k = (person.k + 1) % person.there AND other.inst <> person.inst
WHERE n % 12 = 1 AND level = '1' AND status = 'registered'
"""
