"""Every view says who may use it: `@allow(right)`, `@signed_in(reason)` or `@anyone(reason)`.

The marks stay on the view (`view.allowed`, `view.signed_in`, `view.anyone`), and a test walks all addresses
and fails on a view without one (tests/guards/test_views.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url

from tenants.accounts import arrivals
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Forbidden
from tenants.middleware import is_agency
from tenants.models import Client

View = TypeVar("View", bound=Callable[..., Any])
Check = Callable[[HttpRequest], HttpResponse | None]


def allow(permission: Permission) -> Callable[[View], View]:
    """Only for somebody with this right here. Others are sent to sign in, or are told what is missing."""

    def check(request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if _actor(request) is None:
            return _without_a_seat(request)
        actor_of(request).must(permission)
        return None

    return _guard(check, allowed=permission)


def signed_in(reason: str) -> Callable[[View], View]:
    """For everybody who is signed in, whatever the seat; the reason says why no right is asked for."""

    def check(request: HttpRequest) -> HttpResponse | None:
        return None if request.user.is_authenticated else to_sign_in(request)

    return _guard(check, signed_in=reason)


def anyone(reason: str) -> Callable[[View], View]:
    """For everybody, also without signing in; the reason says why that is right."""
    return _guard(lambda _: None, anyone=reason)


def actor_of(request: HttpRequest) -> Actor:
    """Who acts. Raises Forbidden for somebody without a seat here."""
    actor = _actor(request)
    if actor is None:
        raise no_seat_here(request)
    return actor


def client_of(request: HttpRequest) -> Client | None:
    """The client whose host this is; None on the agency's."""
    return cast("Client | None", getattr(request, "client", None))


def no_seat_here(request: HttpRequest) -> Forbidden:
    client = client_of(request)
    place = client.name if client else "the agency"
    return Forbidden(f"You have no seat at {place}. Ask whoever manages people there to give you one.")


def _actor(request: HttpRequest) -> Actor | None:
    return cast("Actor | None", getattr(request, "actor", None))


def _guard(check: Check, **marks: object) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        guarded = _guarded_async(view, check) if iscoroutinefunction(view) else _guarded(view, check)
        vars(guarded).update(marks)
        return cast("View", guarded)

    return decorate


def _guarded(view: Callable[..., HttpResponse], check: Check) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return check(request) or view(request, *args, **kwargs)

    return guarded


def _guarded_async(
    view: Callable[..., Awaitable[HttpResponse]], check: Check
) -> Callable[..., Awaitable[HttpResponse]]:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return check(request) or await view(request, *args, **kwargs)

    return guarded


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in, in the form that the asker can follow.

    A page is redirected. Whatever asks from within a page (HTMX, a script, an event stream) gets 401 and the page
    stays, because somebody may be writing on it; it then says so itself (config/static/js/session.js). A form that was
    sent without scripts is not redirected either: its content would be lost, and browsers refuse to follow a form to
    another host.
    """
    goes_to = arrivals.page_of(request)
    client, secret = client_of(request), ""
    if client is None:
        address = _agency_sign_in(request, goes_to)
    else:
        secret = arrivals.browser_secret(request)
        address = arrivals.way_in(client, goes_to=goes_to, secret=secret)
    response = _leading_to(request, address)
    if secret:
        arrivals.remember_browser(response, secret)
    return response


def _leading_to(request: HttpRequest, address: str) -> HttpResponse:
    asks_within_page = request.headers.get("HX-Request") == "true"
    if asks_within_page or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse("Sign in first.\n", status=401, content_type="text/plain; charset=utf-8")
    if request.method not in ("GET", "HEAD"):
        return render(request, "accounts/signed_out.html", {"address": address}, status=401)
    return HttpResponseRedirect(address)


def _agency_sign_in(request: HttpRequest, goes_to: str) -> str:
    """Always on the agency's one proper name: sessions and passkeys belong to a host name."""
    path = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': goes_to})}"
    host = arrivals.host_name(request)
    is_proper = not is_agency(host) or host == settings.RAPPORT_BASE_HOST
    return path if is_proper else arrivals.agency_address(path)


def _without_a_seat(request: HttpRequest) -> HttpResponse:
    """On the agency's host somebody who works for clients only is shown those; elsewhere it is a refusal."""
    if client_of(request) is None and request.method == "GET" and request.headers.get("HX-Request") != "true":
        return redirect("accounts:brands")
    raise no_seat_here(request)
