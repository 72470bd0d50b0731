"""What a feed needs to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from inbox.connectors.ports import BadSettings, SettingField
from inbox.connectors.reading import MAX_ADDRESS, Unreadable, web_address

FIELDS = (
    SettingField(
        name="url",
        label="Address of the feed",
        help="The RSS or Atom address of the forum or blog, such as https://example.org/feed.xml.",
        kind="url",
    ),
)


@dataclass(frozen=True, slots=True)
class RssSettings:
    """One feed."""

    url: str
    allow_private: bool = False
    """Read feeds inside our own network too. Not in `FIELDS`: no form offers it, the agency sets it."""

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Read unsealed settings. Raises BadSettings."""
        url = str(values.get("url") or "").strip()
        if not url:
            raise BadSettings("Enter the address of the feed.", field="url")
        try:
            web_address(url, MAX_ADDRESS, "The address")
        except Unreadable as error:
            raise BadSettings(
                f"{error}. Enter one such as https://example.org/feed.xml.", field="url"
            ) from None
        return cls(url=url, allow_private=values.get("allow_private") is True)
