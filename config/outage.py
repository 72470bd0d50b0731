"""While the database is away: requests are refused at once (tenants/kernel/outages.py, config/probe.py)."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from tenants.kernel import outages
from tenants.kernel.outages import DatabaseAway, breaker
from tenants.middleware import EVERYWHERE, refused


class RefuseDuringOutage:
    """Answers 503 with Retry-After without asking a database that is known not to answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if breaker.is_open() and request.path not in EVERYWHERE:
            return refused(request, DatabaseAway())
        return self.get_response(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: an outage that showed in a middleware, or a mistake of ours."""
    outage = outages.recognise(sys.exception())
    return refused(request, outage) if outage else defaults.server_error(request)
