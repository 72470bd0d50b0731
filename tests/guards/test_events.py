"""Every kind of event is told once, in a sentence or on purpose in none, and carries no words of people."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from typing import Any

import pytest

from config.subscriptions import SUBSCRIBERS
from inbox import events as inbox_events
from inbox.sentences import SENTENCES, SILENT, sentence
from tests.guards.walking import modules

MODULES = [path.removesuffix(".py").replace("/", ".") for path in modules() if path.endswith("/events.py")]

WORDS_ALLOWED = {
    "TermAdded.text": "A listening term is the brand's own word, not a person's.",
    "TermRemoved.text": "As above.",
}
WORDS = {"text", "title", "name", "email", "handle", "body", "note", "preview", "address"}


def events_of(module: str) -> list[Any]:
    members = vars(importlib.import_module(module)).values()
    return [one for one in members if inspect.isclass(one) and one.__module__ == module]


EVENTS = [event for module in MODULES for event in events_of(module)]
BY_NAME = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


@BY_NAME
def test_an_event_is_a_frozen_dataclass_of_a_named_kind(event):
    assert event.__dataclass_params__.frozen
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", event.kind)
    assert dataclasses.is_dataclass(event)


def test_no_two_events_are_of_one_kind():
    kinds = [event.kind for event in EVENTS]

    assert len(set(kinds)) == len(kinds) > 30


@BY_NAME
def test_facts_are_ids_and_plain_values_never_words_of_people(event):
    for field in dataclasses.fields(event):
        assert field.name not in WORDS or f"{event.__name__}.{field.name}" in WORDS_ALLOWED, field.name
        plain = {"int", "str", "bool", "float", "datetime", "None", "tuple[str, ...]"}
        assert set(str(field.type).split(" | ")) <= plain, f"{field.name}: {field.type}"


def test_the_list_of_allowed_words_is_not_stale():
    fields = {f"{event.__name__}.{field.name}" for event in EVENTS for field in dataclasses.fields(event)}

    assert set(WORDS_ALLOWED) <= fields


def test_every_kind_of_the_inbox_has_a_sentence_or_is_silent_on_purpose():
    kinds = {event.kind for event in events_of(inbox_events.__name__)}

    assert set(SENTENCES) | SILENT == kinds
    assert not set(SENTENCES) & SILENT


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_sentence_can_be_said_from_the_facts_of_its_event(kind):
    event = next(event for event in EVENTS if event.kind == kind)
    sample = {"int": 7, "float": 1.5, "bool": True, "datetime": "2026-03-02T12:00:00+00:00"}
    facts = {
        field.name: sample.get(
            str(field.type).split(" | ")[0], ["one"] if "tuple" in str(field.type) else "one"
        )
        for field in dataclasses.fields(event)
    }

    icon, said = sentence(kind, facts, who="Ada", name=lambda user_id: f"person {user_id}") or ("", "")

    assert icon
    assert len(said) > 5
    assert kind not in said


def test_subscribers_wait_for_kinds_that_exist_and_can_be_loaded():
    kinds = {event.kind for event in EVENTS}

    for subscriber in SUBSCRIBERS:
        assert subscriber.kinds <= kinds, subscriber.name
        assert list(inspect.signature(subscriber.load()).parameters) == ["entries", "at"], subscriber.name
    assert len({subscriber.name for subscriber in SUBSCRIBERS}) == len(SUBSCRIBERS)
