"""A random run: traffic and faults for a while, then calm, then the checker's verdict.

What is tried is chosen by a seed. Processes and threads interleave as they like, so the same seed gives the same
kinds of trouble, not the same moments.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from config.door import database_watch, ports, supervisor
from config.faults.history import History, Item, Outcome, Press, ReplyRow, violations
from config.faults.house import House, folder, until
from config.faults.network import Network

OURS = ("DATABASE_URL", "DATABASE_APP_URL", "CELERY_BROKER_URL", "CACHE_URL", "RAPPORT_PORT", "RAPPORT_LOGIN")
SENDERS = 2
UNSETTLED = "('queued', 'sending', 'sent_unverified', 'unknown')"
SENDER_IS_DEAD = 40  # seconds after which no sender of ours can still be talking to the network
SETTLED_WITHIN = 240.0  # seconds
NO_WORK_FOR = 15.0  # seconds after which the next fault comes all the same
STEADY = 3.0  # seconds of life after which a death counts as the first: here they are killed on purpose


@dataclass(frozen=True, slots=True)
class Plan:
    """How long traffic and faults last (seconds), how long between two faults, by which broker, and the seed."""

    seconds: float
    seed: int
    pauses: tuple[float, float] = (1.5, 4.0)
    broker: str = "folder"


@dataclass(slots=True)
class Verdict:
    """What happened, and every rule that was broken."""

    plan: Plan
    history: History
    outcome: Outcome
    moods: Counter[str]
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(plan: Plan, tell: Callable[[str], None]) -> Verdict:
    """One whole run in an installation that is thrown away."""
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(_environment())
        home = stack.enter_context(folder())
        house = House(home)
        house.server.start()
        stack.callback(house.close, quiet=True)
        network = stack.enter_context(Network(plan.seed))
        broker = stack.enter_context(_broker(plan, home.root))
        facts = house.stage("open")
        (home.root / "facts.json").write_text(json.dumps(facts))
        tokens = house.stage("programs", network.url, "2")["tokens"]
        house.open()
        tell(f"Traffic and faults for {plan.seconds:.0f} s (seed {plan.seed}, broker {plan.broker}).")
        history = History()
        _ill_treat(plan, house, broker, tokens, history)
        network.calm()
        tell("The faults are over; waiting until everything is settled.")
        _settle(house)
        house.stage("verify")
        outcome = _outcome(house, network)
        broken = violations(history, outcome)
    return Verdict(plan, history, outcome, network.moods, broken, time.monotonic() - began)


@contextmanager
def _environment() -> Iterator[None]:
    """Nothing of the surroundings reaches the installation: neither its database nor its broker."""
    before = {
        name: os.environ.pop(name, None) for name in (*OURS, "RAPPORT_ENV_FILE", "RAPPORT_UNDO_SECONDS")
    }
    os.environ.update({"RAPPORT_ENV_FILE": os.devnull, "RAPPORT_UNDO_SECONDS": "1"})
    steady = supervisor.STEADY, database_watch.STEADY
    supervisor.STEADY = database_watch.STEADY = STEADY
    try:
        yield
    finally:
        supervisor.STEADY, database_watch.STEADY = steady
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


# --- The broker --------------------------------------------------------------------------------------
class Broker:
    """The folder, or a Redis of our own; `lose` takes it away, and it comes back empty."""

    def __init__(self, root: Path, *, port: int | None) -> None:
        self.root, self.port = root, port
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.port is not None:
            options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.root)]
            self.server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.server.wait()

    def lose(self, away: float) -> None:
        """For as many seconds where it is a server; a folder is made again by whoever needs it."""
        if self.port is None:
            shutil.rmtree(self.root / "broker", ignore_errors=True)
            return
        self.stop()
        time.sleep(away)
        self.start()


@contextmanager
def _broker(plan: Plan, root: Path) -> Iterator[Broker]:
    broker = Broker(root, port=ports.any_free() if plan.broker == "redis" else None)
    if broker.port is not None:
        os.environ["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{broker.port}/0"
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


# --- Traffic and faults ------------------------------------------------------------------------------
def _ill_treat(plan: Plan, house: House, broker: Broker, tokens: list[str], history: History) -> None:
    """Senders, people who answer and faults side by side; afterwards every delivery has been accepted."""
    over = threading.Event()
    traffic = [Traffic(house, history, seed=plan.seed + n, name=f"s{n}") for n in range(SENDERS)]
    works = [partial(one.work, over) for one in traffic]
    works.append(partial(Presses(house, history, tokens, seed=plan.seed).work, over))
    troubles: list[BaseException] = []
    threads = [threading.Thread(target=_noting, args=(work, troubles), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    with suppress(AssertionError):  # a thread's own trouble is raised below
        until(lambda: history.presses or troubles, "somebody can press send")
        inject(plan, house, broker, history)
    over.set()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


def _noting(work: Callable[[], None], troubles: list[BaseException]) -> None:
    """A thread's own error must not pass for a run without traffic."""
    try:
        work()
    except BaseException as error:
        troubles.append(error)
        raise


def inject(plan: Plan, house: House, broker: Broker, history: History) -> None:
    """Faults of every kind in turn, in a random order, until the time is over."""
    chance = random.Random(plan.seed)  # noqa: S311  # chance that can be repeated, no secret
    kinds: dict[str, Callable[[], None]] = {
        "worker killed": lambda: house.kill("worker"),
        "beat killed": lambda: house.kill("beat"),
        "web killed": lambda: house.kill("web"),
        "database killed": lambda: _kill_database(house, signal.SIGKILL),
        "database crashed": lambda: _kill_database(house, signal.SIGQUIT),
        "broker lost": lambda: broker.lose(chance.uniform(0.5, 3.0)),
    }
    end, waiting = time.monotonic() + plan.seconds, list[str]()
    while time.monotonic() < end:
        time.sleep(chance.uniform(*plan.pauses))
        _wait_for_work(history)
        waiting = waiting or chance.sample(sorted(kinds), len(kinds))
        kind = waiting.pop()
        kinds[kind]()
        history.faults[kind] += 1


def _wait_for_work(history: History) -> None:
    """Until something was done since the last fault: killing what has just begun to start is no test of anything."""
    before = len(history.accepted), len(history.presses)
    latest = time.monotonic() + NO_WORK_FOR
    while (len(history.accepted), len(history.presses)) == before and time.monotonic() < latest:
        time.sleep(0.1)


def _kill_database(house: House, number: signal.Signals) -> None:
    pid = house.server.status().pid
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


class Traffic:
    """One sender: new items, edits, damaged ones, answers to items that are still to come, and everything again.

    Deliveries are sent in a random order, and sent again until they are accepted; some are sent once more after that.
    """

    def __init__(self, house: House, history: History, *, seed: int, name: str) -> None:
        self.sender, self.history, self.name = house.sender(), history, name
        self.chance = random.Random(seed)  # noqa: S311  # chance that can be repeated, no secret
        self.waiting: list[tuple[str, bytes]] = []
        self.made = 0
        self.known: list[tuple[int, int]] = []
        """Number of each item made so far, and its newest version."""

    def work(self, over: threading.Event) -> None:
        while self.waiting or not over.is_set():
            if not over.is_set() and len(self.waiting) < 8:
                self.waiting.append(self._delivery())
            place = self.chance.randrange(len(self.waiting))
            if not self._send(*self.waiting.pop(place)):
                time.sleep(0.2)
            time.sleep(self.chance.uniform(0, 0.08))
        self.sender.line.close()

    def _send(self, name: str, body: bytes) -> bool:
        status = self.sender.send(name, body)
        if 200 <= status < 300:
            self.history.accepted[name] += 1
            if self.history.accepted[name] == 1 and self.chance.random() < 0.15:
                self.waiting.append((name, body))  # its sender did not hear the answer, or so it believes
            return True
        self.history.refused[status] += 1
        self.waiting.append((name, body))
        return False

    def _delivery(self) -> tuple[str, bytes]:
        items, bodies = [], []
        for _ in range(self.chance.randint(1, 4)):
            item, body = self._item()
            items.append(item)
            bodies.append(body)
        name = f"{self.name}-d{len(self.history.sent)}-{self.made}"
        self.history.sent[name] = tuple(items)
        return name, json.dumps({"items": bodies}).encode()

    def _item(self) -> tuple[Item, dict[str, Any]]:
        lot = self.chance.random()
        if self.known and lot < 0.25:  # an edit, or the same once more
            place = self.chance.randrange(len(self.known))
            number, version = self.known[place]
            version += lot < 0.15
            self.known[place] = (number, version)
            return self._told(number, version)
        self.made += 1
        if lot > 0.93:
            name = f"{self.name}-bad-{self.made}"
            return Item(name, is_damaged=True), {"external_id": name, "kind": "comment", "text": "Who am I?"}
        self.known.append((self.made, 0))
        return self._told(self.made, 0)

    def _told(self, number: int, version: int) -> tuple[Item, dict[str, Any]]:
        name = f"{self.name}-{number}"
        body: dict[str, Any] = {
            "external_id": name,
            "kind": "comment",
            "text": f"Where is my order? ({name}, version {version})",
            "sent_at": "2026-03-02T12:00:00Z",
            "author": {"external_id": f"author-of-{name}", "name": "Jo"},
        }
        if version:
            changed = f"2026-03-02T{13 + version // 3600 % 10:02}:{version // 60 % 60:02}:{version % 60:02}Z"
            body |= {"change": "edited", "changed_at": changed}
        if number % 5 == 0:  # an answer to an item that comes later
            body["in_reply_to"] = f"{self.name}-{number + 1}"
        return Item(name, version), body


class Presses:
    """Two people who press send on the same conversation at the same moment."""

    def __init__(self, house: House, history: History, tokens: list[str], *, seed: int) -> None:
        self.house, self.history, self.tokens = house, history, tokens
        self.chance = random.Random(seed)  # noqa: S311  # chance that can be repeated, no secret
        self.number = 0

    def work(self, over: threading.Event) -> None:
        while not over.is_set():
            time.sleep(self.chance.uniform(0.1, 0.5))
            with suppress(psycopg.Error):  # the database is away at this moment
                for conversation, seen in self.house.rows(UNANSWERED):
                    self._press_both(conversation, seen)

    def _press_both(self, conversation: int, seen: int) -> None:
        self.number += 1
        together = threading.Barrier(len(self.tokens))
        presses = [
            threading.Thread(target=self._press, args=(together, conversation, seen, token, n), daemon=True)
            for n, token in enumerate(self.tokens)
        ]
        for thread in presses:
            thread.start()
        for thread in presses:
            thread.join()

    def _press(self, together: threading.Barrier, conversation: int, seen: int, token: str, who: int) -> None:
        text = f"It leaves tomorrow (press {self.number}, person {who})."
        body = json.dumps({"text": text, "seen_message_id": seen}).encode()
        headers = {
            "Host": "acme.localhost",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        line = HTTPConnection("127.0.0.1", self.house.port, timeout=30)
        together.wait()
        try:
            line.request("POST", f"/api/v1/conversations/{conversation}/replies", body, headers)
            answer = line.getresponse()
            answer.read()
            status = answer.status
        except (OSError, HTTPException):
            status = 0
        finally:
            line.close()
        self.history.presses.append(Press(conversation, text, status))


UNANSWERED = """
    SELECT conversation_id, max(id) FROM inbox_message m
    WHERE NOT EXISTS (SELECT FROM inbox_reply r WHERE r.conversation_id = m.conversation_id)
    GROUP BY conversation_id ORDER BY random() LIMIT 1
"""


# --- In the end --------------------------------------------------------------------------------------
def _settle(house: House) -> None:
    """Wait until every receipt is read and every reply is settled; whose sender died is looked at without delay."""
    until(house.answers, "the web process is ready again", seconds=SETTLED_WITHIN)
    until(lambda: not house.waiting(), "every receipt is read", seconds=SETTLED_WITHIN, pause=0.3)

    def is_settled() -> bool:
        house.rows(
            "UPDATE inbox_reply SET next_check_at = now() WHERE state IN ('sending', 'sent_unverified', 'unknown') "
            f"AND next_check_at > now() AND sending_at < now() - interval '{SENDER_IS_DEAD} s' RETURNING 1"
        )
        return not house.number(f"SELECT count(*) FROM inbox_reply WHERE state IN {UNSETTLED}")

    until(is_settled, "every reply is settled", seconds=SETTLED_WITHIN, pause=1.0)


def _outcome(house: House, network: Network) -> Outcome:
    receipts = house.rows("SELECT delivery_id, state, poisoned FROM tenants_receipt")
    messages = house.rows("SELECT external_id, text FROM inbox_message WHERE direction = 'inbound'")
    replies = house.rows("SELECT key::text, conversation_id, text, state FROM inbox_reply")
    return Outcome(
        receipts=Counter(name for name, _, _ in receipts),
        waiting=sum(state == "waiting" for _, state, _ in receipts),
        aside={
            name: tuple((int(note["position"]), str(note["reason"])) for note in poisoned)
            for name, _, poisoned in receipts
            if poisoned
        },
        messages=Counter(name for name, _ in messages),
        versions={name: int(text.rpartition("version ")[2].rstrip(")")) for name, text in messages},
        replies=tuple(ReplyRow(*row) for row in replies),
        posts=Counter(network.posts),
        published=Counter(network.published),
    )
