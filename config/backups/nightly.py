"""The process that has a backup made each day: `python -m config.backups.nightly`, started by `serve`.

It needs the owner's login, which web and worker do not have. It opens no connection and listens to nothing: when
the hour has struck, it runs `manage.py backup --scheduled`, which ends when the backup is made.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

from config import env
from config.backups import history, plan
from config.door.home import PROJECT, Home
from config.door.supervisor import Process

PAUSE = 30.0  # seconds between two looks at the clock
COMMAND = [sys.executable, str(PROJECT / "manage.py"), "backup", "--scheduled"]


def processes(home: Home) -> list[Process]:
    """The process for the supervisor; none until there is a passphrase to seal backups with."""
    if not plan.read(home).is_on:
        return []
    told = {"RAPPORT_HOME": str(home.root), "RAPPORT_LOGIN": "owner", "PYTHONUNBUFFERED": "1"}
    return [Process("backup", [sys.executable, "-m", "config.backups.nightly"], told)]


def look(home: Home, *, now: Callable[[], datetime], run: Callable[[], int]) -> bool:
    """Have a backup made if one is due; whether one was. A failure is written down."""
    known, settled = history.read(home), plan.read(home)
    last_good = known.good.at if known.good else None
    last_try = known.failed.at if known.failed else None
    at = now()
    if not settled.is_on or not plan.is_due(at=at, hour=settled.hour, last_good=last_good, last_try=last_try):
        return False
    code = run()
    after = history.read(home)
    if code and (after.failed is None or after.failed.at < at):  # it did not come as far as writing it down
        log = home.log / "backup.log"
        history.note_failed(home, at=now(), says=f"`manage.py backup` ended with code {code}; see {log}.")
    return True


def _run() -> int:
    return subprocess.run(COMMAND, check=False).returncode


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    signal.signal(signal.SIGTERM, _leave)
    home = Home(env.home_folder())
    while True:
        look(home, now=_now, run=_run)
        time.sleep(PAUSE)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the shape Python wants
    """End with whatever runs: the supervisor ends our group, and the next backup removes what is unfinished."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
