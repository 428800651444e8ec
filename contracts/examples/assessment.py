"""A physician passed the periodic assessment (医师定期考核)."""

from record_feed import main

STATEMENT = {
    "record_id": "2026-000017",
    "version": 1,
    "profession": "physician",
    "id_number": "110105198503070019",
    "name": "张伟",
    "result": "passed",
    "cycle_from": "2024-01-01",
    "cycle_to": "2025-12-31",
    "assessed_on": "2026-03-12",
    "after_suspension": False,
    "assessing_body": "北京市医师定期考核办公室",
}

if __name__ == "__main__":
    main("assessment", STATEMENT)
