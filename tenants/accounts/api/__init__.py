"""What every address of the API has in common: who calls, what they may, how often, and how errors read.

In a view, `request.actor` is the Actor (a token's, or the signed-in person's); `request.user` is the same
Actor, and `request.auth` the ApiToken, or None for a session. Without leave no view is reached.

Settings name these; nothing here may import `rest_framework.views`, which imports them in turn.
"""

from tenants.accounts.api.authentication import SessionActor, TokenAuthentication
from tenants.accounts.api.parsing import StrictJson
from tenants.accounts.api.permission import MayUse
from tenants.accounts.api.problems import problem, problem_response
from tenants.accounts.api.throttling import ActorThrottle

__all__ = [
    "ActorThrottle",
    "MayUse",
    "SessionActor",
    "StrictJson",
    "TokenAuthentication",
    "problem",
    "problem_response",
]
