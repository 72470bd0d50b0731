"""What a request says is read in one place, and whatever it says, nothing breaks.

The guards walk the code; the rest posts odd values to every address there is, also to those of the future.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.conf import settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as properties
from hypothesis import strategies as st
from rest_framework import serializers

from inbox.api.serializers.common import Asked, BoundedDict, BoundedList
from inbox.connectors import connector_class, registrations
from inbox.forms import ChannelForm
from tenants.kernel.numbers import MAX_ID, read_decimal, read_id, read_ids, read_moment, read_number
from tests.conftest import taken_back
from tests.guards.walking import addresses, modules
from tests.guards.world import Stock

# --- One place for each reading ----------------------------------------------------------------------

ONE_PLACE = "tenants/kernel/numbers.py"
DIGITS = {"isdigit", "isdecimal", "isnumeric"}
DIGITS_ELSEWHERE = {
    "config/door/": "numbers of files and of the environment, written by us",
    "config/env.py": "settings",
    "config/benchmarks/": "no request",
    "config/demo/": "no request",
    "inbox/connectors/": "what others sent: a parser of its own for each format, with its own limits",
    "tenants/accounts/api/throttling.py": "a rate in the settings",
}
READERS = {"int", "float"}
EDGES = (
    "/views",
    "/api/",
    "/forms.py",
    "config/live/",
    "tenants/desk.py",
    "reporting/behind.py",
    "tenants/middleware.py",
)
READ_ELSEWHERE = {
    ("inbox/api/description.py", "_complete_operation"): "a status code of our own description",
    ("inbox/api/views/entries.py", "_place"): "a pattern of ASCII digits has matched, and the limits follow",
    ("config/live/wire.py", "position_of"): "as above",
    ("inbox/api/serializers/common.py", "to_internal_value"): "a JSON number; `Id` bounds it",
    ("tenants/accounts/api/throttling.py", "read_rate"): "a rate in the settings",
    ("tenants/accounts/api/throttling.py", "_spend"): "the clock",
}


def calls(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """(function around it, name of what is called, line) for every call of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call):
                    yield node.name, _name(inner.func), inner.lineno


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def test_digits_are_judged_in_one_place():
    found = {
        f"{path}:{line} {name}"
        for path, tree in modules().items()
        for _, name, line in calls(tree)
        if name in DIGITS and path != ONE_PLACE and not path.startswith(tuple(DIGITS_ELSEWHERE))
    }

    assert found == set()


def test_numbers_of_a_request_are_read_in_one_place():
    edges = {path: tree for path, tree in modules().items() if any(edge in path for edge in EDGES)}
    found = {
        (path, function)
        for path, tree in edges.items()
        for function, name, _ in calls(tree)
        if name in READERS
    }

    assert len(edges) > 30
    assert found == set(READ_ELSEWHERE)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("7", 7), (str(MAX_ID), MAX_ID), (str(MAX_ID + 1), None), ("1" * 5000, None),
        ("²", None), ("١٢", None), ("", None), (None, None), ("-1", None), ("+1", None), ("1_0", None),
        (" 1", None), ("1\0", None), ("1.0", None),
    ],
)  # fmt: skip
def test_a_number_is_ascii_digits_within_bigint(text, number):
    assert read_number(text) == number
    assert read_id(text) == (number or None)


@given(text=st.text(max_size=30) | st.integers().map(str))
def test_reading_never_raises_and_never_goes_beyond_bigint(text):
    number, moment = read_number(text), read_moment(text)

    assert number is None or (0 <= number <= MAX_ID and int(text) == number)
    assert moment is None or moment.tzinfo is not None
    assert read_decimal(text) is None or abs(read_decimal(text) or 0) < float("inf")


@given(number=st.integers(1, MAX_ID))
def test_every_id_is_read(number):
    assert read_id(str(number)) == number
    assert read_ids([str(number), "²"], most=2) == [number]


@pytest.mark.parametrize(
    "text", ["2026-03-01T09:30:00", "0001-01-01T00:00:00+14:00", "x", "2026-03-01", "9" * 99]
)
def test_a_moment_without_zone_or_beyond_the_calendar_is_none(text):
    assert read_moment(text) is None


# --- Everything has an end -----------------------------------------------------------------------------


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def ours(kind: type[Any]) -> list[type[Any]]:
    mine = ("inbox", "tenants", "playbooks", "advocates", "reporting")
    return [found for found in subclasses(kind) if found.__module__.split(".")[0] in mine]


def endless(field: Any, name: str) -> Iterator[str]:
    """The parts of a serializer's field that take as much as anybody sends."""
    if isinstance(field, serializers.CharField) and field.max_length is None:
        yield name
    if isinstance(field, serializers.ListField) and not (isinstance(field, BoundedList) and field.max_length):
        yield name
    if isinstance(field, serializers.DictField) and not isinstance(field, BoundedDict):
        yield name
    if isinstance(field, serializers.IntegerField) and (field.max_value is None or field.min_value is None):
        yield name
    child = getattr(field, "child", None)
    if child is not None:
        yield from endless(child, f"{name}[]")


def test_every_field_that_the_api_takes_has_an_end():
    bodies = ours(Asked)
    found = [
        f"{body.__name__}.{part}"
        for body in bodies
        for name, field in body().fields.items()
        for part in endless(field, name)
    ]

    assert len(bodies) > 10
    assert found == []


def test_every_field_of_a_form_has_an_end():
    kinds = ours(forms.Form)
    fields = {f"{kind.__name__}.{name}": field for kind in kinds for name, field in kind.base_fields.items()}
    for known in registrations():
        form = ChannelForm(fields=connector_class(known.slug).fields)
        fields |= {f"{known.slug}.{name}": field for name, field in form.fields.items()}
    texts = [
        name
        for name, field in fields.items()
        if isinstance(field, forms.CharField)
        and not field.max_length
        # The browser's answer for a passkey: as long as a whole form may be (DATA_UPLOAD_MAX_MEMORY_SIZE).
        and not isinstance(field, forms.JSONField)
    ]
    numbers = [
        name
        for name, field in fields.items()
        if isinstance(field, forms.IntegerField) and (field.max_value is None or field.min_value is None)
    ]

    assert len(fields) > 20
    assert (texts, numbers) == ([], [])


# --- Odd values to every address -----------------------------------------------------------------------

ODD = [
    "²", "١٢", "-1", "1e9", str(2**63), str(10**30), "9" * 5000, "\0", "a\0b", "", " ", "\ufffd", "\ud800", "💥" * 300,
    "x" * 120_000, "'\";--", "2026-03-01T09:30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "nan", "inf",
    "channel-²", "channel-9999999999999999999999", "assign:²", "snooze:²", "tag:\0", "done", "1~~²", "~~~~", "2026~1",
    "engage", "no_response", "[]", "{}", "%", "../..",
]  # fmt: skip


def fields_of_requests() -> list[str]:
    """Every name that a view reads from a form or a query string."""
    names: set[str] = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in {"get", "getlist"} and node.args:
                first = node.args[0]
                if (
                    isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                    and _reads_request(node.func)
                ):
                    names.add(first.value)
    for kind in ours(forms.Form):
        names |= set(kind.base_fields)
    return sorted(names | {"url", "return_url", "only"})


def _reads_request(func: ast.expr) -> bool:
    whole = ast.unparse(func)
    return any(word in whole for word in (".GET", ".POST", "asked", "query_params"))


PAGES = sorted(
    "/" + path
    for path, view in addresses("config.urls_client")
    if view.__module__.split(".")[0] in ("inbox", "tenants", "reporting", "playbooks")
    and not path.startswith(("api/", "hooks/", "stream"))
    and "sign" not in path
)
FIELDS = fields_of_requests()


def filled(path: str, stock: Stock) -> str:
    for name, pk in stock.ids.items():
        path = path.replace(f"<int:{name}>", str(pk))
    return path


def broken(stock: Stock, path: str, data: dict[str, Any]) -> list[str]:
    """What answers with 500 or raises, as sentences."""
    found = []
    for method in ("get", "post"):
        with taken_back():
            try:
                answer = getattr(stock.browser, method)(path, data)
                if answer.status_code >= 500:
                    found.append(f"{method} {path}: {answer.status_code} for {str(data)[:200]!r}")
            except UnicodeEncodeError:  # the test's own browser cannot write it
                continue
            except Exception as error:
                found.append(f"{method} {path}: {type(error).__name__}: {error} for {str(data)[:200]!r}")
    return found


def test_the_fields_and_pages_are_found():
    assert {"assignee", "ids", "last_seen", "view", "text", "until", "seat", "figure", "low"} <= set(FIELDS)
    assert len(PAGES) > 30


@pytest.mark.parametrize("path", PAGES)
def test_no_odd_value_breaks_a_page(ours, path):
    address = filled(path, ours)
    found = [line for value in ODD for line in broken(ours, address, dict.fromkeys(FIELDS, value))]

    assert found == []


@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1, 2**63, 10**30, int("9" * 4300)])
def test_no_odd_number_in_an_address_breaks_a_page(ours, number):
    paths = [path for path in PAGES if "<int:" in path]
    addresses_ = [
        "/".join(str(number) if part.startswith("<int:") else part for part in path.split("/"))
        for path in paths
    ]

    assert len(paths) > 15
    assert [
        line for address in addresses_ for line in broken(ours, address, {"text": "x", "assignee": "1"})
    ] == []


@properties(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_mixture_of_odd_values_breaks_a_page(ours, data):
    path = filled(data.draw(st.sampled_from(PAGES)), ours)
    words = st.sampled_from([value for value in ODD if len(value) < 1000]) | st.text(max_size=20)
    fields = data.draw(
        st.dictionaries(st.sampled_from(FIELDS), words | st.lists(words, max_size=3), max_size=8)
    )

    assert broken(ours, path, fields) == []


def test_a_nul_is_refused_with_a_sentence(ours):
    answer = ours.browser.post(f"/c/{ours.ids['conversation_id']}/draft/", {"text": "a\0b"})

    assert answer.status_code == 422
    assert "The field “text” holds a NUL character. Remove it" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("assign", {"assignee": "²"}),
        ("assign", {"assignee": str(10**30)}),
        ("escalate", {"assignee": "²", "reason": "hot"}),
        ("note", {"text": "x" * 100_001}),
        ("draft", {"text": "x" * 100_001}),
        ("escalate", {"reason": "x" * 2_001}),
    ],
)
def test_what_cannot_be_taken_is_told_and_changes_nothing(ours, path, fields):
    headers = {"hx-request": "true"}
    answer = ours.browser.post(f"/c/{ours.ids['conversation_id']}/{path}/", fields, headers=headers)

    assert answer.status_code == 422


@pytest.mark.parametrize("ids", [["²"], [str(10**30)], ["1"] * 201])
def test_a_bulk_form_that_cannot_be_read_does_nothing(ours, ids):
    answer = ours.browser.post("/bulk/", {"ids": ids, "verb": "done"})

    assert answer.status_code == 422
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS is not None
