"""What everyone must remember about events, checked for all of them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from zhiye_contracts import asyncapi
from zhiye_contracts.compatibility import breaking_changes
from zhiye_contracts.events import EVENTS
from zhiye_gateway.live.telling import TOLD
from zhiye_launcher import documents, registry

ROOT = Path(__file__).parents[2]
TYPES = sorted(asyncapi.ALL)


@pytest.fixture(scope="module")
def services():
    return registry.detached()


def test_generated_documents_are_current():
    assert documents.write(ROOT, check=True) == []


@pytest.mark.parametrize("type_", TYPES)
def test_every_event_is_published(type_):
    assert (ROOT / documents.PUBLISHED / f"{type_}.json").exists(), "run: zhiye publish-events"


@pytest.mark.parametrize("type_", TYPES)
def test_no_published_event_was_broken(type_):
    published = json.loads((ROOT / documents.PUBLISHED / f"{type_}.json").read_text())
    assert breaking_changes(published, asyncapi.schema_of(asyncapi.ALL[type_])) == []


def test_no_published_event_was_removed():
    published = {path.stem for path in (ROOT / documents.PUBLISHED).glob("*.json")}
    assert published <= set(asyncapi.ALL)


@pytest.mark.parametrize("type_", TYPES)
def test_every_event_has_an_example_that_validates(type_):
    assert asyncapi.ALL[type_].model_validate(asyncapi.ALL[type_].example)


@pytest.mark.parametrize("type_", TYPES)
def test_every_event_has_a_consumer(type_, services):
    read = {
        type_
        for service in services.values()
        for reader in (service.subscriptions, *service.outside, *service.outlets)
        for type_ in reader.types
    }
    assert type_ in read | {told.event.type for told in TOLD}


def test_every_service_reads_from_a_queue_of_its_own_name(services):
    queues = [service.subscriptions.queue for service in services.values()]
    assert queues == [f"zhiye.{name}" for name in services]


@pytest.mark.parametrize("type_", sorted(EVENTS))
def test_fields_that_hold_secrets_travel_sealed(type_):
    telling = {"id_number", "phone", "email", "address", "certificate_number", "parameters"}
    assert telling.isdisjoint(EVENTS[type_].model_fields)


def change(schema: dict, how) -> list[str]:
    changed = deepcopy(schema)
    how(changed)
    return breaking_changes(schema, changed)


class TestBreakingChanges:
    schema = asyncapi.schema_of(EVENTS["zhiye.registration.application-changed.v1"])

    def test_a_removed_field_is_refused(self):
        assert change(self.schema, lambda s: s["properties"].pop("state")) == ["state was removed"]

    def test_another_type_is_refused(self):
        assert change(self.schema, lambda s: s["properties"]["number"].update(type="integer")) == [
            "number changed"
        ]

    def test_a_new_required_field_is_refused(self):
        def add(s):
            s["properties"]["colour"] = {"type": "string"}
            s["required"].append("colour")

        assert change(self.schema, add) == ["colour is required now"]

    def test_a_change_inside_a_nested_object_is_refused(self):
        assert change(
            self.schema, lambda s: s["$defs"]["ToldReason"]["properties"].pop("code")
        ) == ["reasons[].code was removed"]

    def test_a_list_whose_items_are_something_else_is_refused(self):
        def other(s):
            s["properties"]["reasons"]["items"] = {"type": "string"}

        assert "reasons[].code was removed" in change(self.schema, other)

    def test_a_list_that_may_hold_fewer_is_refused(self):
        assert change(self.schema, lambda s: s["properties"]["reasons"].update(maxItems=1)) == [
            "reasons changed"
        ]

    def test_a_new_optional_field_of_what_a_list_holds_is_fine(self):
        def add(s):
            s["$defs"]["ToldReason"]["properties"]["colour"] = {"type": "string"}

        assert change(self.schema, add) == []

    def test_a_narrower_choice_is_refused(self):
        schema = asyncapi.schema_of(EVENTS["zhiye.accounts.account-changed.v1"])
        assert change(schema, lambda s: s["properties"]["status"]["enum"].remove("active")) == [
            "status changed"
        ]

    def test_a_new_optional_field_is_welcome(self):
        assert (
            change(self.schema, lambda s: s["properties"].update(colour={"type": "string"})) == []
        )

    def test_another_description_is_welcome(self):
        assert change(self.schema, lambda s: s.update(description="other words")) == []
