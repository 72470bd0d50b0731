"""What is asked before a change of seats that cannot be taken back by a slip of the hand. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tenants.accounts.models import Role, Seat, User

OWNER = "owner"
EVERYWHERE = "A seat at the agency reaches every brand, also brands that are opened later."


@dataclass(frozen=True, slots=True)
class Question:
    """A heading, what will be possible or impossible then, and the word on the button."""

    title: str
    sentences: tuple[str, ...]
    button: str
    rights: tuple[str, ...] = ()
    """What the role may do, as people read it."""
    is_danger: bool = False


def of_seat(name: str, role: Role, *, at_agency: bool) -> Question | None:
    """Before somebody becomes an owner, or gets any role at the agency; None for the usual seat at a brand."""
    if not at_agency and role.slug != OWNER:
        return None
    place = "the agency" if at_agency else "this brand"
    first = f"{name} will be able to do everything in the list below."
    if role.slug == OWNER and at_agency:
        first = f"{name} will be able to do everything you can, including taking your own seat away."
    return Question(
        title=f"Make {name} {role.name} at {place}?",
        sentences=(first, EVERYWHERE) if at_agency else (first,),
        button=f"Make {name} {role.name}",
        rights=tuple(right.replace("_", " ") for right in role.permissions),
    )


def of_taking(seat: Seat, *, place: str) -> Question:
    """Before a seat is taken away."""
    return Question(
        title=f"Take the seat {seat.role.name} at {place} from {seat.user.name}?",
        sentences=(
            f"{seat.user.name} loses access with the next click, unless another seat gives it.",
            "API tokens made with this seat stop working. Everything written so far stays.",
        ),
        button="Take the seat away",
        is_danger=True,
    )


def of_switching_off(user: User) -> Question:
    """Before somebody is shut out everywhere."""
    return Question(
        title=f"Switch off {user.name}?",
        sentences=(
            f"{user.name} is signed out everywhere and cannot sign in any more.",
            f"API tokens made by {user.name} stop working. Seats are kept, and you can switch the account on again.",
        ),
        button=f"Switch off {user.name}",
        is_danger=True,
    )
