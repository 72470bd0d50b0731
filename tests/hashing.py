"""The hash that protects passwords, made as cheap as it can be: tests sign in hundreds of times."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 with the least of everything."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
