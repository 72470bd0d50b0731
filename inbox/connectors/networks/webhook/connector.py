"""Receives signed deliveries from any system, and posts replies to the address it names.

A reply is asked for once. Whatever leaves us in doubt is `Unsettled`, and `find_published` asks the other
side what stands there; only that question, which changes nothing, is repeated here when the line is bad.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import httpx
import stamina

from inbox.connectors.networks.webhook import signing, wire
from inbox.connectors.networks.webhook.settings import FIELDS, WebhookSettings
from inbox.connectors.outbound import (
    Answer,
    BadAnswer,
    Limits,
    Lost,
    Outbound,
    Resolver,
    resolve,
    seconds_asked,
)
from inbox.connectors.ports import (
    Capabilities,
    IncomingMessage,
    OutgoingReply,
    Page,
    Poisoned,
    Refused,
    SentReply,
    SettingField,
    Unavailable,
    Unsettled,
)

LIMITS = Limits(size=100_000, seconds=20.0, pause=10.0)
_NOTHING_DONE = frozenset({408, 425, 429, 503})
_IN_DOUBT = frozenset(
    {302, 303, 409}
)  # "see elsewhere" often follows a POST that worked; 409: this key is known


def utc_now() -> datetime:
    """The clock of a running connector; tests bring their own."""
    return datetime.now(UTC)


class Webhook:
    """One signed webhook. Implements `Network`."""

    slug = "webhook"
    title = "Signed webhook"
    capabilities = Capabilities(receives_webhooks=True, publishes=True, reads_back=True)
    fields: Sequence[SettingField] = FIELDS

    def __init__(
        self,
        settings: WebhookSettings,
        http: httpx.Client | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        limits: Limits = LIMITS,
        resolve: Resolver = resolve,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.outbound = Outbound(http, allow_private=settings.allow_private, limits=limits, resolve=resolve)

    @classmethod
    def connect(cls, settings: Mapping[str, Any], http: httpx.Client | None = None) -> Self:
        """Build it from unsealed settings. Raises BadSettings."""
        return cls(WebhookSettings.from_mapping(settings), http)

    def check_addresses(self) -> None:
        """Judge the return address, where there is one. Raises BadSettings."""
        if self.settings.return_url:
            self.outbound.check_address(self.settings.return_url, field="return_url")

    def delivery_id(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
        """The webhook-id, once the signature over the raw bytes is proven. Raises BadSignature."""
        return signing.verify(self.settings.keys, headers=headers, body=body, at=at)

    @staticmethod
    def parse(body: bytes) -> Iterator[IncomingMessage | Poisoned]:
        """Read a stored delivery. Pure; never raises."""
        return wire.read_items(body)

    def poll(self, cursor: Mapping[str, Any]) -> Page:
        """There is nothing to fetch."""
        del cursor
        raise Refused("A webhook delivers by itself; there is nothing to fetch. Have its sender send again.")

    def publish(self, reply: OutgoingReply, *, key: str) -> SentReply:
        """Ask the return address to publish a reply. Raises Unavailable, Refused or Unsettled."""
        body = wire.write_reply(reply, key=key)
        headers = {"content-type": "application/json", "idempotency-key": key}
        try:
            answer = self._ask("POST", self._return_url(), key, headers, body)
        except (Lost, BadAnswer) as error:
            raise Unsettled(f"{error} Whether the reply stands is being read back.") from None
        return self._settle(answer)

    def find_published(self, reply: OutgoingReply, *, key: str) -> SentReply | None:
        """Ask the return address whether a reply with this key stands. Raises Unavailable."""
        del reply
        try:
            url = str(httpx.URL(self._return_url()).copy_merge_params({"key": key}))
            answer = self._ask_again(url, f"read-{key}")
        except Refused as error:
            raise Unavailable(f"The reply cannot be read back: {error}") from None
        if answer.status == 404:
            return None
        sent = wire.read_sent(answer.body, at=self.clock()) if answer.status == 200 else None
        if sent is None:
            raise Unavailable(
                f"The return address does not tell whether the reply stands (status {answer.status}).",
                retry_after=seconds_asked(answer.headers, self.clock()),
            )
        return sent

    def _return_url(self) -> str:
        if not self.settings.return_url:
            raise Refused("This channel has no return address. Enter one in its settings, then send again.")
        return self.settings.return_url

    def _ask(
        self, method: str, url: str, delivery_id: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        try:
            signed = signing.sign(
                self.settings.keys, delivery_id=delivery_id, at=self.clock(), body=body or b""
            )
        except UnicodeEncodeError:
            raise Refused("The reply's key holds characters that no header can carry.") from None
        return self.outbound.send(method, url, {"accept": "application/json", **headers, **signed}, body)

    def _ask_again(self, url: str, delivery_id: str) -> Answer:
        """A question that changes nothing, put up to three times when the line is bad."""
        for attempt in stamina.retry_context(
            on=Unavailable, attempts=3, timeout=15.0, wait_initial=0.2, wait_max=2.0
        ):
            with attempt:
                return self._ask("GET", url, delivery_id, {}, None)
        raise AssertionError("stamina tries at least once, and its last attempt returns or raises")

    def _settle(self, answer: Answer) -> SentReply:
        """What a status says about the reply's fate."""
        status = answer.status
        if 200 <= status < 300:
            sent = wire.read_sent(answer.body, at=self.clock())
            if sent is None:
                raise Unsettled(f"The return address answered {status} without an external_id.")
            return sent
        if status in _NOTHING_DONE:
            raise Unavailable(
                f"The return address asks us to come back later (status {status}). Nothing was published.",
                retry_after=seconds_asked(answer.headers, self.clock()),
            )
        if status in _IN_DOUBT or status >= 500 or status < 200:
            raise Unsettled(
                f"The return address answered {status}, which does not tell whether the reply stands."
            )
        if status < 400:
            raise Refused(
                f"The return address answers with a redirect (status {status}). "
                "Enter the address it leads to, then send again.",
                code="not_permitted",
            )
        code, sentence = wire.read_refusal(status, answer.body)
        raise Refused(sentence, code=code)
