"""What a person may change about himself or herself."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts import actions, queries
from tenants.accounts.forms import ProfileForm
from tenants.accounts.guards import signed_in
from tenants.accounts.models import User


@signed_in("Everybody may change his or her own name and zone, and nobody else's.")
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, time zone, languages; and the way to passwords, passkeys and codes."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST or None, initial=_as_it_is(user))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    actions.change_profile(by=queries.oneself(user), user=user, at=now(), **form.cleaned_data)
    messages.success(request, "Your profile is changed.")
    return redirect("accounts:profile")


def _as_it_is(user: User) -> dict[str, str]:
    return {"name": user.name, "time_zone": user.time_zone, "languages": ", ".join(user.languages)}


@signed_in("It says why nobody changes an address alone.")
@require_safe
def address_is_given(request: HttpRequest) -> HttpResponse:
    """In place of allauth's page on which people add addresses of their own: an address stands for a person here."""
    messages.info(
        request, "Your address is what you were invited with. Whoever manages people can invite another."
    )
    return redirect("accounts:profile")
