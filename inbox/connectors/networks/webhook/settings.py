"""What a signed webhook needs: secrets, and where replies go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from inbox.connectors.networks.webhook.signing import read_secret
from inbox.connectors.ports import BadSettings, SettingField
from inbox.connectors.reading import MAX_ADDRESS, Unreadable, web_address

FIELDS = (
    SettingField(
        name="secret",
        label="Secret",
        help="Signs what you send us, and what we send you. `whsec_` and base64; leave it as proposed.",
        secret=True,
        kind="password",
    ),
    SettingField(
        name="previous_secret",
        label="Secret before this one",
        help="While you change over, both are accepted and replies carry both signatures. Then empty it.",
        secret=True,
        required=False,
        kind="password",
    ),
    SettingField(
        name="return_url",
        label="Return address",
        help="Where replies are posted to. Without one the channel only receives.",
        required=False,
        kind="url",
    ),
)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """One signed webhook."""

    keys: tuple[bytes, ...] = field(repr=False)
    """The current key first, then the one before it during a rotation."""
    return_url: str = ""
    allow_private: bool = False
    """Post replies inside our own network too. Not in `FIELDS`: no form offers it, the agency sets it."""

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Read unsealed settings. Raises BadSettings."""
        keys = [_key(values, name) for name in ("secret", "previous_secret")]
        if keys[0] is None:
            raise BadSettings("Enter the secret that signs the deliveries.", field="secret")
        return_url = str(values.get("return_url") or "").strip()
        try:
            web_address(return_url or "https://example.org/", MAX_ADDRESS, "The return address")
        except Unreadable as error:
            raise BadSettings(
                f"{error}. Enter one such as https://example.org/replies, or none.", field="return_url"
            ) from None
        return cls(
            keys=tuple(key for key in keys if key is not None),
            return_url=return_url,
            allow_private=values.get("allow_private") is True,
        )


def _key(values: Mapping[str, Any], name: str) -> bytes | None:
    text = str(values.get(name) or "").strip()
    if not text:
        return None
    try:
        return read_secret(text)
    except ValueError as error:
        raise BadSettings(str(error), field=name) from None
