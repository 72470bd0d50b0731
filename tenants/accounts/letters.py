"""The links with which a password is chosen, and who receives them.

Whoever holds such a link can sign in as its person. So it goes to that person's e-mail address and to nobody
else, except once: an installation that cannot send mail shows the link of a new account to the inviter, and
records that it did (actions.show_password_link).
"""

from __future__ import annotations

import logging
from datetime import datetime

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from tenants.accounts import actions, arrivals
from tenants.accounts.actions import Invitation
from tenants.accounts.actors import Actor
from tenants.accounts.models import User
from tenants.accounts.password_links import PasswordLinks, ShownLinks

log = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, *, place: str) -> bool:
    """Tell a person about a new seat; says whether a message went out. Talks to the mail server.

    Somebody who has no password gets the link to choose one, at the person's own address.
    """
    if not settings.RAPPORT_SENDS_MAIL:
        return False
    user, first = invitation.user, not invitation.user.has_usable_password()
    facts = {
        "user": user,
        "place": place,
        "role": invitation.seat.role.name,
        "address": _password_link(user, PasswordLinks()) if first else sign_in_address(),
        "sign_in": sign_in_address(),
        "first": first,
        "is_new": invitation.is_new,
    }
    body = render_to_string("accounts/invitation.txt", facts)
    try:
        send_mail(f"Your seat at {place} in Rapport", body, None, [user.email])
    except OSError:  # smtplib's errors are OSErrors, and so is a server that cannot be reached
        log.exception("An invitation could not be sent", extra={"user": user.pk})
        return False
    return True


def link_to_pass_on(invitation: Invitation, *, by: Actor, at: datetime) -> str:
    """The link of a new account, for an inviter whose mail cannot go out. Raises CredentialOfAnother."""
    actions.show_password_link(by=by, invitation=invitation, at=at)
    return _password_link(invitation.user, ShownLinks())


def sign_in_address() -> str:
    """Where everybody signs in."""
    return arrivals.agency_page("account_login")


def _password_link(user: User, keys: PasswordResetTokenGenerator) -> str:
    facts = {"uidb36": user_pk_to_url_str(user), "key": keys.make_token(user)}
    path = reverse("account_reset_password_from_key", urlconf=settings.PUBLIC_SCHEMA_URLCONF, kwargs=facts)
    return arrivals.agency_address(path)
