"""Who may reach what somebody signs in with, and what is left of a token when its maker's rights change."""

from __future__ import annotations

from tenants.accounts.actors import Actor
from tenants.accounts.models import ApiToken, Role
from tenants.accounts.permissions import ALL, Permission
from tenants.accounts.queries import INSTALLATION, permissions_of, rights_of_seats
from tenants.kernel.errors import Forbidden

# Rights that concern only the person who has them: whoever manages people may give them without having them.
PERSONAL = frozenset({Permission.LEARN, Permission.SHARE})


class MoreThanYourOwn(Forbidden):
    """Nobody gives rights, or takes rights from others, without having them."""

    code = "more_than_your_own"


class CredentialOfAnother(Forbidden):
    """A link, code or address that somebody signs in with is not shown to a third person."""

    code = "credential_of_another"


def must_have(by: Actor, role: Role) -> None:
    """Raise MoreThanYourOwn unless the actor has every right of the role (personal ones apart)."""
    missing = permissions_of(role.permissions) - by.permissions - PERSONAL
    if missing:
        words = ", ".join(sorted(right.replace("_", " ") for right in missing))
        raise MoreThanYourOwn(
            f"The role {role.name} includes rights that you do not have here ({words}), so you can neither give "
            "nor take it. An owner can.",
            role=role.slug,
        )


def rights_of_token(token: ApiToken) -> frozenset[Permission] | None:
    """The rights a token has now; None when its maker may not act at its client any more. One statement."""
    if token.made_by_id == INSTALLATION:
        return rights_left(token.permissions, ALL)
    return rights_left(token.permissions, rights_of_seats(token.made_by_id, client_id=token.client_id))


def rights_left(ticked: list[str], makers: frozenset[Permission] | None) -> frozenset[Permission] | None:
    """What was ticked and its maker still has; None (no rights and no access) without a maker."""
    return None if makers is None else permissions_of(ticked) & makers
