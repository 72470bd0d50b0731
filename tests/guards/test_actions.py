"""Every write goes through an action, and every action asks its actor first."""

from __future__ import annotations

import ast

from tests.guards.walking import functions, modules, without_docstring

WITHOUT_ASKING_FIRST = {
    "inbox/actions/refold.py:refold": "A step of other actions, which have asked.",
    "inbox/actions/reply.py:undo_reply": "Whoever wrote the answer may, so its row is read first.",
    "tenants/accounts/actions/people.py:change_profile": "No right is needed for one's own; others' ask for one.",
    "tenants/accounts/actions/sessions.py:end_session": "No right is needed for one's own, and it finds no others'.",
    "tenants/accounts/actions/sessions.py:end_sessions": "As above.",
    "tenants/accounts/actions/telling.py:tell": "The last line of other actions, which have asked.",
}

BY_NOBODY = {
    "add_poisoned": "Changes a receipt in memory; `store_results` writes it.",
    "hand_over": "Nobody acts here yet: it asks for the person's seat.",
    "accept_hand_over": "The slip is the proof of who acts.",
    "begin_session": "The password, passkey or issuer is the proof of who acts.",
    "see_session": "Being seen is no change anybody asks for.",
    "see_user": "Being seen is no change anybody asks for.",
    "no_seat": "Writes nothing: the words of a refusal.",
    "first_roles": "Part of the installation, before there is anybody.",
    "use_token": "The token is the proof of who acts.",
}
"""What edges may call without saying who acts."""


def everything_public():
    for path in modules():
        if "/actions/" in path or path.endswith("/actions.py"):
            for function in functions(path):
                yield f"{path}:{function.name}", function


def is_action(function):
    """Steps that actions share take no actor of their own."""
    return any(one.arg == "by" for one in [*function.args.args, *function.args.kwonlyargs])


def actions():
    return [(name, function) for name, function in everything_public() if is_action(function)]


def called_from_edges():
    """Names that something outside the actions takes out of an actions module."""
    for path, module in modules().items():
        if "/actions" in path:
            continue
        nodes = list(ast.walk(module))
        places = {
            alias.asname or alias.name
            for node in nodes
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("actions")
            for alias in node.names
        }
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and ".actions" in (node.module or ""):
                yield from (alias.name for alias in node.names)
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in places
            ):
                yield node.attr
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("actions"):
                yield node.attr


def test_there_are_actions_to_look_at():
    assert len(list(actions())) > 30


def test_every_action_begins_by_asking_for_a_right():
    silent = [
        name
        for name, function in actions()
        if not ast.unparse(without_docstring(function.body)[0]).startswith(("by.must(", "by.must_either("))
    ]

    assert sorted(silent) == sorted(WITHOUT_ASKING_FIRST)


def test_nothing_is_called_from_outside_that_does_not_say_who_acts():
    steps = {function.name for _, function in everything_public() if not is_action(function)}

    assert steps & set(called_from_edges()) == set(BY_NOBODY)


def test_actions_take_their_actor_and_their_instant_by_name():
    for name, function in actions():
        if name in WITHOUT_ASKING_FIRST:
            continue
        names = [argument.arg for argument in function.args.kwonlyargs]
        assert {"by", "at"} <= set(names), name
        assert not function.args.args, f"{name} takes {function.args.args[0].arg} by position"


def test_every_action_is_atomic():
    for name, function in actions():
        if (
            name in WITHOUT_ASKING_FIRST or name == "inbox/actions/clock.py:wake_overdue"
        ):  # each one by itself
            continue
        decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
        blocks = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.With)]
        assert "transaction.atomic" in decorators or any(
            "transaction.atomic()" in block for block in blocks
        ), name


def test_no_action_reads_the_clock():
    for path, module in modules().items():
        if "/actions" not in path:
            continue
        called = {ast.unparse(node.func) for node in ast.walk(module) if isinstance(node, ast.Call)}
        assert not called & {"now", "timezone.now", "datetime.now", "datetime.utcnow", "time.time"}, path
