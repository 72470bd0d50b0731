"""The order of the folders is the order of the imports, and it stays that way."""

from __future__ import annotations

import ast
import tomllib

import pytest

from tests.guards.walking import PROJECT, modules

CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]


def contract(name):
    return next(one for one in CONTRACTS if one["name"] == name)


def imported(module):
    """Every dotted name that a module imports, anywhere in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_reports_are_kept_from_every_action_and_exchange_there_is():
    there_are = {
        ".".join(path.removesuffix(".py").removesuffix("/__init__").split("/"))
        for path in modules()
        if path.split("/")[0] in ("inbox", "playbooks", "advocates")
        and path.split("/")[1].removesuffix(".py") in ("actions", "exchange")
        and path.removesuffix("/__init__.py").count("/") == 1
    }

    assert set(contract("Reports count what happened and change nothing")["forbidden_modules"]) == there_are


def test_the_folders_stand_in_their_order():
    assert contract("News travels right, imports point left")["layers"] == [
        "config", "reporting", "advocates", "playbooks", "inbox", "tenants",
    ]  # fmt: skip


def test_nothing_imports_the_settings_but_through_django():
    for path, module in modules().items():
        assert "config.settings" not in set(imported(module)), path


def test_the_kernel_knows_nothing_of_the_project():
    ours = {"config", "tenants", "inbox", "playbooks", "advocates", "reporting"}
    for path, module in modules().items():
        if path.startswith("tenants/kernel/"):
            wrong = [name for name in imported(module) if name.split(".")[0] in ours]
            assert not [name for name in wrong if not name.startswith("tenants.kernel")], path


def test_nobody_listens_to_signals():
    allowed = {
        "config/celery.py": "celery.signals",  # logging is Celery's to hand over, and it has no other way
        "config/task_logs.py": "celery.signals",
    }
    for path, module in modules().items():
        for name in imported(module):
            if "signals" in name.split(".") or name.startswith("django.dispatch"):
                assert name.startswith(allowed.get(path, "nothing at all")), f"{path} imports {name}"


SAVES = {("tenants/accounts/models.py", "save")}
"""Django and allauth save a new password themselves, and the session secret has to follow it."""


def test_models_do_no_work_when_saved():
    for path, module in modules().items():
        if "/models" not in path:
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                worked = node.name in ("save", "delete", "clean", "full_clean")
                assert not worked or (path, node.name) in SAVES, f"{path}: {node.name}"


@pytest.mark.parametrize("path", [path for path in modules() if path.startswith("inbox/connectors/")])
def test_a_connector_knows_no_django(path):
    assert not [name for name in imported(modules()[path]) if name.split(".")[0] == "django"]
