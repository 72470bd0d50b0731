"""Live updates read through connections of their own, so what they are to see must be committed."""

from __future__ import annotations

from tests.inbox.conftest import committed

__all__ = ["committed"]
