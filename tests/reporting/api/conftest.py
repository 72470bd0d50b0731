"""Programs that read Acme's reports."""

from __future__ import annotations

from tests.inbox.api.conftest import _fresh_limits, api, give

__all__ = ["_fresh_limits", "api", "give"]
