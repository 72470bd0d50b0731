"""Refusals: what the domain says no to, in a sentence a person can act on."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The request was understood and will not be done; `sentence` says why and what to do next.

    Views answer it with `status`, the API with a problem document of the same status and `code`.
    """

    status = 422
    code = "refused"

    def __init__(self, sentence: str, **details: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details


class Forbidden(Refusal):
    """The actor has no right to this here."""

    status = 403
    code = "forbidden"


class IllegalMove(Refusal):
    """The thing is not in a state from which this can happen."""

    status = 409
    code = "illegal_move"


class Conflict(Refusal):
    """Somebody else was first; `details` carries what changed."""

    status = 409
    code = "conflict"


class NotFound(Refusal):
    """There is no such thing here."""

    status = 404
    code = "not_found"
