"""The description of the API is valid OpenAPI, and the API does what it says: asked in-process by schemathesis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client as Http
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.api_urls import DESCRIPTION
from inbox.models import ListeningTerm, Message, Reply
from inbox.states import ReplyState
from tenants.kernel.schema import inside
from tenants.models import Receipt, ReceiptState
from tests.conftest import NOON, said, session_of, taken_back
from tests.inbox.api.program import Program, receive

EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def described() -> dict[str, Any]:
    with patched_settings(DESCRIPTION):
        schema: dict[str, Any] = SchemaGenerator(urlconf="config.urls_client").get_schema(public=True)
    return schema


PATHS = described()["paths"]
OPERATIONS = [
    (method.upper(), path)
    for path, item in sorted(PATHS.items())
    for method in sorted(item)
    if method in {"get", "post", "put", "patch", "delete"}
]


def takes_something(method: str, path: str) -> bool:
    """True for an operation with a parameter or a body; of any other nothing can be asked that is not allowed."""
    operation = PATHS[path][method.lower()]
    return bool(operation.get("parameters") or operation.get("requestBody"))


REFUSING = [(method, path) for method, path in OPERATIONS if takes_something(method, path)]


def test_the_description_is_valid_openapi():
    validate_schema(described())


def test_everybody_may_read_the_description(acme):
    answer = Http(SERVER_NAME="acme.localhost").get("/api/schema/?format=json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    assert answer.json()["openapi"] == "3.1.0"
    assert set(answer.json()["paths"]) == {path for _, path in OPERATIONS}


# --- Asked everything the description allows, and what it does not --------------------------------------


@pytest.fixture
def rows(acme, talks, talk, ada_user) -> dict[str, int]:
    """Ids of rows that are there, by the name that addresses give them."""
    receive(acme, talks, said("m2", who="mo", thread_id="t", private=True), said("m3", thread_id="t"))
    with inside(acme):
        message = Message.objects.filter(conversation_id=talk).get()
        term = ListeningTerm.objects.create(text="kettle", added_by_id="1", added_at=NOON)
        reply = Reply.objects.create(
            conversation_id=talk, to_message_id=message.pk, text="Hello", state=ReplyState.QUEUED,
            actor_kind="user", actor_id="1", queued_at=NOON, release_at=NOON,
        )  # fmt: skip
        delivery = Receipt.objects.create(
            network="webhook", delivery_id="d1", account="talks", client_id=acme.pk, channel_id=talks.pk,
            body=b"{", received_at=NOON, state=ReceiptState.FAILED, trouble="No JSON.",
        )  # fmt: skip
    return {
        "conversation_id": talk,
        "message_id": message.pk,
        "channel_id": talks.pk,
        "term_id": term.pk,
        "reply_id": reply.pk,
        "delivery_id": delivery.pk,
        "session_id": session_of(ada_user).pk,
    }


@pytest.fixture
def api_schema() -> Iterator[Any]:
    """The description and the whole application. It may not close the connection that holds the test's transaction."""
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(described(), config=config)
    schema.app = get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m} {p}" for m, p in OPERATIONS])
def test_an_operation_does_what_the_description_says(api, rows, api_schema, method, path):
    @bounded
    @given(
        case=api_schema[path][method].as_strategy(generation_mode=GenerationMode.POSITIVE),
        there=st.booleans(),
    )
    def ask(case: schemathesis.Case[Any], there: bool) -> None:
        if there:
            case.path_parameters.update({name: rows[name] for name in case.path_parameters})
        undone(lambda: case.call_and_validate(base_url=api.host, headers=bearer(api), checks=CHECKS))

    ask()


@pytest.mark.parametrize(("method", "path"), REFUSING, ids=[f"{m} {p}" for m, p in REFUSING])
def test_an_operation_refuses_what_the_description_does_not_allow(api, rows, api_schema, method, path):
    @bounded
    @given(case=api_schema[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case: schemathesis.Case[Any]) -> None:
        checks = CHECKS if is_padded(case.body) else [*CHECKS, negative_data_rejection]
        undone(lambda: case.call_and_validate(base_url=api.host, headers=bearer(api), checks=checks))

    ask()


bounded = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


def bearer(api: Program) -> dict[str, str]:
    return {"authorization": f"Bearer {api.plain}"}


def is_padded(value: object) -> bool:
    """Texts are trimmed before they are measured, so one that is too long only by its blanks is taken."""
    if isinstance(value, dict):
        return any(is_padded(inner) for inner in value.values())
    if isinstance(value, list):
        return any(is_padded(inner) for inner in value)
    return isinstance(value, str) and value != value.strip()


def undone(ask: Callable[[], object]) -> None:
    """Each question finds the rows as the test made them, and its budget unspent."""
    cache.clear()
    with taken_back():
        ask()
