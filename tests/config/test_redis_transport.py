"""An acknowledgement that Redis does not hear must not keep the worker from taking more."""

from __future__ import annotations

import pytest
from kombu import Connection, Consumer, Exchange, Message, Producer, Queue

from config.celery import app
from config.door import ports
from tests.servers import NEEDS_REDIS, redis

pytestmark = NEEDS_REDIS


@pytest.fixture
def one_at_hand(tmp_path):
    """A message that was taken and not yet acknowledged, by a consumer who may have one; and its server."""
    port = ports.any_free()
    queue = Queue("mended", Exchange("mended"), routing_key="mended")
    with redis(port, tmp_path) as server, Connection(f"redis://127.0.0.1:{port}/0") as connection:
        connection.ensure_connection(max_retries=50, interval_start=1)
        taken: list[Message] = []
        channel = connection.channel()
        Producer(channel).publish("wake", exchange=queue.exchange, routing_key="mended", declare=[queue])
        with Consumer(channel, [queue], on_message=taken.append, prefetch_count=1):
            connection.drain_events(timeout=10)
            yield taken[0], server, connection


def test_redis_addresses_lead_to_our_transport():
    for scheme in ("redis", "rediss"):
        assert (
            app.connection(f"{scheme}://127.0.0.1:1/0").get_transport_cls().__module__
            == "config.redis_transport"
        )


@pytest.mark.parametrize("verb", ["ack", "reject", "requeue"])
def test_a_message_that_redis_cannot_be_told_about_makes_room_for_another(one_at_hand, verb):
    message, server, connection = one_at_hand
    assert not message.channel.qos.can_consume()
    server.kill()
    server.wait()

    with pytest.raises(connection.connection_errors):
        getattr(message, verb)()

    assert message.channel.qos.can_consume()


def test_a_message_that_redis_is_told_about_is_gone_there(one_at_hand):
    message, _, _ = one_at_hand

    message.ack()

    assert message.channel.qos.can_consume()
    assert message.channel.client.hlen("unacked") == 0
