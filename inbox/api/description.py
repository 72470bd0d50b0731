"""The description of the API (OpenAPI): what every operation shares, said once.

`complete` runs over the finished description and adds what no view should have to repeat: the errors an
operation can answer with, the headers every answer carries, and that bodies take no unknown fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import django_filters
from drf_spectacular.plumbing import build_basic_type
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from inbox.api.pages import LIMIT as USUAL
from inbox.api.pages import MOST
from tenants.accounts.api import problem_response
from tenants.kernel.errors import Refusal

PROBLEM = "application/problem+json"
METHODS = frozenset({"get", "post", "put", "patch", "delete"})

INTRODUCTION = """\
Conversations, answers and figures of one client, on that client's own host.

**Who calls.** A token (`Authorization: Bearer rpt_…`) belongs to one client and to the rights that were ticked
when it was made. At any other client it is unknown.

**Errors** are problem documents (RFC 9457): `detail` says what to do; for bad input `errors` names each part.

**Pages.** Lists come in cursor pages: follow `next` until it is null. Filters are joined by "and".

**Tags.** Single resources carry an `ETag`. Send it back in `If-None-Match`, and an unchanged one costs a 304.

**How often.** Every answer says in `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` what is left;
a 429 says in `Retry-After` how many seconds to wait.

**Moments** have a zone (`2026-03-01T09:30:00Z`). Durations are seconds.

**Private messages** are shown only with the right `view_private`; each reading of them is recorded.
"""

TAGS = [
    {"name": "Conversations", "description": "Everything said in one thread on one channel."},
    {"name": "Work on a conversation", "description": "What can be done short of answering."},
    {"name": "Messages", "description": "Single items, and what they are."},
    {"name": "Replies", "description": "The outbox: nothing that may have left is ever sent again."},
    {"name": "Channels", "description": "Connected accounts."},
    {"name": "Listening terms", "description": "Words the brand listens for."},
    {"name": "Ledger", "description": "What happened, as a feed that can be taken up again."},
    {"name": "Sessions", "description": "Where the person who asks is signed in."},
    {"name": "Reports", "description": "Figures, and the rows that add up to them."},
]

# --- Parameters ------------------------------------------------------------------------------------


def limit_parameter(most: int) -> OpenApiParameter:
    return OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": most, "default": USUAL},
        description="How many rows at most.",
    )


def choice(name: str, words: Sequence[str], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "enum": list(words)}, description=description)


CURSOR = OpenApiParameter(
    "cursor", {"type": "string"}, description="From `next`. Left out: from the beginning."
)
LIMIT = limit_parameter(MOST)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    location=OpenApiParameter.HEADER,
    description="The ETag of the last answer: 304 when nothing has changed.",
)


def filter_parameters(filters: type[django_filters.FilterSet]) -> list[OpenApiParameter]:
    """The filters of a list as parameters."""
    return [_filter_parameter(name, given) for name, given in filters.base_filters.items()]


def _filter_parameter(name: str, given: django_filters.Filter) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string"}
    if "choices" in given.extra:
        schema["enum"] = [word for word, _ in given.extra["choices"]]
    if "max_length" in given.extra:
        schema["maxLength"] = given.extra["max_length"]
    override = getattr(given, "_spectacular_annotation", {}).get("field")
    if override is not None:
        schema = {**build_basic_type(override), **({"minimum": 1} if override is OpenApiTypes.INT64 else {})}  # type: ignore[dict-item]  # always a dictionary for these types
    many = isinstance(given, django_filters.MultipleChoiceFilter)
    return OpenApiParameter(
        name,
        {"type": "array", "items": schema} if many else schema,
        description=given.extra.get("help_text", ""),
        explode=True if many else None,
        style="form" if many else None,
    )


# --- Errors and headers ----------------------------------------------------------------------------


def problem_with(refusal: Refusal, more: dict[str, Any]) -> Response:
    """A refusal as a problem document that carries more than a sentence."""
    return problem_response(refusal.status, refusal.code, refusal.sentence, **more)


ERRORS = {
    400: "What was sent cannot be taken; `errors` names each part.",
    401: "Nobody, or a token that is not known here.",
    403: "The right for this is missing; `detail` names it.",
    404: "There is no such thing here.",
    406: "Answers are JSON; ask for nothing else.",
    409: "It is not in a state for this, or somebody was first.",
    413: "The body is too large.",
    415: "Bodies are JSON; say so in Content-Type.",
    422: "It was understood and will not be done; `detail` says why and what to do.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457): why, and what to do next. Some problems carry more members.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The kind of problem; the part after # is stable."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence a person can act on."},
        "errors": {
            "type": "array",
            "description": "For bad input: each part that cannot be taken.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "The path to the part; empty for the whole."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "about:blank#invalid",
        "title": "Invalid",
        "status": 400,
        "detail": "Some of what you sent cannot be taken. Each part of `errors` says which and why.",
        "errors": [
            {"field": "until", "code": "zone", "message": "Say the zone, as in 2026-03-01T09:30:00Z."}
        ],
    },
}


def _header(kind: str, description: str) -> dict[str, Any]:
    return {"schema": {"type": kind}, "description": description}


HEADERS = {
    "RateLimit-Limit": _header("integer", "Requests in one period."),
    "RateLimit-Remaining": _header("integer", "What is left of them."),
    "RateLimit-Reset": _header("integer", "Seconds until the period begins anew."),
}
ETAG = {"ETag": _header("string", "Names exactly this answer.")}
LOCATION = {"Location": _header("string", "Where the new resource is read.")}
RETRY_AFTER = {"Retry-After": _header("integer", "Seconds to wait.")}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:  # drf-spectacular's hook
    """The finished description, with what every operation shares."""
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM_SCHEMA
    for name, schema in schemas.items():
        if name.endswith("Asked") or name == "Nothing":
            schema["additionalProperties"] = False
    for path, method, operation in _operations(result):
        _complete_operation(path, method, operation)
    result["tags"] = TAGS
    result["servers"] = [{"url": "/", "description": "The client's own host."}]
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in result["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in sorted(_errors_of(path, method, operation)):
        responses.setdefault(
            str(status), {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        )
    for status, response in responses.items():
        response["description"] = response.get("description") or ERRORS.get(int(status), "Done.")
        if status != "401":
            response["headers"] = {**HEADERS, **response.get("headers", {})}
    if "304" in responses:
        responses["200"]["headers"] |= ETAG
        responses["304"]["headers"] |= ETAG
        responses["304"]["description"] = "Nothing has changed since the answer with this tag."
    if operation["operationId"] in ("replies_create", "channels_connect"):
        next(responses[status] for status in ("201", "202") if status in responses)["headers"] |= LOCATION
    responses["429"]["headers"] |= RETRY_AFTER
    operation["responses"] = dict(sorted(responses.items()))


CONFLICTING = frozenset({"channels_connect", "listening_terms_add"})
"""Operations that make something of which there can be only one."""

REFERRING = frozenset({"gates_ask", "reports_first_response", "reports_first_response_rows"})
"""Operations that name a row in their body or query, which may be missing just as one in the address may."""


def _errors_of(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    errors = {401, 403, 406, 429}
    if "{" in path or operation["operationId"] in REFERRING:
        errors.add(404)
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        errors.add(400)
    if (
        method == "post"
    ):  # also one that describes no body: whoever sends one all the same is refused like the rest
        errors |= {400, 413, 415, 422}
        if "{" in path or operation["operationId"] in CONFLICTING:
            errors.add(409)
    return errors
