"""Where the passphrase of a backup comes from: a file, the settings, or somebody at the terminal."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path

from config import env
from config.backups.plan import PASSPHRASE
from config.door.trouble import Trouble

LONGEST = 4096


def obtain(file: Path | None, *, twice: bool, ask: bool = True) -> str:
    """The passphrase from `file`, else from RAPPORT_BACKUP_PASSPHRASE (or …_FILE), else asked for at the terminal.

    `twice` asks again, for a passphrase that is being chosen. Raises Trouble when there is none.
    """
    if file is not None:
        return _usable(_read(file))
    if env.text(PASSPHRASE, "") or env.text(f"{PASSPHRASE}_FILE", ""):
        return _usable(env.secret(PASSPHRASE))
    if not ask or not sys.stdin.isatty():
        raise Trouble(
            f"There is no passphrase. Name a file that holds it with --passphrase-file or {PASSPHRASE}_FILE, or set "
            f"{PASSPHRASE}."
        )
    given = getpass("Passphrase of the backup: ")
    if twice and getpass("Once more: ") != given:
        raise Trouble("The two passphrases are not the same.")
    return _usable(given)


def _read(file: Path) -> str:
    try:
        with file.open() as opened:
            return opened.read(LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Trouble(f"The passphrase file {file} cannot be read: {reason}.") from None


def _usable(passphrase: str) -> str:
    if not passphrase or len(passphrase) > LONGEST:
        raise Trouble(f"The passphrase must have between 1 and {LONGEST} characters.")
    return passphrase
