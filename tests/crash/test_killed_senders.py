"""A worker is killed in the middle of sending: no answer is published twice, and none stays in doubt."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.crash.house import PATIENCE, until
from tests.inbox.connectors.far_side import far_side

ANSWERS = 100
UNSETTLED = (
    "SELECT count(*) FROM inbox_reply WHERE state IN ('queued', 'sending', 'sent_unverified', 'unknown')"
)


class Network:
    """The other side, which would publish whatever it is asked to: it is on us to ask only once."""

    def __init__(self) -> None:
        self.url = ""
        self.published: list[str] = []
        self.asked: list[str] = []
        self.cut: list[str] = []
        """Asked for by a sender that was killed before it heard the answer."""
        self.lock = threading.Lock()
        self.caught = threading.Event()
        self.go_on = threading.Event()
        self.traps: dict[int, bool] = {}
        """Position of a request → is it published, while its sender never hears of it?"""

    def answer(self, exchange):
        if exchange.asked.method == "GET":
            self._tell(exchange, parse_qs(urlsplit(exchange.asked.path).query)["key"][0])
            return
        key = json.loads(exchange.asked.body)["key"]
        with self.lock:
            self.asked.append(key)
            trap = self.traps.pop(len(self.asked), None)
            if trap is not False:
                self.published.append(key)
        if trap is not None:
            self.cut.append(key)
            self.caught.set()
            self.go_on.wait(PATIENCE)
            return  # the line is cut without a word
        self._tell(exchange, key)

    def _tell(self, exchange, key):
        if key not in self.published:
            exchange.answer(404)
            return
        told = {"external_id": f"answer-{key}", "sent_at": datetime.now(UTC).isoformat()}
        exchange.answer(200, json.dumps(told).encode(), content_type="application/json")


@pytest.fixture
def network():
    with far_side() as side:
        network = Network()
        side.script = network.answer
        network.url = f"{side.url}/answers/"
        yield network
        network.go_on.set()


def let_time_pass(house, orphans):
    """Nobody waits minutes in a test: what is to be looked at later is to be looked at now.

    Only answers whose sender was killed: one that is being sent at this moment is nobody's to settle.
    """
    keys = ", ".join(f"'{key}'" for key in orphans)
    house.rows(
        f"UPDATE inbox_reply SET next_check_at = now() WHERE key IN ({keys}) AND next_check_at > now() RETURNING 1"
    )


def test_workers_killed_in_the_middle_of_100_sends_publish_each_answer_at_most_once(house, network):
    house.stage("answer", network.url, str(ANSWERS))
    network.traps = {20: False, 60: True}
    orphans: list[str] = []
    house.open()

    for number in (20, 60):
        until(network.caught.is_set, f"answer {number} is being sent")
        network.caught.clear()
        house.kill("worker")
        orphans += house.column("SELECT key::text FROM inbox_reply WHERE state = 'sending'")

    def settled():
        let_time_pass(house, orphans)
        return not house.number(UNSETTLED)

    until(settled, "every answer is sent and settled", pause=0.5)
    confirmed = house.column("SELECT key::text FROM inbox_reply WHERE state = 'confirmed'")
    failed = house.column("SELECT key::text FROM inbox_reply WHERE trouble_code = 'not_published'")
    assert max(Counter(network.asked).values()) == 1, "an answer was sent again"
    assert sorted(network.published) == sorted(confirmed)
    assert len(confirmed) + len(failed) == ANSWERS
    assert set(network.cut) <= set(orphans)
    assert network.cut[0] in failed
    assert network.cut[1] in confirmed
    stands = "SELECT count(*), count(DISTINCT external_id) FROM inbox_message WHERE direction = 'outbound'"
    assert house.rows(stands) == [(len(confirmed), len(confirmed))]
    assert house.number("SELECT count(*) FROM inbox_cycle WHERE outcome = 'answered'") == len(confirmed)
