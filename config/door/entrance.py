"""The steps of every command: the packages, then the environment and its database, then the command itself."""

from __future__ import annotations

import sys

from config.door import bootstrap
from config.door.trouble import Trouble


def main(argv: list[str]) -> int:
    """Run one command; the exit code. Whatever stands in the way is told in a sentence, without a traceback."""
    try:
        bootstrap.enter()
        from config.door.environment import run_command  # noqa: PLC0415  # importable only after the line above

        return run_command(argv)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Start again whenever you like: it goes on where it stopped.", file=sys.stderr)
        return 130
