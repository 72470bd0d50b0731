"""What an invited person is sent: the way in."""

from __future__ import annotations

import logging

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from tenants.accounts import arrivals
from tenants.accounts.models import User

log = logging.getLogger(__name__)


def way_in(request: HttpRequest, user: User) -> str:
    """Where this person chooses a first password; without one to choose, the sign-in."""
    if user.has_usable_password():
        return arrivals.agency_page(request, "account_login")
    return arrivals.agency_address(request, first_password_path(user))


def first_password_path(user: User) -> str:
    """The path, on the agency's host, at which a first password is chosen.

    The link is allauth's own for a forgotten password: signed, good until a password is chosen with it, and
    for PASSWORD_RESET_TIMEOUT at most.
    """
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    facts = {"uidb36": user_pk_to_url_str(user), "key": token}
    return reverse("account_reset_password_from_key", urlconf=settings.PUBLIC_SCHEMA_URLCONF, kwargs=facts)


def send_invitation(*, user: User, place: str, role: str, address: str) -> bool:
    """Tell a person about a new seat; says whether the message went out. Talks to the mail server."""
    facts = {
        "user": user,
        "place": place,
        "role": role,
        "address": address,
        "first": not user.has_usable_password(),
    }
    body = render_to_string("accounts/invitation.txt", facts)
    try:
        send_mail(f"Your seat at {place} in Rapport", body, None, [user.email])
    except OSError:  # smtplib's errors are OSErrors, and so is a server that cannot be reached
        log.exception("An invitation could not be sent", extra={"user": user.pk})
        return False
    return True
