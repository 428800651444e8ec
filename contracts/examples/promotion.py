"""A physician was promoted (职称晋升): the registrations in force get the title."""

from record_feed import main

STATEMENT = {
    "record_id": "2026-000017",
    "version": 1,
    "profession": "physician",
    "id_number": "110105198503070019",
    "name": "张伟",
    "title": "232",
    "obtained_on": "2026-05-20",
    "certificate_number": "BJ20260017",
    "issuing_body": "北京市人力资源和社会保障局",
}

if __name__ == "__main__":
    main("promotion", STATEMENT)
