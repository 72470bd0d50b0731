"""The panels beside a conversation: fragments of other apps' URLs, each loading by itself."""

from __future__ import annotations

PANELS: tuple[tuple[str, str], ...] = (
    ("Clocks", "inbox:panel_clocks"),
    ("Author", "inbox:panel_author"),
    ("Why", "inbox:panel_reasons"),
)
