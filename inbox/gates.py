"""The inbox's own gates, and the words in which every gate speaks.

A gate is a pure function of facts that answers allow, warn, hold or block, with its rule's name and a
sentence a person can act on. `config/gates.py` lists them; the composer shows all answers, and the
outbox asks again at the instant of publishing (DESIGN.md §2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from inbox.counting import count as count
from inbox.counting import unit
from tenants import networks

SAME_TEXT_WARNS = 3
SAME_TEXT_BLOCKS = 10
"""The same wording so often within an hour on one channel: Meta, TikTok and X punish it (inbox.md §3 no. 18)."""


class Verdict(StrEnum):
    ALLOW = "allow"
    WARN = "warn"
    HOLD = "hold"
    BLOCK = "block"


ORDER = (Verdict.ALLOW, Verdict.WARN, Verdict.HOLD, Verdict.BLOCK)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one gate says about one reply."""

    gate: str
    verdict: Verdict
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """Everything the gates may know about a reply. Ids and plain values; no database, no clock."""

    text: str
    private: bool
    network: str
    at: datetime
    text_limit: int | None = None
    counting: str = "characters"
    byte_limit: int | None = None
    """Holds beside `text_limit` where a network counts twice, as Bluesky does."""
    window_hours: int | None = None
    human_window_hours: int | None = None
    """Until then what a person wrote may still go out (Meta's HUMAN_AGENT)."""
    last_inbound_at: datetime | None = None
    channel_can_publish: bool = True
    channel_name: str = ""
    channel_paused_because: str = ""
    parent_deleted: bool = False
    same_text_last_hour: int = 0
    already_said_here: bool = False
    newer_inbound: int = 0
    """Messages of others that the writer had not seen."""
    newer_outbound: int = 0
    """Answers of the brand that the writer had not seen, native ones among them."""
    on_its_way: int = 0
    """Other replies in this conversation's outbox."""
    unsettled: int = 0
    """Other replies of which nobody will ever know by machine whether they stand."""
    writer_may: bool = True
    """The writer has the right to say this here, at this instant."""
    claimed_by: str = ""
    """Who else is composing."""
    sent_anyway: bool = False
    """The writer has seen what is newer and sends on purpose."""
    author_is_human: bool = True
    extra: dict[str, object] = field(default_factory=dict)
    """Facts that other apps' gates need, put there by `config/gates.py`."""


Gate = Callable[[ReplyFacts], Answer]


def ask(gates: Sequence[Gate], facts: ReplyFacts) -> list[Answer]:
    """Every gate's answer, in the order of the list."""
    return [gate(facts) for gate in gates]


def strictest(answers: Sequence[Answer]) -> Verdict:
    return max((answer.verdict for answer in answers), key=ORDER.index, default=Verdict.ALLOW)


def length(facts: ReplyFacts) -> Answer:
    """The text fits the network, counted as the network counts (inbox.md §3 no. 8). Blocks, never truncates."""
    if not facts.text.strip():
        return Answer("length", Verdict.BLOCK, "There is nothing to send yet: write the answer first.")
    for limit, counting in ((facts.text_limit, facts.counting), (facts.byte_limit, "bytes")):
        used = count(facts.text, counting)
        if limit is not None and used > limit:
            return Answer(
                "length",
                Verdict.BLOCK,
                f"{used - limit} {unit(counting)} too long for {networks.title(facts.network)} ({used} of {limit}). "
                "Shorten it, or answer in two parts.",
            )
    return Answer("length", Verdict.ALLOW)


def window(facts: ReplyFacts) -> Answer:
    """The network still lets us answer (networks.md §2a)."""
    if facts.window_hours is None or facts.last_inbound_at is None:
        return Answer("window", Verdict.ALLOW)
    name = networks.title(facts.network)
    closes_at = facts.last_inbound_at + timedelta(hours=facts.window_hours)
    if facts.at >= closes_at:
        return _window_closed(facts, name, closes_at)
    if closes_at - facts.at < timedelta(hours=facts.window_hours) / 4:
        left = int((closes_at - facts.at).total_seconds() // 60)
        return Answer("window", Verdict.WARN, f"{name} closes this conversation in {left} minutes.")
    return Answer("window", Verdict.ALLOW)


def _window_closed(facts: ReplyFacts, name: str, closed_at: datetime) -> Answer:
    """After the window only a person's own words may go out, and that only for a while (inbox.md §3 no. 7)."""
    last = facts.last_inbound_at or closed_at
    ends_at = last + timedelta(hours=facts.human_window_hours or 0)
    if facts.author_is_human and facts.at < ends_at:
        return Answer(
            "window",
            Verdict.WARN,
            f"{name} takes this only as a person's answer, because {facts.window_hours} hours have passed since "
            f"their last message. That ends at {ends_at:%d %B %H:%M} UTC.",
        )
    return Answer(
        "window",
        Verdict.BLOCK,
        f"{name} closed this conversation at {max(closed_at, ends_at):%d %B %H:%M} UTC, after their last message. "
        "Wait until they write again, or answer in public.",
    )


def channel_open(facts: ReplyFacts) -> Answer:
    """The channel can publish at all, and nobody has paused it."""
    if not facts.channel_can_publish:
        return Answer(
            "channel",
            Verdict.BLOCK,
            f"Rapport cannot publish to {facts.channel_name}. Answer in the place itself; "
            "Rapport will see it and stop the clock.",
        )
    if facts.channel_paused_because:
        return Answer(
            "channel",
            Verdict.HOLD,
            f"{facts.channel_name} is paused: {facts.channel_paused_because} "
            "The reply waits until somebody resumes the channel.",
        )
    return Answer("channel", Verdict.ALLOW)


def right(facts: ReplyFacts) -> Answer:
    """Whoever wrote it may still say it: nobody publishes without the right to, at that instant (DESIGN.md §7)."""
    if not facts.writer_may:
        return Answer(
            "right",
            Verdict.BLOCK,
            "Whoever wrote this has no right to answer here any more. Take it back, or send it in your own name.",
        )
    return Answer("right", Verdict.ALLOW)


def parent_there(facts: ReplyFacts) -> Answer:
    """The message that is answered still exists."""
    if facts.parent_deleted:
        return Answer(
            "parent",
            Verdict.BLOCK,
            "Its author deleted the message you are answering. Mark it done, or answer another one.",
        )
    return Answer("parent", Verdict.ALLOW)


def duplicate(facts: ReplyFacts) -> Answer:
    """We do not say the same thing twice here, nor the same words everywhere."""
    if facts.already_said_here and not facts.sent_anyway:
        return Answer(
            "duplicate",
            Verdict.BLOCK,
            "The brand has said exactly this in this conversation already. Change the wording.",
        )
    if facts.same_text_last_hour >= SAME_TEXT_BLOCKS:
        return Answer(
            "duplicate",
            Verdict.BLOCK,
            f"The same words went out {facts.same_text_last_hour} times in the last hour on this channel; "
            "networks hide such replies. Make it this person's own.",
        )
    if facts.same_text_last_hour >= SAME_TEXT_WARNS:
        return Answer(
            "duplicate",
            Verdict.WARN,
            f"The same words went out {facts.same_text_last_hour} times in the last hour on this channel. "
            "Make it this person's own.",
        )
    return Answer("duplicate", Verdict.ALLOW)


def collision(facts: ReplyFacts) -> Answer:
    """Two people never answer the same thing by accident (M12)."""
    if facts.on_its_way:
        return Answer(
            "collision",
            Verdict.BLOCK,
            "An answer to this conversation is on its way. Read it first, or take it back while there is time.",
        )
    if facts.unsettled and not facts.sent_anyway:
        return Answer(
            "collision",
            Verdict.BLOCK,
            "The network never told whether an earlier answer stands there. Look at the thread, then send anyway.",
        )
    if facts.newer_outbound and not facts.sent_anyway:
        return Answer(
            "collision",
            Verdict.BLOCK,
            "Somebody has answered since you opened this. Read it, then send anyway or drop yours.",
        )
    if facts.newer_inbound and not facts.sent_anyway:
        return Answer(
            "collision",
            Verdict.BLOCK,
            "They have written again since you opened this. Read it, then send anyway.",
        )
    if facts.claimed_by:
        return Answer("collision", Verdict.WARN, f"{facts.claimed_by} is writing an answer, too.")
    return Answer("collision", Verdict.ALLOW)
