"""Live updates: what happens reaches open browsers within a fraction of a second (DESIGN.md §4.6).

wire       what a stream looks like: server-sent events, positions in the ledger
reading    one look into a client's database
feed       one client in one process: reads once, tells every stream
hub        all feeds of a process, and the one connection that listens
views      `/stream/`
"""

from config.live.views import stream

__all__ = ["stream"]
