"""The embedded PostgreSQL server: made, started and stopped by whoever needs it, shared by all who do.

Commands with the same RAPPORT_HOME share one server. Each holds a shared lock while it needs the server; the last
one to let go stops it. A killed process loses its lock with its life, so nothing has to be counted or cleaned up.
The server listens on a Unix socket in a folder of its own and on no port. Its superuser has no password: only the
system's user who runs it, and root, may be it (peer). Everyone else shows a password.

    server = EmbeddedPostgres(Home(Path("var")))
    with server.running() as owner_url:
        ...
"""

from __future__ import annotations

import fcntl
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from config.door import addresses, files, leftovers, place
from config.door.home import Home
from config.door.trouble import Trouble
from tenants.kernel import large_objects

LONGEST_LOG = 20_000_000  # bytes; a longer one is put aside at the next start
PATIENCE = 60.0  # seconds for a server to start (it may have to replay its log after a crash) or to stop

SETTINGS = {
    # Only this machine, only through a socket in a folder that nobody else may enter.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": place.PORT,  # the name of the socket ends with it
    # Modest: a laptop runs this beside a browser.
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # Our queries are short: compiling them and sharing them out costs more than running them.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # Dumping or dropping a schema locks every table in it, and there are a thousand schemas.
    "max_locks_per_transaction": "512",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}

# For servers that are thrown away: nothing survives a power cut, and tests need nothing to.
HASTE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
}

ACCESS = """\
# Written at each start. TYPE DATABASE USER METHOD
local all postgres peer map=door
local all all scram-sha-256
"""


class DataGone(Trouble):
    """The data folder of a server that was running is not there any more: no restart can bring it back."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a look at the server tells, without starting it."""

    is_running: bool
    is_made: bool
    pid: int | None
    place: place.Place


class EmbeddedPostgres:
    """The server of one home. `durable=False` gives one that is fast and forgets everything in a power cut."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.place = place.of(home)
        self.log = self.place.data / "server.log"
        self._needs = ExitStack()
        self._users: int | None = None

    # --- What others call ------------------------------------------------------------------------
    @property
    def owner_url(self) -> str:
        return addresses.embedded_owner(self.home)

    @contextmanager
    def running(self) -> Iterator[str]:
        """The owner's address of a running server, for as long as the block lasts."""
        try:
            yield self.start()
        finally:
            self.stop()

    def start(self) -> str:
        """Have the server running until stop(), and return the owner's address. Others may share it."""
        with self.home.alone("postgres.lock"):
            if self._users is None:
                self._users = self._needs.enter_context(self.home.open_lock("postgres.users"))
                fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                if not self._answers():
                    self._make()
                    self._launch()
                self._admit()
            except BaseException:
                self._let_go()
                raise
        return self.owner_url

    def stop(self) -> None:
        """Need the server no longer; the last one to say so stops it. Harmless when it was never started."""
        if self._users is None:
            return
        with self.home.alone("postgres.lock"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still needs it
            else:
                self._shut_down()
            self._let_go()

    def restart(self) -> None:
        """Stop and start it at once, whoever uses it."""
        with self.home.alone("postgres.lock"):
            self._shut_down()
            self._launch()

    def revive(self) -> None:
        """Start a server that ran and died, without making new data. Harmless while it answers or is starting.

        Raises DataGone when its data folder is not there, Trouble when it does not start.
        """
        with self.home.alone("postgres.lock"):
            if self._ping() in (Ping.OK, Ping.REJECT):
                return
            if not (self.place.data / "PG_VERSION").exists():
                raise DataGone(
                    f"The data of the embedded database is gone: {self.place.data} is missing or cannot be read. "
                    "Nothing was made in its place. Put the folder back or restore a backup, then start again."
                )
            self._launch()

    def destroy(self) -> None:
        """Stop the server, whoever uses it, and remove its data. For servers that were made to be thrown away."""
        with self.home.alone("postgres.lock"):
            self._shut_down()
            self._let_go()
            shutil.rmtree(self.place.data, ignore_errors=True)
            if self.place.data.parent != self.home.root.resolve():
                shutil.rmtree(self.place.data.parent, ignore_errors=True)
            if self.place.socket_folder != self.place.data:
                shutil.rmtree(self.place.socket_folder, ignore_errors=True)

    def is_alive(self) -> bool:
        """True while the server's main process lives; whether it answers is another question. Asks no server."""
        return self._pid() is not None

    def ping(self) -> Ping:
        """OK, REJECT while it starts or stops, NO_RESPONSE when nobody is there."""
        return self._ping()

    def status(self) -> Status:
        running = self._ping() in (Ping.OK, Ping.REJECT)
        return Status(
            running, (self.place.data / "PG_VERSION").exists(), self._pid() if running else None, self.place
        )

    # --- Making ----------------------------------------------------------------------------------
    def _make(self) -> None:
        """Run initdb once, aside, and rename: an interrupted one leaves nothing that looks whole."""
        data = self.place.data
        if data.exists():
            return
        draft = data.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._give(draft)
        self._run(
            "initdb", "--pgdata", str(draft), "--username=postgres", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=peer", "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        draft.rename(data)

    def _configure(self) -> None:
        """Write the three files that say how the server behaves and who gets in."""
        folder = self.place.socket_folder
        values = {**SETTINGS, **({} if self.durable else HASTE), "unix_socket_directories": str(folder)}
        lines = ["# Written at each start. Your own settings belong into local.conf beside this file."]
        lines += [f"{name} = '{_quoted(value)}'" for name, value in values.items()]
        names = sorted({self.place.account.name, pwd.getpwuid(os.geteuid()).pw_name, "root"})
        self._write("postgresql.conf", "\n".join([*lines, "include = 'local.conf'", ""]))
        if not (self.place.data / "local.conf").exists():
            self._write("local.conf", "# Settings of your own; they win over those of postgresql.conf.\n")
        self._write("pg_hba.conf", ACCESS)
        self._write("pg_ident.conf", "".join(f'door "{name}" postgres\n' for name in names))

    def _admit(self) -> None:
        """The two roles and the database. The owner makes the app's role, so that it may manage it afterwards."""
        if self._is_welcome():
            return
        owner, app = sql.Identifier(addresses.OWNER), sql.Identifier(f"{addresses.DATABASE}_app")
        database, password = (
            sql.Identifier(addresses.DATABASE),
            sql.Literal(addresses.owner_password(self.home)),
        )
        with self._superuser() as connection:
            roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            if addresses.OWNER not in roles:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(owner))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(owner, password))
            if f"{addresses.DATABASE}_app" not in roles:
                connection.execute(sql.SQL("SET ROLE {}").format(owner))
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(app))
                connection.execute("RESET ROLE")
            if not connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [addresses.DATABASE]
            ).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
        for name in ("template1", addresses.DATABASE):
            self._close_large_objects(name)

    def _close_large_objects(self, database: str) -> None:
        """Only the superuser can (tenants/kernel/large_objects.py); databases made from template1 inherit it."""
        with self._superuser(database) as connection:
            for name, _ in connection.execute(large_objects.OPEN_TO, ["public"]).fetchall():
                connection.execute(large_objects.CLOSE.format(name).encode())

    def _is_welcome(self) -> bool:
        """True when the owner gets in: the roles, the password and the database are as they should be."""
        try:
            with psycopg.connect(self.owner_url, connect_timeout=10) as connection:
                return not connection.execute(large_objects.OPEN_TO, ["public"]).fetchall()
        except psycopg.OperationalError:
            return False

    def _superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        folder = str(self.place.socket_folder)
        return psycopg.connect(
            host=folder, port=place.PORT, user="postgres", dbname=database, autocommit=True
        )

    # --- Starting and stopping -------------------------------------------------------------------
    def _answers(self) -> bool:
        """True once the server takes connections; waits while it is starting up or shutting down."""
        until = time.monotonic() + PATIENCE
        while (pong := self._ping()) == Ping.REJECT:
            if time.monotonic() > until:
                raise Trouble(
                    f"The database has been starting or stopping for {PATIENCE:.0f} s. {self._where_to_look()}"
                )
            time.sleep(0.1)
        return pong == Ping.OK

    def _ping(self) -> Ping:
        folder, port = str(self.place.socket_folder), place.PORT
        conninfo = make_conninfo(
            host=folder, port=port, user="postgres", dbname="postgres", connect_timeout=3
        )
        return Ping(PGconn.ping(conninfo.encode()))

    def _launch(self) -> None:
        if self._pid() is not None:
            self._shut_down()  # it runs, but its socket is gone: nobody can talk to it any more
        leftovers.end_processes(self.place.data)
        self._forget_the_dead()
        self._configure()
        self._prepare_socket_folder()
        until = time.monotonic() + PATIENCE
        while True:
            if self._pg_ctl("start", "--log", str(self.log)).returncode == 0:
                return
            # After a SIGKILL the old server's helpers hold its memory for a moment before they notice.
            words = self._last_words()
            if "still in use" not in words or time.monotonic() > until:
                raise Trouble(f"The embedded database does not start: {words}. {self._where_to_look()}")
            time.sleep(0.2)

    def _shut_down(self) -> None:
        """Fast: clients are cut off, everything committed is kept."""
        if self._pid() is None:
            return
        if self._pg_ctl("stop", "--mode=fast").returncode:
            self._pg_ctl("stop", "--mode=immediate")

    def _pg_ctl(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        data = str(self.place.data)
        return self._run(
            "pg_ctl", verb, "--pgdata", data, "--wait", f"--timeout={PATIENCE:.0f}", "--silent", *options
        )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's account, with none of our environment."""
        account = self.place.account
        other: dict[str, Any] = (
            {"user": account.uid, "group": account.gid, "extra_groups": []} if account.is_other else {}
        )
        with tempfile.TemporaryFile("w+") as words:  # not a pipe: the server would keep it open for ever
            done = subprocess.run(
                [str(place.programs(account) / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, cwd="/", umask=0o077, check=False, **other,
            )  # fmt: skip
            words.seek(0)
            said = words.read()
        if program == "initdb" and done.returncode:
            raise Trouble(f"The embedded database could not be made: {said.strip()}")
        return subprocess.CompletedProcess(done.args, done.returncode, said)

    def _let_go(self) -> None:
        self._users = None
        self._needs.close()

    # --- Files -----------------------------------------------------------------------------------
    def _pid(self) -> int | None:
        """The running server's process, or None. A number that now belongs to another program is not it."""
        try:
            pid = int((self.place.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = psutil.Process(pid).cmdline()
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None
        except psutil.AccessDenied:  # macOS hides other users' command lines
            return pid
        return pid if str(self.place.data) in command else None

    def _forget_the_dead(self) -> None:
        """Remove what a killed server left: its number may belong to another program by now, or to a zombie.

        PostgreSQL would take that for itself running and refuse to start (in containers for ever). Whether helpers
        of the old server still live is decided by its shared memory, which PostgreSQL checks all the same.
        """
        for leftover in (
            self.place.data / "postmaster.pid",
            self.place.socket,
            self.place.socket.with_name(f"{self.place.socket.name}.lock"),
        ):
            try:
                leftover.unlink(missing_ok=True)
            except OSError as error:
                raise Trouble(
                    f"The embedded database cannot start: {leftover} cannot be removed ({error.strerror}). "
                    "`manage.py doctor` says whether the disk is full or read-only."
                ) from error
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _prepare_socket_folder(self) -> None:
        """The folder of a socket that lies outside the home is ours alone, or we do not use it."""
        folder, account = self.place.socket_folder, self.place.account
        if folder == self.place.data:
            return
        try:
            folder.mkdir(mode=0o700)
            self._give(folder)
        except FileExistsError:
            facts = folder.lstat()
            if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != account.uid or facts.st_mode & 0o077:
                raise Trouble(
                    f"{folder} belongs to somebody else. Remove it, or choose a shorter RAPPORT_HOME."
                ) from None

    def _give(self, path: Path) -> None:
        if self.place.account.is_other:
            os.chown(path, self.place.account.uid, self.place.account.gid)

    def _write(self, name: str, content: str) -> None:
        files.replace(self.place.data / name, content, account=self.place.account)

    def _last_words(self) -> str:
        """Why the last start failed, as far as the server said."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return " / ".join(re.sub(r".*?(?:LOG|FATAL|PANIC|HINT|DETAIL): +", "", line) for line in lines[-4:])

    def _where_to_look(self) -> str:
        return f"Its own words are in {self.log}."


def _quoted(value: str) -> str:
    return value.replace("'", "''")
