"""A right that nobody asks for protects nothing: each is asked somewhere, or waits for its feature."""

from __future__ import annotations

import ast

from tenants.accounts.permissions import FIRST_ROLES, Permission
from tests.guards.walking import modules

WAITS_FOR = {
    Permission.HIDE: "moderation on the network",
    Permission.DELETE: "moderation on the network",
    Permission.BAN: "moderation on the network",
    Permission.MANAGE_PLAYBOOK: "the playbook's pages",
    Permission.MANAGE_CLIENTS: "opening clients in the browser; today it is a command",
    Permission.LEARN: "certification of advocates",
    Permission.SHARE: "certification of advocates",
}
"""Rights whose feature does not exist yet (README, Not yet)."""

ASKING = {"may", "must", "must_either", "allow"}


def _rights_in(node: ast.AST) -> set[str]:
    return {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "Permission"
    }


def asked() -> set[str]:
    """Rights named where somebody is asked for them: `may(…)`, `must(…)`, `@allow(…)`, `allowed = …`, `right = …`."""
    found: set[str] = set()
    for path, module in modules().items():
        if path.startswith(("config/demo/", "config/benchmarks/")) or path.endswith(
            ("permissions.py", "actors.py")
        ):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ASKING:
                for argument in node.args:
                    found |= _rights_in(argument)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("allowed", "right"):
                found |= _rights_in(node.value)
    return found


def test_every_right_is_asked_for_somewhere():
    never = {right for right in Permission if right.name not in asked()}

    assert never == set(WAITS_FOR)


def test_contacts_and_exports_are_among_them():
    assert {"VIEW_PII", "EXPORT"} <= asked()


def test_each_right_belongs_to_a_role_beside_the_owner():
    held = {right for slug, (_, _, rights) in FIRST_ROLES.items() if slug != "owner" for right in rights}

    assert set(Permission) - held == {Permission.MANAGE_CLIENTS, Permission.RECEIVE}


def test_who_answers_sees_whom_and_who_only_reads_does_not():
    may = {slug for slug, (_, _, rights) in FIRST_ROLES.items() if Permission.VIEW_PII in rights}

    assert may == {"owner", "manager", "responder"}
