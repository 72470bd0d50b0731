"""How authors are named to whom: handles, profiles and e-mail addresses need the right `view_pii`. Pure.

Without it a handle is masked (`@j…`, `j…@…`), and links that would lead to the person are left out. The name that
somebody chose to show is shown to everybody who reads, unless it is a handle or an address itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
NOBODY = "Somebody"


class Named(Protocol):
    """An author's row."""

    name: str
    handle: str
    url: str
    is_brand: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """An author as somebody may see them. `url` is empty where it is withheld."""

    name: str
    handle: str
    url: str
    masked: bool

    @property
    def shown(self) -> str:
        """One word for the author."""
        return self.name or self.handle or NOBODY


def contact(author: Named | None, *, may_view_pii: bool) -> Contact:
    """The author in full, or masked. The brand's own accounts are no secret."""
    if author is None:
        return Contact(NOBODY, "", "", masked=False)
    if may_view_pii or author.is_brand:
        return Contact(author.name, author.handle, author.url, masked=False)
    return Contact(masked_name(author.name, author.handle), mask(author.handle), "", masked=True)


def mask(handle: str) -> str:
    """The first letter of each part of a handle or address; where it leads cannot be read from it."""
    bare = handle.strip()
    sign, rest = ("@", bare[1:]) if bare.startswith("@") else ("", bare)
    if not rest:
        return ""
    return f"{sign}{rest[0]}…" + ("@…" if "@" in rest else "")


def masked_name(name: str, handle: str) -> str:
    """A shown name, masked where it repeats the handle or contains an e-mail address."""
    bare = name.strip()
    is_handle = bare.casefold().lstrip("@") == handle.strip().casefold().lstrip("@")
    return mask(bare) if bare and is_handle else ADDRESS.sub(lambda found: mask(found[0]), bare)
