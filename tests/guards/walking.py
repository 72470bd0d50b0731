"""Ways to walk the code and the addresses, for guards that hold for everything there is and everything to come."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("config", "tenants", "inbox", "playbooks", "advocates", "reporting")
OURS = ("tenants", "accounts", "ledger", "inbox", "playbooks", "advocates", "reporting")
"""The labels of our Django apps."""


@lru_cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path, parsed. Migrations are Django's words, not ours."""
    found = {}
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found[str(path.relative_to(PROJECT))] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def functions(path: str) -> Iterator[ast.FunctionDef]:
    """The public functions of a module."""
    for node in modules()[path].body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if is_docstring else body


def addresses(urlconf: str) -> Iterator[tuple[str, Any]]:
    """(path pattern, view) of everything a host answers."""
    yield from _below("", get_resolver(urlconf).url_patterns)


def _below(before: str, patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(here, pattern.url_patterns)
        else:
            yield here, pattern.callback


def our_models() -> list[type[models.Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]
