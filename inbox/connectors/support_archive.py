"""Public archives of customer support on Twitter: one tweet per row, linked by ids. Pure.

Columns: tweet_id, author_id (a company's handle, or a number for a customer), inbound (True: to a company),
created_at ("Tue Oct 31 22:10:47 +0000 2017"), text (HTML-escaped), response_tweet_id (one or several ids,
separated by commas), in_response_to_tweet_id (an id, often printed as a decimal number: 3.0). Ids may name
tweets that are not in the file; they still tie together those that are.

A conversation is what reply links join, in either direction. Its company is
1. the company that wrote most in it; of several, the one that wrote first;
2. where none wrote, the first handle in the earliest tweet that mentions one, in the spelling of a company
   of the file if it is one. Handles of digits only are anonymised people and are passed over;
3. else nobody: the name is empty.

Tweets of a second company in it are kept as those of any other author.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox.connectors.archive import Row, archive_instant
from inbox.connectors.ports import IncomingAuthor, IncomingMessage, Kind, Poisoned
from inbox.connectors.reading import (
    MAX_NAME,
    MAX_TEXT,
    Unreadable,
    clean,
    excerpt,
    instant,
    within,
)
from inbox.connectors.tables import ArchiveError, misfit, records

COLUMNS = (
    "tweet_id",
    "author_id",
    "inbound",
    "created_at",
    "text",
    "response_tweet_id",
    "in_response_to_tweet_id",
)
_ID = re.compile(r"([0-9]{1,20})(?:\.0)?", re.ASCII)
_HANDLE = re.compile(r"@(\w{1,30})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tweet:
    """One row."""

    line: int
    tweet_id: str
    author_id: str
    inbound: bool
    sent_at: datetime
    text: str
    answers: tuple[str, ...]
    """Ids of the tweets that answer this one."""
    answer_to: str
    """Id of the tweet that this one answers, or empty."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Tweets that belong together, oldest first, and the company they are about."""

    key: str
    """The smallest tweet id that its links name, whether or not that tweet is in the file."""
    company: str
    tweets: tuple[Tweet, ...]


def is_support_archive(first_line: bytes) -> bool:
    """Whether a file's first line names the columns of such an archive."""
    return first_line.decode("utf-8-sig", "replace").strip().split(",") == list(COLUMNS)


def read_tweets(lines: Iterable[bytes]) -> Iterator[tuple[int, Tweet | Poisoned]]:
    """Every row with its line number, streaming. `lines` is the file in binary mode. Raises ArchiveError."""
    header, rows = records(lines)
    lacking = [name for name in COLUMNS if name not in header]
    if lacking:
        raise ArchiveError(
            f"There is no column {', '.join(lacking)}. "
            f"Found: {', '.join(header)[:500]}. Needed: {', '.join(COLUMNS)}."
        )
    for line, record in rows:
        if isinstance(record, Poisoned):
            yield line, record
        elif len(record) != len(header):
            yield line, misfit(line, record, header)
        else:
            yield line, _tweet(line, dict(zip(header, record, strict=True)))


def talks(tweets: Iterable[Tweet]) -> list[Talk]:
    """The conversations of a file, in the order in which they began."""
    everyone = sorted(tweets, key=_age)
    roots = _joined(everyone)
    companies = {tweet.author_id.lower(): tweet.author_id for tweet in everyone if not tweet.inbound}
    members: dict[str, list[Tweet]] = defaultdict(list)
    for tweet in everyone:
        members[roots[tweet.tweet_id]].append(tweet)
    return [Talk(key, _company(group, companies), tuple(group)) for key, group in members.items()]


def messages(talk: Talk) -> Iterator[tuple[int, IncomingMessage]]:
    """A conversation as its company's inbox sees it, oldest first, with line numbers."""
    for tweet in talk.tweets:
        yield tweet.line, _message(tweet, talk)


def read_support_archive(lines: Iterable[bytes]) -> Iterator[Row]:
    """A whole file: first the rows that cannot be read, then all messages, oldest first. Raises ArchiveError.

    Which conversation a tweet belongs to is known only at the end of the file, so it is held in memory.
    """
    tweets: list[Tweet] = []
    for line, row in read_tweets(lines):
        if isinstance(row, Poisoned):
            yield line, row
        else:
            tweets.append(row)
    found = {line: message for talk in talks(tweets) for line, message in messages(talk)}
    for tweet in sorted(tweets, key=_age):
        yield tweet.line, found[tweet.line]


def _tweet(line: int, row: Mapping[str, str]) -> Tweet | Poisoned:
    try:
        return Tweet(
            line=line,
            tweet_id=_id(row, "tweet_id"),
            author_id=within(clean(row["author_id"].strip()), MAX_NAME, "author_id"),
            inbound=_inbound(row["inbound"]),
            sent_at=instant(archive_instant(row["created_at"].strip()), "created_at"),
            text=within(clean(html.unescape(row["text"])), MAX_TEXT, "text"),
            answers=tuple(_ids(row["response_tweet_id"], "response_tweet_id")),
            answer_to=_id(row, "in_response_to_tweet_id") if row["in_response_to_tweet_id"].strip() else "",
        )
    except Unreadable as error:
        return Poisoned(line, str(error), excerpt(row))


def _id(row: Mapping[str, str], name: str) -> str:
    found = list(_ids(row[name], name))
    if len(found) != 1:
        raise Unreadable(f"{name} must be one id, and is {row[name][:60]!r}")
    return found[0]


def _ids(text: str, name: str) -> Iterator[str]:
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _ID.fullmatch(part)
        if found is None:
            raise Unreadable(f"{name} holds {part[:60]!r}, which is no id")
        yield found.group(1)


def _inbound(text: str) -> bool:
    word = text.strip().lower()
    if word not in {"true", "false"}:
        raise Unreadable(f"inbound must be True or False, and is {text[:40]!r}")
    return word == "true"


def _age(tweet: Tweet) -> tuple[datetime, int, int]:
    """Oldest first; of the same second, the smaller id first."""
    return tweet.sent_at, int(tweet.tweet_id), tweet.line


def _joined(tweets: Sequence[Tweet]) -> dict[str, str]:
    """Every id → the smallest id that links join it with (union-find, the smaller root wins)."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for tweet in tweets:
        for other in filter(None, (tweet.tweet_id, tweet.answer_to, *tweet.answers)):
            smaller, larger = sorted((root(tweet.tweet_id), root(other)), key=int)
            parent[larger] = smaller
    return {name: root(name) for name in list(parent)}


def _company(group: Sequence[Tweet], companies: Mapping[str, str]) -> str:
    written = Counter(tweet.author_id for tweet in group if not tweet.inbound)
    if written:
        return written.most_common(1)[0][0]  # of equals, the first counted: the one that wrote first
    for tweet in group:
        for handle in _HANDLE.findall(tweet.text):
            if not handle.isdigit():
                return companies.get(handle.lower(), handle)
    return ""


def _message(tweet: Tweet, talk: Talk) -> IncomingMessage:
    by_company = not tweet.inbound
    opening = Kind.POST if by_company else Kind.MENTION
    return IncomingMessage(
        external_id=tweet.tweet_id,
        kind=Kind.REPLY if tweet.answer_to else opening,
        author=IncomingAuthor(
            external_id=tweet.author_id,
            handle=tweet.author_id if by_company else "",
            is_brand=by_company and tweet.author_id == talk.company,
        ),
        text=tweet.text,
        sent_at=tweet.sent_at,
        thread_id=talk.key,
        in_reply_to=tweet.answer_to,
        addressed_to_brand=tweet.inbound,
    )
