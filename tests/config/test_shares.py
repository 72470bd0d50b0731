"""The files in which web processes share their counts."""

from __future__ import annotations

import os

from config import shares


def test_the_room_of_the_counts_is_taken_before_the_disk_is_full(tmp_path, monkeypatch):
    """A sparse file would end the process with SIGBUS once a page finds no room."""
    monkeypatch.setenv(shares.FOLDER, "")

    shares.share_counts(tmp_path)

    files = list((tmp_path / "metrics").glob(f"*/*_{os.getpid()}.db"))
    assert len(files) == len(shares.KINDS)
    for file in files:
        assert file.stat().st_blocks * 512 >= shares.ROOM
