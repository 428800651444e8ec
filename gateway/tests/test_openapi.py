"""One OpenAPI document out of those of the services."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model

from zhiye_chassis.security import ANYONE, PUBLIC
from zhiye_chassis.web import Routes
from zhiye_gateway import openapi
from zhiye_gateway.openapi import load_openapi, merge_openapi
from zhiye_gateway.pages.downgrade import to_openapi_30


class Plain(BaseModel):
    text: str | None = Field(None, examples=["x"])


def app_with(tag: str, path: str, value: type) -> FastAPI:
    """A service whose ``Box`` holds an ``Item`` that holds a value of the given type."""
    item: Any = create_model("Item", value=(value, ...))
    box: Any = create_model("Box", item=(item, ...))
    routes = Routes(tag)

    @routes.expose("POST", path, ANYONE)
    async def create(box: box) -> Plain:
        return Plain()

    @routes.expose("GET", f"{path}/plain", PUBLIC)
    async def read() -> Plain:
        return Plain()

    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    app.include_router(routes)
    return app


def two_apps() -> dict[str, FastAPI]:
    return {
        "registration": app_with("applications", "/api/v1/applications", int),
        "accounts": app_with("accounts", "/api/v1/accounts", str),
    }


def references(document: object) -> set[str]:
    return set(re.findall(r'"#/components/schemas/([^"]+)"', orjson.dumps(document).decode()))


def test_the_merged_document_is_the_same_every_time_and_in_any_order() -> None:
    apps = two_apps()
    backwards = dict(reversed(two_apps().items()))
    assert orjson.dumps(merge_openapi(apps)) == orjson.dumps(merge_openapi(backwards))


def test_schemas_of_one_name_and_different_content_get_their_services_name() -> None:
    document = merge_openapi(two_apps())
    schemas = document["components"]["schemas"]
    assert {"AccountsItem", "RegistrationItem", "Plain", "ProblemOut", "ReasonOut"} <= set(schemas)
    assert "Item" not in schemas
    # Box is written the same in both, but holds another Item in each.
    box = schemas["AccountsBox"]["properties"]["item"]
    assert box == {"$ref": "#/components/schemas/AccountsItem"}
    assert references(document) <= set(schemas)


def test_operation_ids_are_unique_and_every_operation_documents_problems() -> None:
    document = merge_openapi(two_apps())
    operations = [o for item in document["paths"].values() for o in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids) == 5
    assert {"accounts_create", "registration_read", "live_updates"} <= set(ids)
    assert all("default" in operation["responses"] for operation in operations)
    assert all("x-access" in operation for operation in operations)


def test_the_document_has_server_security_tags_and_no_health() -> None:
    document = merge_openapi(two_apps())
    assert document["servers"] == [{"url": "/"}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert document["tags"] == [{"name": "accounts"}, {"name": "applications"}, {"name": "events"}]
    assert document["paths"]["/api/v1/events"]["get"]["security"] == [{"bearer": []}]
    assert list(document["paths"]) == sorted(document["paths"])
    assert not document["paths"].keys() & {"/livez", "/readyz", "/metrics"}


def test_a_path_in_two_services_is_an_error() -> None:
    apps = two_apps()
    with pytest.raises(ValueError, match="/api/v1/accounts"):
        merge_openapi({"accounts": apps["accounts"], "institutions": apps["accounts"]})


def test_for_the_docs_page_the_document_is_told_in_openapi_30() -> None:
    document = to_openapi_30(merge_openapi(two_apps()))
    assert document["openapi"] == "3.0.3"
    text = document["components"]["schemas"]["Plain"]["properties"]["text"]
    assert text == {"type": "string", "nullable": True, "title": "Text", "example": "x"}
    converted = to_openapi_30(
        {
            "a": {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]},
            "b": {"const": 1, "exclusiveMinimum": 0},
            "c": {"type": ["integer", "null"]},
            "d": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            "e": {"examples": {"one": {"value": 1}}},
        }
    )
    assert converted["a"] == {"allOf": [{"$ref": "#/x"}], "nullable": True}
    assert converted["b"] == {"enum": [1], "minimum": 0, "exclusiveMinimum": True}
    assert converted["c"] == {"type": "integer", "nullable": True}
    assert converted["d"] == {
        "anyOf": [{"type": "string"}, {"type": "integer"}],
        "nullable": True,
    }
    assert converted["e"] == {"examples": {"one": {"value": 1}}}


def test_the_packaged_document_comes_first_then_the_services_then_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openapi, "files", lambda _: tmp_path)
    assert load_openapi() is None
    made = load_openapi(two_apps())
    assert made is not None
    assert "/api/v1/accounts" in made["paths"]
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "openapi.json").write_text('{"openapi":"3.1.0"}')
    assert load_openapi(two_apps()) == {"openapi": "3.1.0"}
