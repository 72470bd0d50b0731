"""Which tests may run side by side.

xdist's own way to keep tests together (`--dist=loadgroup`) writes into a part of pytest that 9.2 no longer reads, and
does nothing there, silently. So the order of work is told through xdist's hook (tests/conftest.py).
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys/",)
"""Those who share one house: they would see each other's visitors, drafts and settings."""


class OneHouse(LoadScopeScheduling):
    """Each test for itself wherever there is room, but everything of a folder in TOGETHER with one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)
