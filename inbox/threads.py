"""Which messages belong to one conversation: links joined, in whatever order they arrive. Pure.

Messages are one conversation when the network gives them the same thread, or when a chain of replies joins
them, also through a parent we have not seen: two answers to the same unseen post belong together, and when
the parent arrives at last it finds them. Every link counts, because one that is passed over when it comes
first would join when it comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Node = tuple[str, str | int]


@dataclass(frozen=True, slots=True)
class Link:
    """What a message says about where it belongs."""

    external_id: str
    thread_id: str = ""
    in_reply_to: str = ""

    @property
    def node(self) -> Node:
        return ("message", self.external_id)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database already knows about the messages named by a batch."""

    messages: Mapping[str, int] = field(default_factory=dict)
    """External id → conversation."""
    parents: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """External id of a parent → conversations that hold an answer to it."""
    threads: Mapping[str, int] = field(default_factory=dict)
    """The network's thread id → conversation."""


@dataclass(slots=True)
class Group:
    """Messages of the batch, and conversations we have, that turn out to be one."""

    members: list[int] = field(default_factory=list)
    """Positions in the batch."""
    conversations: set[int] = field(default_factory=set)
    key: str = ""


class _Joined:
    """Union-find with path halving."""

    def __init__(self) -> None:
        self.parent: dict[Node, Node] = {}

    def root(self, node: Node) -> Node:
        self.parent.setdefault(node, node)
        while self.parent[node] != node:
            self.parent[node] = self.parent[self.parent[node]]
            node = self.parent[node]
        return node

    def join(self, one: Node, other: Node) -> None:
        self.parent[self.root(one)] = self.root(other)


def group(links: Sequence[Link], known: Known) -> list[Group]:
    """The conversations a batch belongs to, in order of their first message in it."""
    joined = _Joined()
    for link in links:
        _join_link(joined, link, known)
    groups: dict[Node, Group] = {}
    for position, link in enumerate(links):
        found = groups.setdefault(joined.root(link.node), Group(key=_key(link)))
        found.members.append(position)
        if link.thread_id and not found.key.startswith("t:"):
            found.key = _key(link)
    for node in list(joined.parent):
        if node[0] == "conversation" and joined.root(node) in groups:
            groups[joined.root(node)].conversations.add(int(node[1]))
    return list(groups.values())


def _join_link(joined: _Joined, link: Link, known: Known) -> None:
    node = link.node
    if link.thread_id:
        joined.join(node, ("thread", link.thread_id))
        if link.thread_id in known.threads:
            joined.join(node, ("conversation", known.threads[link.thread_id]))
    if link.in_reply_to:
        joined.join(node, ("message", link.in_reply_to))
    for name in filter(None, (link.external_id, link.in_reply_to)):
        if name in known.messages:
            joined.join(("message", name), ("conversation", known.messages[name]))
        for conversation in known.parents.get(name, ()):
            joined.join(("message", name), ("conversation", conversation))


def _key(link: Link) -> str:
    """A name for the thread that only this thread can have."""
    return f"t:{link.thread_id}" if link.thread_id else f"m:{link.in_reply_to or link.external_id}"
