"""Coming over from the agency's host to a client's, and leaving again (the whole way: tenants/accounts/arrivals.py)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts import actions, arrivals, queries, sessions
from tenants.accounts.actions.arrivals import no_seat
from tenants.accounts.guards import anyone, client_of, signed_in
from tenants.accounts.models import User
from tenants.models import Client
from tenants.rows import BrandFace

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


# --- On the agency's host ----------------------------------------------------------------------------
@anyone("It leads through the sign-in by itself, and comes back.")
@require_safe
@never_cache
def enter(request: HttpRequest, slug: str) -> HttpResponse:
    """The way into a client: sign in, let the client's host begin, then hand over with a slip."""
    if not isinstance(request.user, User):
        back = f"{reverse('accounts:arrived')}?{urlencode({'next': request.get_full_path()})}"
        path = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
        return HttpResponseRedirect(arrivals.agency_address(path))
    found = queries.enterable(slug)
    if found is None:
        raise no_seat(slug)
    client, host = found
    goes_to, state = arrivals.safe_path(request.GET.get("next")), request.GET.get("state", "")
    if not state:
        return HttpResponseRedirect(arrivals.hand_over_address(host, next=goes_to))
    if not arrivals.is_deliberate(request):
        return HttpResponse(status=204)
    slip = actions.hand_over(
        user=request.user,
        session_id=sessions.current(request) or 0,
        client=client,
        state=state,
        goes_to=goes_to,
        at=now(),
    )
    return HttpResponseRedirect(arrivals.hand_over_address(host, token=slip))


@signed_in("It only shows the way on to somebody who has just signed in.")
@require_safe
@never_cache
def arrived(request: HttpRequest) -> HttpResponse:
    """A page between the sign-in form and another host, because browsers refuse to follow a form that far."""
    return _onwards(request, arrivals.safe_path(request.GET.get("next")))


@signed_in("It shows a person the brands that he or she may enter, and nothing of them.")
@require_safe
def brands(request: HttpRequest) -> HttpResponse:
    """Where somebody may go who has no seat at the agency."""
    user = cast("User", request.user)
    faces = [
        BrandFace(client.pk, client.slug, client.name, client.colour, arrivals.enter_address(client.slug))
        for client in queries.clients_of(user)
    ]
    return render(request, "accounts/brands.html", {"brands": faces})


def leaving(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view of allauth's whose form leads to another host (single sign-on): by a page, as `arrived` does."""

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        target = response.headers.get("Location", "")
        is_elsewhere = bool(urlsplit(target).netloc) and urlsplit(target).netloc != request.get_host()
        return _onwards(request, target) if is_elsewhere else response

    return led


def _onwards(request: HttpRequest, address: str) -> HttpResponse:
    return render(request, "accounts/onwards.html", {"address": address})


# --- On a client's host ------------------------------------------------------------------------------
@anyone("The slip is the proof, and without one this only begins the way to the sign-in.")
@require_safe
@never_cache
def hand_over(request: HttpRequest) -> HttpResponse:
    """Without a slip, begin; with one, use it up and open a session of this host."""
    client = cast("Client", client_of(request))
    secret, slip = arrivals.browser_secret(request), request.GET.get("token", "")
    if not slip:
        address = arrivals.way_in(client, goes_to=arrivals.safe_path(request.GET.get("next")), secret=secret)
        begun = HttpResponseRedirect(address)
        arrivals.remember_browser(begun, secret)
        return begun
    if not arrivals.is_deliberate(request):
        return HttpResponse(status=204)
    try:
        arrival = actions.accept_hand_over(slip=slip, secret=secret, client=client, at=now())
    except actions.SlipRefused as refusal:
        again = arrivals.enter_address(client.slug)
        context = {"refusal": refusal, "again": again}
        return render(request, "accounts/not_handed_over.html", context, status=refusal.status)
    request.session.cycle_key()
    login(request, arrival.user, backend=BACKEND)
    sessions.attach(request.session, arrival.session_id)
    return HttpResponseRedirect(arrival.goes_to)


@anyone("Leaving needs no right.")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session of this host, then offer to end the agency's too."""
    if request.method == "POST":
        logout(request)
        return redirect("accounts:sign_out")
    return render(request, "accounts/sign_out.html", {"address": arrivals.agency_page("account_logout")})
