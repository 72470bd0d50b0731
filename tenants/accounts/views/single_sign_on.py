"""To the OpenID Connect issuer and back (tenants/accounts/single_sign_on.py)."""

from __future__ import annotations

import logging

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from requests import RequestException

from tenants.accounts.guards import anyone
from tenants.accounts.single_sign_on import UNREACHABLE, Adapter, page
from tenants.accounts.views.arrivals import leaving

log = logging.getLogger(__name__)


@anyone("It is one of the ways to sign in.")
@never_cache
@leaving
def single_sign_on_begins(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Ask whether to go, then lead to the issuer."""
    return _exchange(OAuth2LoginView, request, provider_id)


@anyone("The issuer sends people back here; the state of their own browser is the proof.")
@never_cache
def single_sign_on_returns(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the issuer's code, and sign in whom it stands for."""
    return _exchange(OAuth2CallbackView, request, provider_id)


def _exchange(
    view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponse:
    """allauth's view with our adapter. It would answer 500 where the issuer cannot be reached before the redirect."""
    adapter = Adapter(request, provider_id)
    try:
        name = adapter.get_provider().name
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        response: HttpResponse = view.adapter_view(adapter)(request)
    except (RequestException, ValueError, KeyError) as error:  # no answer, or none that makes sense
        log.warning("The OpenID Connect issuer gave no usable answer", exc_info=error)
        return page(request, UNREACHABLE, name=name)
    return response
