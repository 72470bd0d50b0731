"""The panels beside a conversation: fragments of other apps' URLs, each loading by itself (DESIGN.md §2).

Each line is a title and the name of a URL that takes the conversation's id.
"""

PANELS: tuple[tuple[str, str], ...] = (("Promise", "playbooks:promise"),)
