"""What led to this: carried along beside the work, for the ledger and the logs."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request this work belongs to, also in the tasks it started; at most 36 characters."""

causation: ContextVar[int | None] = ContextVar("causation", default=None)
"""The ledger entry to which this work is the answer."""
