"""A damaged file is refused with its name, the line and what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.demo import loader
from config.demo.phrases import phrases
from config.demo.shapes import DemoContentError
from inbox.connectors.ports import Kind
from tests.config.demo.material import START

GOOD: dict[str, Any] = {
    "id": "one",
    "channel": "x",
    "language": "en",
    "tags": ["question"],
    "authors": {"jo": {"name": "Jo", "handle": "jo", "followers": 3}},
    "messages": [{"at": 0, "from": "jo", "text": "Does it run today?"}],
}


def test_a_good_file_is_read(tmp_path):
    (tmp_path / "sarvenne.jsonl").write_text(f"{json.dumps(GOOD)}\n\n")

    [thread] = loader.threads("sarvenne", tmp_path)

    assert (thread.id, thread.messages[0].kind) == ("one", Kind.MENTION)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"channel": "telegraph"}, "no channel “telegraph”"),
        ({"language": "english"}, "“language” is “english”"),
        ({"tags": ["gossip"]}, "unknown story kind gossip"),
        ({"rating": 6}, "from 1 to 5"),
        ({"colour": "red"}, "unknown field colour"),
        ({"private": "yes"}, "true or false"),
        ({"authors": {}}, "at least one entry"),
        ({"authors": {**GOOD["authors"], "al": {"name": "Al", "handle": "al"}}}, "Al says nothing"),
        ({"authors": {**GOOD["authors"], "brand": {"name": "B", "handle": "b"}}}, "no author"),
        ({"messages": []}, "at least one entry"),
        ({"messages": [{"at": -1, "from": "jo", "text": "?"}]}, "message 0: “at” is -1"),
        ({"messages": [{"at": "0", "from": "jo", "text": "?"}]}, "must be a whole number"),
        ({"messages": [{"at": 0, "from": "al", "text": "?"}]}, "“al” is not among the authors"),
        ({"messages": [{"at": 0, "from": "jo", "text": " "}]}, "must be a text"),
        ({"messages": [{"at": 0, "from": "jo", "text": "?", "kind": "rumour"}]}, "“kind” is “rumour”"),
        ({"messages": [{"at": 0, "from": "jo", "text": "?", "in_reply_to": 0}]}, "“in_reply_to” is 0"),
        ({"messages": ["?"]}, "a JSON object is expected"),
    ],
)
def test_a_damaged_thread_is_named_by_file_and_line(tmp_path, change, complaint):
    lines = [json.dumps(GOOD), json.dumps({**GOOD, "id": "two", **change})]
    (tmp_path / "sarvenne.jsonl").write_text("\n".join(lines))

    with pytest.raises(DemoContentError, match=r"^sarvenne\.jsonl line 2") as caught:
        list(loader.threads("sarvenne", tmp_path))

    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"id": "one"', "line 1: this is not JSON"),
        (f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}", "line 2: the id “one” is already used in line 1"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, complaint):
    (tmp_path / "sarvenne.jsonl").write_text(content)

    with pytest.raises(DemoContentError) as caught:
        list(loader.threads("sarvenne", tmp_path))

    assert complaint in str(caught.value)


def test_a_missing_file_and_an_unknown_brand_are_named(tmp_path):
    with pytest.raises(DemoContentError, match=r"sarvenne\.jsonl is missing"):
        list(loader.threads("sarvenne", tmp_path))
    with pytest.raises(DemoContentError, match="no demo brand “acme”"):
        list(loader.threads("acme"))
    with pytest.raises(DemoContentError, match="no demo brand “acme”"):
        loader.history("acme", START, 1, 1, 1)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"hours": [1]}, "24 “hours”"),
        ({"slots": {}}, "nothing fills {who}"),
        ({"templates": None}, "a field is missing or unknown"),
    ],
)
def test_damaged_phrases_are_named(tmp_path, change, complaint):
    template = {
        "id": "hello",
        "kind": "praise",
        "language": "en",
        "weight": 1,
        "channels": {"x": 1},
        "opening": ["Hello {who}"],
    }
    whole = {
        "hours": [1] * 24,
        "weekdays": [1] * 7,
        "more": {"en": ["Yes."]},
        "slots": {"who": ["you"]},
        "templates": [template],
    }
    (tmp_path / "some.json").write_text(json.dumps({**whole, **change}))

    with pytest.raises(DemoContentError, match=r"^some\.json") as caught:
        phrases("some", tmp_path)

    assert complaint in str(caught.value)
