"""What a delivery holds is read the same way whatever its size, and takes no more memory than its size allows."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.connectors import delivery
from inbox.connectors.delivery import (
    MAX_ITEM_VALUES,
    MAX_ITEMS,
    MAX_VALUES,
    Unparsed,
    count_values,
    open_delivery,
)
from inbox.connectors.networks.webhook.wire import read_items
from inbox.connectors.ports import Poisoned
from inbox.connectors.reading import Unreadable

SHAPES = {
    "empty objects": (b'{"items":[', b"{}", b"]}"),
    "numbers": (b'{"items":[', b"1", b"]}"),
    "lists within lists": (b'{"items":[', b"[[[]]]", b"]}"),
    "one item of many lists": (b'{"items":[[', b"[]", b"]]}"),
    "many values beside the items": (b'{"more":[', b"{}", b'],"items":[]}'),
    "brackets without an end": (b"", b"[[[", b""),
    "quotes without an end": (b'{"items":["', b'\\"', b""),
    "empty texts": (b'{"items":[', b'""', b"]}"),
}


def poison(shape: str, size: int) -> bytes:
    begin, item, end = SHAPES[shape]
    return begin + b",".join([item] * (size // (len(item) + 1))) + end


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("shape", ["empty objects", "numbers"])
def test_five_megabytes_of_poison_take_less_than_six_times_their_size(shape):
    """The two bodies that took 50 times their size, and a worker's memory with it."""
    body = poison(shape, 5_240_000)
    tracemalloc.start()
    try:
        noted = [item.count for item in read_items(body) if isinstance(item, Poisoned)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(noted) == MAX_ITEMS + 1
    assert sum(noted) > 1_700_000
    assert most < 6 * len(body)


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_is_packed_into_a_delivery_it_ends_in_few_notes(shape):
    noted = [item for item in read_items(poison(shape, 600_000)) if isinstance(item, Poisoned)]

    assert 0 < len(noted) <= MAX_ITEMS + 1
    assert all(len(item.reason) < 500 and len(item.excerpt) <= 200 for item in noted)


@pytest.mark.parametrize("more", [0, 1, 7])
def test_items_beyond_the_most_are_one_note_with_their_number(more):
    body = json.dumps({"items": [{}] * (MAX_ITEMS + more)}).encode()

    found = [item for item in read_items(body) if isinstance(item, Poisoned)]

    assert sum(item.count for item in found) == MAX_ITEMS + more
    assert len(found) == MAX_ITEMS + (more > 0)
    if more:
        assert (found[-1].position, found[-1].count) == (MAX_ITEMS, more)
        assert f"this one has {more} more; send those again, at most 10,000" in found[-1].reason


@pytest.mark.parametrize(
    "item", [{}, 1, "a,b", '"', "\\", [[1, [2]], {}], {"a": [{"b": "]"}], "c": "}{"}, "é\ud83d"]
)
def test_the_rest_of_a_large_delivery_is_counted_right(item, monkeypatch):
    monkeypatch.setattr(delivery, "MAX_VALUES", 10)
    monkeypatch.setattr(delivery, "MAX_ITEMS", 3)
    body = json.dumps({"type": "x", "items": [item] * 50, "after": [1]}).encode()

    opened = open_delivery(body)

    assert (len(list(opened.items())), opened.rest) == (3, 47)


@given(
    st.lists(json_values, max_size=30),
    st.dictionaries(st.text(max_size=6), json_values, max_size=3),
    st.booleans(),
)
def test_a_delivery_that_is_taken_apart_holds_the_same_as_one_that_is_parsed_at_once(items, beside, is_first):
    beside.pop("items", None)
    whole: dict[str, Any] = {"items": items, **beside} if is_first else {**beside, "items": items}
    body = json.dumps(whole, indent=1 if is_first else None).encode()
    at_once = delivery._parsed_at_once(json.loads(body))

    apart = delivery._taken_apart(body)

    assert list(apart.items()) == list(at_once.items()) == items
    assert {**whole, "items": []} == apart.envelope


@given(json_values)
def test_no_json_has_more_values_than_are_counted(value):
    def values(one: Any) -> int:
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        return 1 + sum(values(each) for each in inner)

    assert values(value) <= 1 + count_values(json.dumps(value).encode())


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\items01 ', max_size=200).map(str.encode))
def test_taking_apart_never_fails_but_with_a_sentence(noise):
    for body in (noise, b'{"items":[' + noise):
        with suppress(Unreadable):
            list(delivery._taken_apart(body).items())


def test_a_delivery_of_as_many_values_as_are_parsed_at_once_is(monkeypatch):
    taken_apart: list[bytes] = []
    monkeypatch.setattr(delivery, "_taken_apart", taken_apart.append)
    small = json.dumps({"items": ["a,b"] * (MAX_VALUES - 2)}).encode()

    open_delivery(small)
    open_delivery(small.replace(b'["a,b"', b'[1, "a,b"').replace(b"]}", b",1]}"))

    assert count_values(small) == MAX_VALUES - 1
    assert len(taken_apart) == 1


def test_an_item_of_too_many_values_is_set_aside_alone(monkeypatch):
    monkeypatch.setattr(delivery, "MAX_VALUES", 10)
    fits, too_many = [0] * MAX_ITEM_VALUES, [0] * (MAX_ITEM_VALUES + 1)

    found = list(open_delivery(json.dumps({"items": [fits, too_many, 7]}).encode()).items())

    assert found[0] == fits
    assert isinstance(found[1], Unparsed)
    assert "more than 10,000 values" in found[1].reason
    assert found[2] == 7


def test_items_given_twice_in_a_large_delivery_are_not_guessed_at(monkeypatch):
    monkeypatch.setattr(delivery, "MAX_VALUES", 5)

    with pytest.raises(Unreadable, match="more than once"):
        open_delivery(b'{"items":[1,2,3,4,5,6],"items":[5]}')
