"""Where a person is signed in, and what a role requires of signing in."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts import actions, queries, sessions
from tenants.accounts.guards import signed_in
from tenants.accounts.models import User
from tenants.accounts.second_factor import required_role
from tenants.kernel.numbers import read_id


@signed_in("It shows a person the places where he or she is signed in, and ends them.")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own_sessions(request: HttpRequest) -> HttpResponse:
    """One's own sessions. POST ends one (`session`), or all of them without it."""
    user, here = cast("User", request.user), sessions.current(request)
    if request.method != "POST":
        lines = queries.session_lines(user.pk, current=here, at=now())
        return render(request, "accounts/sessions.html", {"sessions": lines})
    by, wanted = queries.oneself(user), request.POST.get("session", "")
    if not wanted:
        actions.end_sessions(by=by, at=now())
        return _left(request, "You are signed out everywhere.")
    session_id = read_id(wanted) or 0
    actions.end_session(by=by, session_id=session_id, at=now())
    if session_id == here:
        return _left(request, "You are signed out.")
    messages.success(request, "That session has ended.")
    return redirect("accounts:sessions")


def _left(request: HttpRequest, sentence: str) -> HttpResponse:
    logout(request)
    messages.success(request, sentence)
    return redirect("account_login")


@signed_in("It says what a person must set up before anything else works.")
@require_safe
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why two-step sign-in is needed, and the ways to set it up. Without the need, the way on."""
    user = cast("User", request.user)
    role = required_role(user)
    if role is None or queries.has_second_factor(user):
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html", {"role": role})
