"""Who acts: a person at a client, or a named robot. Nothing in Rapport happens by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tenants.accounts.permissions import ALL, Permission
from tenants.kernel.errors import Forbidden


class ActorKind(StrEnum):
    USER = "user"
    ROBOT = "robot"
    TOKEN = "token"  # noqa: S105  # a kind of actor, not a secret


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with permissions at the place where they act. `id` is a user's id, a robot's name, a token's prefix."""

    kind: ActorKind
    id: str
    name: str
    permissions: frozenset[Permission]
    user_id: int | None = None

    @property
    def is_human(self) -> bool:
        return self.kind is ActorKind.USER

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Raise Forbidden, naming the right that is missing and who can give it."""
        if not self.may(permission):
            raise Forbidden(
                f"{self.name} may not do this here: the right “{permission.replace('_', ' ')}” is missing. "
                "Whoever manages people can change the role.",
                permission=str(permission),
            )

    def must_either(self, *permissions: Permission) -> None:
        """One of these is enough; raise Forbidden, naming the last, when there is none."""
        self.must(next(filter(self.may, permissions), permissions[-1]))


def robot(name: str, *permissions: Permission) -> Actor:
    """An automation that acts under its own name, with the rights listed and no others."""
    return Actor(kind=ActorKind.ROBOT, id=name, name=f"{name} (robot)", permissions=frozenset(permissions))


RECEIVER = robot("receiver", Permission.RECEIVE, Permission.TRIAGE)
SENDER = robot("sender", Permission.REPLY_PUBLIC, Permission.REPLY_PRIVATE)
CLOCK = robot("clock", Permission.TRIAGE)
INSTALLER = Actor(kind=ActorKind.ROBOT, id="installer", name="installer (robot)", permissions=ALL)
