"""Keys for programs, made and revoked at the client they are for."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.accounts import actions, queries
from tenants.accounts.forms import TokenForm
from tenants.accounts.guards import actor_of, allow, client_of
from tenants.accounts.models import ApiToken
from tenants.accounts.permissions import Permission
from tenants.kernel.numbers import read_id
from tenants.models import Client


@allow(Permission.MANAGE_TOKENS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The client's tokens; a new one is shown in the answer to its making, and never again."""
    if request.method == "POST" and request.POST.get("act") == "revoke":
        return _revoke(request)
    if request.method == "POST":
        return _make(request)
    return _page(request, TokenForm(actor=actor_of(request)))


def _page(request: HttpRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    lines = queries.token_lines(_client(request))
    return render(
        request, "tenants/tokens.html", {"tokens": lines, "form": form, "secret": secret}, status=status
    )


def _make(request: HttpRequest) -> HttpResponse:
    form, at = TokenForm(request.POST, actor=actor_of(request)), now()
    if not form.is_valid():
        return _page(request, form, status=422)
    _, plain = actions.issue_token(
        by=actor_of(request),
        client_id=_client(request).pk,
        name=form.cleaned_data["name"],
        permissions=form.chosen,
        expires_at=form.expires_at(at=at),
        at=at,
    )
    return _page(request, TokenForm(actor=actor_of(request)), secret=plain)


def _revoke(request: HttpRequest) -> HttpResponse:
    wanted = read_id(request.POST.get("token"))
    token = get_object_or_404(ApiToken, pk=wanted, client_id=_client(request).pk)
    actions.revoke_token(by=actor_of(request), token=token, at=now())
    messages.success(
        request, f"The token {token.name} is revoked. Programs that use it are refused from now on."
    )
    return redirect("accounts:tokens")


def _client(request: HttpRequest) -> Client:
    return cast("Client", client_of(request))
