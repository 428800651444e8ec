"""A nurse has credits of continuing education (继续教育)."""

from record_feed import main

STATEMENT = {
    "record_id": "2026-000017",
    "version": 1,
    "profession": "nurse",
    "id_number": "110105198503070019",
    "name": "张伟",
    "year": 2026,
    "credits_class_1": 5,
    "credits_class_2": 2.5,
    "project": "急危重症护理新进展",
    "completed_on": "2026-06-30",
}

if __name__ == "__main__":
    main("education", STATEMENT)
