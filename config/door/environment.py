"""What a command runs in: a database that answers, for as long as the command lasts."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from types import FrameType

from django.core.management import execute_from_command_line

from config import env
from config.door import place
from config.door.home import Home
from config.door.postgres import EmbeddedPostgres

# These look at code and files only; `test`, `doctor` and `restore` see to their database themselves.
WITHOUT_DATABASE = frozenset({
    "help", "version", "check", "collectstatic", "diffsettings", "findstatic", "makemessages", "compilemessages",
    "spectacular", "startapp", "test", "doctor", "restore",
})  # fmt: skip


def run_command(argv: list[str]) -> int:
    """Run a Django command, with the embedded server beside it when it needs one and DATABASE_URL names none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    signal.signal(signal.SIGTERM, _leave)
    with ExitStack() as stack:
        if needs_database(argv) and not has_server():
            server = EmbeddedPostgres(Home(env.home_folder()))
            stack.enter_context(server.running())
            # psql and pg_dump for dbshell and exports, unless the system has its own.
            os.environ["PATH"] = (
                f"{os.environ.get('PATH', '')}{os.pathsep}{place.programs(server.place.account)}"
            )
        execute_from_command_line(argv)
    return 0


def has_server() -> bool:
    """True when the settings name a server; a process that only answers need not know its owner's address."""
    answers = env.text("RAPPORT_LOGIN", "owner") == "app"
    return bool(env.text("DATABASE_URL", "") or (answers and env.text("DATABASE_APP_URL", "")))


def needs_database(argv: list[str]) -> bool:
    """True when the command works on rows; asking a command for its help needs none."""
    return (
        len(argv) > 1
        and argv[1] not in WITHOUT_DATABASE
        and not {"--help", "-h", "--version"} & set(argv[1:])
    )


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the shape Python wants
    """SIGTERM leaves by the same door as everything else, so that what was started is stopped."""
    sys.exit(128 + number)
