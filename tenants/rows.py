"""What the pages of the agency and of every host are given: frozen, plain, free of Django.

Queries return these, templates show them, and neither asks further. Each page's template opens with
the list of what it needs; this is the same list for the type checker. Instants are aware; `read_at`
is the server's moment of reading, from which every clock on the page goes on counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tenants.colours import ink_on

TONES = 8
"""How many quiet colours the stylesheet has for the faces of people."""


def span(seconds: float) -> str:
    """A length of time in at most two units, rounded down: `40 s`, `12 min`, `1 h 2 min`, `3 d 4 h`.

    The browser counts on with the same words (config/static/js/clocks.js, `span`).
    """
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h" if minutes % 60 == 0 else f"{hours} h {minutes % 60} min"
    return f"{days} d" if hours % 24 == 0 else f"{days} d {hours % 24} h"


def level(priority: int) -> str:
    """The band of a priority from 0 to 100: high, medium or low."""
    return "high" if priority >= 70 else "medium" if priority >= 40 else "low"


def initials(name: str) -> str:
    """At most two letters for a face; signs and emoji are passed over, and "?" stands for nothing left."""
    words = ("".join(sign for sign in word if sign.isalnum()) for word in name.split())
    return "".join(word[0] for word in words if word)[:2].upper() or "?"


class ClockState(StrEnum):
    """How a clock stands; the stylesheet and the sentence both say it."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    WARNING = "warning"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline as it stood at `read_at`; without `due_at`, how long somebody has waited."""

    read_at: datetime
    due_at: datetime | None = None
    warn_at: datetime | None = None
    waiting_since: datetime | None = None

    @property
    def state(self) -> ClockState:
        if self.due_at is None:
            return ClockState.NONE if self.waiting_since is None else ClockState.WAITING
        if self.read_at >= self.due_at:
            return ClockState.BREACHED
        if self.warn_at is not None and self.read_at >= self.warn_at:
            return ClockState.WARNING
        return ClockState.RUNNING

    @property
    def text(self) -> str:
        if self.due_at is not None:
            left = (self.due_at - self.read_at).total_seconds()
            return f"{span(left)} left" if left > 0 else f"breached {span(-left)} ago"
        if self.waiting_since is not None:
            return f"waits {span((self.read_at - self.waiting_since).total_seconds())}"
        return ""

    @property
    def at(self) -> datetime | None:
        """The instant the clock counts to, or from."""
        return self.due_at or self.waiting_since


@dataclass(frozen=True, slots=True)
class PersonFace:
    """A colleague as a small round mark. `mode` is how he or she is here: "", viewing or composing."""

    id: int
    name: str
    initials: str
    you: bool = False
    mode: str = ""

    @property
    def tone(self) -> int:
        return self.id % TONES


@dataclass(frozen=True, slots=True)
class BrandFace:
    """A client as a small square mark. `url` enters it (a hand-over), signed in."""

    id: int
    slug: str
    name: str
    colour: str
    """# and six hexadecimal digits."""
    url: str
    logo_url: str = ""

    @property
    def letters(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()] or [self.name]
        return (words[0][0] + words[1][0] if len(words) > 1 else words[0][:2]).upper()

    @property
    def ink(self) -> str:
        """Black or white, whichever can be read on the brand's colour."""
        return ink_on(self.colour)


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    hint: str = ""
    current: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """A short word after an act. With `undo_url` it offers a way back until `undo_until`."""

    text: str
    undo_url: str = ""
    undo_fields: tuple[tuple[str, str], ...] = ()
    undo_until: datetime | None = None
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around every page: who is signed in, where, and where else he or she may go.

    `brand` is None on the agency's own host. `desk_url` is empty for people without a seat at the agency.
    `stream_url` and `cursor` (the ledger's) are set where live updates exist.
    """

    person: PersonFace
    email: str
    read_at: datetime
    brands: tuple[BrandFace, ...] = ()
    brand: BrandFace | None = None
    desk_url: str = ""
    people_url: str = ""
    activity_url: str = ""
    account_url: str = ""
    sign_out_url: str = ""
    stream_url: str = ""
    cursor: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DeskBrand:
    """One client in the strip: how much is open, how much is late, and how old the oldest is."""

    brand: BrandFace
    open: int
    breaching: int
    unassigned: int
    read_at: datetime
    oldest_waiting_since: datetime | None
    filter_url: str
    current: bool = False

    @property
    def oldest(self) -> str:
        """How long the oldest has waited, in one unit for a narrow column; empty when nobody waits."""
        if self.oldest_waiting_since is None:
            return ""
        return " ".join(span((self.read_at - self.oldest_waiting_since).total_seconds()).split()[:2])


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One open conversation of some client, without its text."""

    id: int
    brand: BrandFace
    conversation_id: int
    url: str
    """Enters the client and opens the conversation there."""
    network: str
    network_icon: str
    priority: int
    intent: str
    severity: str
    language: str
    stage: str
    read_at: datetime
    waiting_since: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None
    assignee: PersonFace | None = None

    @property
    def clock(self) -> Clock:
        return Clock(self.read_at, self.due_at, self.warn_at, self.waiting_since)

    @property
    def level(self) -> str:
        return level(self.priority)


@dataclass(frozen=True, slots=True)
class DutyPerson:
    """Somebody on duty and how full his or her hands are, over all brands."""

    face: PersonFace
    load: int
    capacity: int
    brands: int
    here: bool
    """Seen in the last minute."""

    @property
    def percent(self) -> int:
        return 100 if self.capacity <= 0 else min(100, round(100 * self.load / self.capacity))

    @property
    def is_full(self) -> bool:
        return self.load >= self.capacity


@dataclass(frozen=True, slots=True)
class ChannelTrouble:
    """A channel that does not do its work, why, since when, and where to mend it."""

    brand: BrandFace
    channel: str
    network: str
    network_icon: str
    sentence: str
    since: datetime
    url: str
    stopped: bool = False
    """True when nothing comes in at all; False when it is late."""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """The desk: one ranked list over all brands, and what stands beside it."""

    rows: tuple[DeskRow, ...]
    brands: tuple[DeskBrand, ...]
    duty: tuple[DutyPerson, ...]
    troubles: tuple[ChannelTrouble, ...]
    open: int
    breaching: int
    unassigned: int
    read_at: datetime
    views: tuple[Choice, ...]
    """All, mine, unassigned, breaching; each with its url and its count as the hint."""
    title: str = "Everything open"
    next_url: str = ""
    clear_url: str = ""
    """Set while one brand is chosen."""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat: the role, and where (the agency, or a brand)."""

    id: int
    role: str
    place: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who may sign in."""

    face: PersonFace
    email: str
    seats: tuple[SeatLine, ...]
    second_factor: bool
    active: bool
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A role in words, and what it may do."""

    slug: str
    name: str
    sentence: str
    permissions: tuple[str, ...]
    people: int = 0


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A program's key; of the secret only the beginning."""

    id: int
    name: str
    prefix: str
    permissions: tuple[str, ...]
    made_by: str
    made_at: datetime
    used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    maker_left: bool = False
    """Its maker may not act here any more, so the token opens nothing."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One sign-in of a person: in which browser, from which network, and where it was last used."""

    id: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    place: str
    current: bool = False
