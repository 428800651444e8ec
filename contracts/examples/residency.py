"""A physician finished residency training (住院医师规范化培训)."""

from record_feed import main

STATEMENT = {
    "record_id": "2026-000017",
    "version": 1,
    "profession": "physician",
    "id_number": "110105198503070019",
    "name": "张伟",
    "state": "finished",
    "specialty": "内科",
    "base_institution_name": "北京示例医院",
    "began_on": "2023-09-01",
    "finished_on": "2026-08-31",
    "certificate_number": "2026110100017",
}

if __name__ == "__main__":
    main("residency", STATEMENT)
