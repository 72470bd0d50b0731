"""May whoever calls use this address? The view says which right it takes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission

READS_TOO = {"HEAD": "GET"}


class MayUse(BasePermission):
    """Asks for `view.allowed`: one right, or the right for each method (`{"GET": …, "POST": …}`).

    A view that does not say it is closed to everybody, and loudly.
    """

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ANN401  # a view of any kind
        actor = request.user
        if not isinstance(actor, Actor):
            return False  # DRF makes this 401
        needed = right_for(view, request.method or "")
        if needed is not None:
            actor.must(needed)
        return True


def right_for(view: Any, method: str) -> Permission | None:  # noqa: ANN401  # as above
    """The right that a method of the view takes; None where nothing is done (OPTIONS, or 405 follows)."""
    allowed = getattr(view, "allowed", None)
    if isinstance(allowed, Permission):
        return allowed
    if not isinstance(allowed, dict):
        raise ImproperlyConfigured(f"{type(view).__name__} does not say in `allowed` who may use it.")
    handled = READS_TOO.get(method, method)
    if handled in allowed:
        return Permission(allowed[handled])
    if handled == "OPTIONS" or not hasattr(view, handled.lower()):
        return None
    raise ImproperlyConfigured(f"{type(view).__name__}.allowed does not say who may {handled}.")
