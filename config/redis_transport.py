"""kombu's Redis transport, whose worker goes on taking tasks after Redis was lost while it had its hands full.

A worker may have a bounded number of unacknowledged messages. In kombu 5.7 an acknowledgement that fails because
Redis is away leaves its message in that number for ever: `QoS.ack` drops it only after Redis has answered, and
celery logs the error and goes on. With as many failures as the worker may have messages it asks for no more and
looks at its broken connection no more: it is silent until somebody starts it again.

Here a message leaves the number whatever Redis says. Should Redis have kept it, it is delivered a second time once
`visibility_timeout` has passed: tasks only wake, so this is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kombu.transport import redis


class QoS(redis.QoS):
    """Counts a message as handled also where Redis could not be told."""

    def ack(self, delivery_tag: str) -> None:
        with self._leaving(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002  # kombu's signature
        with self._leaving(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)

    @contextmanager
    def _leaving(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except self.channel.connection_errors:  # type: ignore[attr-defined]  # the stubs leave both out
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel
