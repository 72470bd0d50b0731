"""The pages about people and access."""

from tenants.accounts.views.arrivals import arrived, brands, enter, hand_over, sign_out
from tenants.accounts.views.people import people
from tenants.accounts.views.profile import address_is_given, profile
from tenants.accounts.views.sessions import own_sessions, second_factor
from tenants.accounts.views.single_sign_on import single_sign_on_begins, single_sign_on_returns
from tenants.accounts.views.tokens import tokens

__all__ = [
    "address_is_given",
    "arrived",
    "brands",
    "enter",
    "hand_over",
    "own_sessions",
    "people",
    "profile",
    "second_factor",
    "sign_out",
    "single_sign_on_begins",
    "single_sign_on_returns",
    "tokens",
]
