"""Whose data is this: the host decides. And the one place where refusals become answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.template.loader import render_to_string
from django.urls import set_urlconf
from django_htmx.http import reswap, trigger_client_event

from tenants.kernel import outages
from tenants.kernel.errors import Refusal
from tenants.kernel.htmx import is_part
from tenants.kernel.outages import RETRY_AFTER, Outage
from tenants.models import Client, Host

Answer = Callable[[HttpRequest], HttpResponse]

EVERYWHERE = ("/healthz", "/readyz", "/metrics")


class ClientByHost:
    """Puts the request into its client's schema, and under its client's database role."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _go(None)
        client = None
        host = request.get_host().partition(":")[0].lower()
        if not is_agency(host) and not request.path.startswith(EVERYWHERE):
            client = _client_at(host)
            if client is None:
                return HttpResponseNotFound(
                    f"Nobody lives at {host}. Open a client with this host, or check the address.\n"
                )
        request.client = client  # type: ignore[attr-defined]  # ours, read by everything after this
        request.urlconf = settings.ROOT_URLCONF if client else settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(request.urlconf)
        _go(client)
        try:
            return self.get_response(request)
        finally:
            _go(None)


def is_agency(host: str) -> bool:
    """Whether a host name, without its port, is the agency's own."""
    return host in {settings.RAPPORT_BASE_HOST, f"agency.{settings.RAPPORT_BASE_HOST}", "127.0.0.1", "[::1]"}


def _client_at(host: str) -> Client | None:
    found = Host.objects.select_related("tenant").filter(domain=host, tenant__closed_at__isnull=True).first()
    return found.tenant if found else None


def _go(client: Client | None) -> None:
    where: Any = connection  # django-tenants' wrapper
    where.set_tenant(client) if client else where.set_schema_to_public()


class BadText(Refusal):
    code = "bad_text"


class Refusals:
    """Turns a Refusal into a page, a fragment or a problem document, with its status and its sentence."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, facts: object
    ) -> HttpResponse | None:
        """Refuse fields with NUL before a view reads them, since PostgreSQL stores none.

        The API's fields refuse it themselves, and hooks are read as bytes.
        """
        del view, args, facts
        if request.path.startswith(("/api/", "/hooks/")):
            return None
        for asked in (request.GET, request.POST):
            for name, texts in asked.lists():
                if any("\0" in text for text in (name, *texts)):
                    shown = name.replace("\0", "")[:40]
                    return self.process_exception(
                        request,
                        BadText(f"The field “{shown}” holds a NUL character. Remove it and send again."),
                    )
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = error if isinstance(error, Refusal) else outages.recognise(error)
        return refused(request, refusal) if refusal else None


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a request that is not done, in the form its sender reads."""
    response = _refused(request, refusal)
    if isinstance(refusal, Outage):
        response["Retry-After"] = str(RETRY_AFTER)
        response["Cache-Control"] = "no-store"
    return response


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if request.path.startswith(("/api/", "/hooks/")):
        return JsonResponse(
            problem_of(refusal), status=refusal.status, content_type="application/problem+json"
        )
    if is_part(request):
        return _notice(refusal)
    pages = [f"{refusal.status}.html", "refusal.html"]
    # A page with a frame asks who is signed in, which needs the database.
    where = None if isinstance(refusal, Outage) else request
    return HttpResponse(render_to_string(pages, {"refusal": refusal}, request=where), status=refusal.status)


def _notice(refusal: Refusal) -> HttpResponse:
    """For HTMX: the sentence as a notice (config/static/js/toasts.js), and the page stays as it is."""
    response = HttpResponse(refusal.sentence, status=refusal.status, content_type="text/plain; charset=utf-8")
    reswap(response, "none")
    return trigger_client_event(response, "rapport:toast", {"text": refusal.sentence, "trouble": True})


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """A refusal as a problem document (RFC 9457)."""
    return {
        "type": f"about:blank#{refusal.code}",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": refusal.status,
        "detail": refusal.sentence,
        **{
            name: value
            for name, value in refusal.details.items()
            if isinstance(value, str | int | bool | None)
        },
    }
