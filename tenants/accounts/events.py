"""What can have happened with people and keys at one client. Facts are ids, never names or addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class SeatGiven:
    kind: ClassVar[str] = "seat.given"
    user_id: int
    role: str


@dataclass(frozen=True, slots=True)
class SeatChanged:
    """The same person at the same place has another role."""

    kind: ClassVar[str] = "seat.changed"
    user_id: int
    role: str
    before: str


@dataclass(frozen=True, slots=True)
class SeatTaken:
    kind: ClassVar[str] = "seat.taken"
    user_id: int
    role: str


@dataclass(frozen=True, slots=True)
class PersonSwitchedOff:
    """Somebody with a seat here was shut out everywhere; the seat stays."""

    kind: ClassVar[str] = "person.switched_off"
    user_id: int


@dataclass(frozen=True, slots=True)
class PersonSwitchedOn:
    kind: ClassVar[str] = "person.switched_on"
    user_id: int


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    kind: ClassVar[str] = "person.profile_changed"
    user_id: int


@dataclass(frozen=True, slots=True)
class PasswordLinkShown:
    """The link with which a new person chooses a password was shown to the inviter: no mail could go out."""

    kind: ClassVar[str] = "person.password_link_shown"
    user_id: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody came over from the agency's host with a slip."""

    kind: ClassVar[str] = "person.signed_in"
    user_id: int


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Somebody signed out: `sessions` counts those that were alive."""

    kind: ClassVar[str] = "person.signed_out"
    user_id: int
    sessions: int


@dataclass(frozen=True, slots=True)
class TokenIssued:
    kind: ClassVar[str] = "token.issued"
    token_id: int
    prefix: str
    permissions: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    kind: ClassVar[str] = "token.revoked"
    token_id: int
    prefix: str
