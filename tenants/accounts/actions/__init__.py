"""Every change to people, seats, keys and arrivals; one function per verb."""

from tenants.accounts.actions.arrivals import (
    SEEN_AGAIN_AFTER,
    Arrival,
    SlipRefused,
    accept_hand_over,
    hand_over,
    see_user,
)
from tenants.accounts.actions.people import (
    AlreadySeated,
    Invitation,
    LastOwner,
    OnlyAtTheAgency,
    change_profile,
    change_role,
    first_roles,
    invite_user,
    seat_user,
    show_password_link,
    switch_off_user,
    switch_on_user,
    unseat_user,
)
from tenants.accounts.actions.sessions import (
    begin_session,
    end_session,
    end_sessions,
    see_session,
)
from tenants.accounts.actions.tokens import BadToken, issue_token, revoke_token, use_token
from tenants.accounts.credentials import CredentialOfAnother, MoreThanYourOwn

__all__ = [
    "SEEN_AGAIN_AFTER",
    "AlreadySeated",
    "Arrival",
    "BadToken",
    "CredentialOfAnother",
    "Invitation",
    "LastOwner",
    "MoreThanYourOwn",
    "OnlyAtTheAgency",
    "SlipRefused",
    "accept_hand_over",
    "begin_session",
    "change_profile",
    "change_role",
    "end_session",
    "end_sessions",
    "first_roles",
    "hand_over",
    "invite_user",
    "issue_token",
    "revoke_token",
    "seat_user",
    "see_session",
    "see_user",
    "show_password_link",
    "switch_off_user",
    "switch_on_user",
    "unseat_user",
    "use_token",
]
