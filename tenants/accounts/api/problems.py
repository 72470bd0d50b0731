"""Errors in one shape: problem documents (RFC 9457, `application/problem+json`).

An `errors` member, where there is one, names each part that cannot be taken: its field, a code, a message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from tenants.kernel import outages
from tenants.kernel.errors import Forbidden, NotFound, Refusal
from tenants.kernel.outages import RETRY_AFTER, Outage
from tenants.kernel.trace import request_id
from tenants.middleware import problem_of

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


def problem(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every error that rises from a view, also one that nobody expected."""
    known = _as_known(error)
    if isinstance(known, Outage):
        return _answer(problem_of(known), {"Retry-After": str(RETRY_AFTER)})
    if isinstance(known, Refusal):
        return _answer(problem_of(known))
    if isinstance(known, exceptions.ValidationError):
        return problem_response(
            known.status_code,
            "invalid",
            "Some of what you sent cannot be taken. Each part of `errors` says which and why.",
            errors=list(_errors(known.detail)),
        )
    if isinstance(known, exceptions.APIException):
        code = "forbidden" if known.status_code == HTTPStatus.FORBIDDEN else known.default_code
        return problem_response(known.status_code, code, _sentence(known), headers=_headers(known))
    return _unexpected(error, context)


def _sentence(error: exceptions.APIException) -> str:
    """DRF's own errors in words that say what to do; what we raised ourselves says so already."""
    if isinstance(error, exceptions.NotAuthenticated):
        return (
            "Send a token, as in “Authorization: Bearer rpt_…”. It is made on the client's page API tokens."
        )
    if isinstance(error, exceptions.MethodNotAllowed):
        return f"{error.detail} The header Allow lists what this address takes."
    if isinstance(error, exceptions.NotAcceptable):
        return "Answers are JSON. Ask for application/json, or leave the header Accept out."
    if isinstance(error, exceptions.UnsupportedMediaType):
        return "Bodies are JSON. Send one, with “Content-Type: application/json”."
    if isinstance(error, exceptions.Throttled):
        seconds = getattr(error, "wait", None) or 1
        return f"Too many requests. Wait {seconds:.0f} seconds, as Retry-After says, and go on."
    return str(error.detail)


def problem_response(
    status: int, code: str, sentence: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """One problem document as an answer of DRF."""
    document = {
        "type": f"about:blank#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": sentence,
        **more,
    }
    return _answer(document, headers)


def _answer(document: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(document, status=document["status"], headers=headers, content_type=MEDIA_TYPE)


def _as_known(error: Exception) -> Exception:
    """Django's own errors, and outages, in words that this module answers."""
    if isinstance(error, Http404):
        return NotFound("There is no such thing here.")
    if isinstance(error, PermissionDenied):
        return Forbidden(str(error) or "This may not be done here.")
    if isinstance(error, RequestDataTooBig):
        return _refusal(413, "too_large", "The body is too large. Send it in several parts.")
    if isinstance(error, SuspiciousOperation):
        return _refusal(400, "bad_request", "This request cannot be read.")
    return outages.recognise(error) or error


def _refusal(status: int, code: str, sentence: str) -> Refusal:
    refusal = Refusal(sentence)
    refusal.status, refusal.code = status, code
    return refusal


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(auth_header)
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:  # noqa: ANN401  # DRF nests at will
    """DRF's nested details as a flat list; `field` is the path to the part, such as `items.0.text`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            part = "" if name == "non_field_errors" else str(name)
            yield from _errors(inner, ".".join(word for word in (field, part) if word))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            is_nested = isinstance(inner, dict | list)
            yield from _errors(inner, f"{field}.{position}".strip(".") if is_nested else field)
    else:
        yield {"field": field, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}


def _unexpected(error: Exception, context: dict[str, Any]) -> Response:
    """Our own mistake: it is logged whole, and told only by the id under which it stands in the log."""
    number = request_id.get()
    log.error(
        "The API broke at %s",
        type(context.get("view")).__name__,
        exc_info=error,
        extra={"request_id": number},
    )
    sentence = "Something broke here, and it was noted. Nothing was changed by this request; try again later."
    return problem_response(500, "broken", sentence, request_id=number)
