"""State machines as tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from tenants.kernel.errors import IllegalMove

State = TypeVar("State", bound=StrEnum)


class Machine(Generic[State]):
    """A total table of permitted moves; `check` is the only judge of a move."""

    def __init__(self, table: Mapping[State, frozenset[State]]) -> None:
        states = type(next(iter(table)))
        missing = [state for state in states if state not in table]
        if missing:
            raise ValueError(f"The table says nothing about {missing}.")
        self.table = table

    def allows(self, source: State, target: State) -> bool:
        return target in self.table[source]

    def check(self, source: State, target: State) -> None:
        """Raise IllegalMove, naming both states and the moves that are possible."""
        if self.allows(source, target):
            return
        possible = ", ".join(sorted(self.table[source])) or "nothing: this is an end"
        raise IllegalMove(f"{source} → {target} is not possible; from {source} it can go to {possible}.")

    def ends(self) -> frozenset[State]:
        return frozenset(state for state, targets in self.table.items() if not targets)
