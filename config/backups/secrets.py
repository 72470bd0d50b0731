"""The secrets of an installation that its rows need: the seal keys above all.

Passwords of database roles are left out: they belong to a server, and `migrate` gives new ones to the roles it makes.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from config import env
from config.backups.sealed import Refused
from config.door.home import Home

NOT_KEPT = ("database_", "backup_")
"""How the names of secrets begin that stay where they are."""

SEAL_KEYS, SECRET_KEY = "RAPPORT_SEAL_KEYS", "SECRET_KEY"


def collect(home: Home) -> dict[str, str]:
    """The secrets by file name, wherever they come from."""
    found = {
        path.name: path.read_text().strip()
        for path in (sorted(home.secrets.iterdir()) if home.secrets.is_dir() else ())
        if path.is_file() and not path.name.startswith(NOT_KEPT) and path.name.isidentifier()
    }
    return {
        **found,
        SEAL_KEYS.lower(): ",".join(settings.RAPPORT_SEAL_KEYS),
        SECRET_KEY.lower(): settings.SECRET_KEY,
    }


def must_fit(secrets: dict[str, str]) -> None:
    """Refuse when the seal keys are set from outside and are not those of the backup."""
    if not _is_given(SEAL_KEYS):
        return
    if missing := set(secrets[SEAL_KEYS.lower()].split(",")) - set(settings.RAPPORT_SEAL_KEYS):
        raise Refused(
            f"{SEAL_KEYS} is set and lacks {len(missing)} of the keys this backup was made with. Unset it (and "
            f"{SEAL_KEYS}_FILE) for the restore: the keys are then written into the home."
        )


def put_back(home: Home, secrets: dict[str, str]) -> list[str]:
    """Write the secrets into the home, in place of those made at its first start; the names that were written.

    The names of what is set from outside are left alone. This process uses the new ones from here on.
    """
    home.prepare()
    written = []
    for name, value in secrets.items():
        if name.startswith(NOT_KEPT) or not name.isidentifier() or _is_given(name.upper()):
            continue
        _write(home.secrets / name, value)
        written.append(name)
    if SEAL_KEYS.lower() in written:
        settings.RAPPORT_SEAL_KEYS = secrets[SEAL_KEYS.lower()].split(",")
    if SECRET_KEY.lower() in written:
        settings.SECRET_KEY = secrets[SECRET_KEY.lower()]
    return written


def _is_given(name: str) -> bool:
    return bool(env.text(name, "") or env.text(f"{name}_FILE", ""))


def _write(path: Path, value: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
