"""Small files in a folder that belongs to the account of the embedded server."""

from __future__ import annotations

import os
from pathlib import Path

from config.door.place import Account
from config.door.trouble import Trouble


def replace(path: Path, content: str, *, account: Account) -> None:
    """Write the file whole or not at all, as the account's. No link in its place is followed.

    Raises Trouble when the disk is full or read-only.
    """
    draft = path.with_name(f"{path.name}.draft")
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            if account.is_other:
                os.fchown(file.fileno(), account.uid, account.gid)
        draft.replace(path)
    except OSError as error:
        raise Trouble(
            f"{path} cannot be written ({error.strerror}). Make room on the disk, or make it writable again."
        ) from error
