"""The first step: a virtual environment that holds exactly what requirements.lock says.

Runs on a bare Python, so it imports nothing but the standard library. It is safe to interrupt (an environment
that was being made is made anew), to run twice (a mark holds the lock's hash) and to run side by side (the
second waits). Where the packages can be imported already, because somebody activated an environment of his
or her own, nothing is made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path
from typing import NoReturn

from config.door.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[2]
NEWEST = (3, 14)  # the newest Python that every package in the lock has wheels for
SPACE = 1_200_000_000  # bytes: 0.7 GB installed, and what pip unpacks on the way
GUARD = "RAPPORT_ENTERED"

# What pip prints when it fails, in the order in which the causes hide one another, and what we say.
REASONS = {
    r"No space left on device": "The disk is full. Free about 1.2 GB and start again.",
    r"DO NOT MATCH THE HASHES": (
        "A downloaded package is not the one in requirements.lock. Start again; if it stays so, something between "
        "this machine and the package index changes what is downloaded."
    ),
    r"NewConnectionError|NameResolutionError|Failed to establish|Temporary failure|Network is unreachable|"
    r"ConnectTimeout|ReadTimeout|ProxyError|SSLError": (
        "The package index cannot be reached. Check the network (or the proxy that pip is told about) and start "
        "again; what was downloaded is kept."
    ),
    r"No matching distribution|Could not find a version": (
        "A package in requirements.lock is not to be had for this system. Linux (glibc 2.28 or newer; x86_64 or "
        "aarch64) and macOS are served."
    ),
    r"Permission denied": "A folder may not be written. Check who owns the project folder and .venv.",
}


class Environment:
    """The project's own `.venv`, and whether it is what the lock asks for."""

    def __init__(self, project: Path = PROJECT) -> None:
        self.lock = project / "requirements.lock"
        self.folder = project / ".venv"
        self.python = self.folder / "bin" / "python"
        self.mark = self.folder / "rapport-installed"
        self.unfinished = self.folder / "rapport-unfinished"
        self.log = self.folder / "rapport-install.log"

    def is_this_process(self) -> bool:
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_ready(self) -> bool:
        """True when the last installation ended well and was of this very lock."""
        try:
            return self.python.exists() and self.mark.read_text() == self.fingerprint()
        except OSError:
            return False

    def fingerprint(self) -> str:
        return hashlib.sha256(self.lock.read_bytes()).hexdigest()

    def packages(self) -> int:
        """How many packages the lock names (alternatives for other Pythons counted once)."""
        return len(set(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", self.lock.read_text(), flags=re.MULTILINE)))


def enter() -> None:
    """Return once this process can import every package; otherwise see to it and start over inside `.venv`."""
    environment = Environment()
    inside = environment.is_this_process()
    started_over = os.environ.pop(GUARD, "") == environment.fingerprint()
    if (environment.is_ready() or not inside) and _is_importable():
        return
    if inside and started_over:
        raise Trouble(
            "The packages were installed and still cannot be imported. Remove the folder .venv and start again."
        )
    if not environment.is_ready() or inside:
        prepare(environment, anew=inside and environment.is_ready())
    _start_over(environment)


def prepare(environment: Environment, *, anew: bool = False) -> None:
    """Make or update `.venv`; one process at a time. `anew` throws away what is there."""
    with _alone(environment.folder.with_name(".venv.lock")):
        if environment.is_ready() and not anew:
            return  # somebody else did it while we waited
        _must_be_possible(environment)
        began = time.monotonic()
        _say(
            f"Installing {environment.packages()} packages into .venv (first start, or the lock has changed)."
        )
        if anew or environment.unfinished.exists() or not _runs(environment.python):
            _make(environment)
        environment.unfinished.touch()
        _install(environment)
        _write(environment.mark, environment.fingerprint())
        environment.unfinished.unlink()
        _say(f"Installed in {time.monotonic() - began:.0f} s.")


def _is_importable() -> bool:
    """True when every package that pyproject.toml asks for at run time is here, whoever installed it."""
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    for requirement in wanted:
        name = re.match(r"[\w.-]+", requirement)
        try:
            metadata.distribution(name.group() if name else requirement)
        except metadata.PackageNotFoundError:
            return False
    return True


def _must_be_possible(environment: Environment) -> None:
    version = "{}.{}".format(*sys.version_info[:2])
    if sys.version_info[:2] > NEWEST:
        raise Trouble(
            f"Python {version} is newer than what Rapport's packages are built for. "
            f"Use Python 3.11 to {'.'.join(map(str, NEWEST))}, for example `python3.{NEWEST[1]} manage.py demo`."
        )
    if sys.platform not in ("linux", "darwin"):
        raise Trouble(
            "Rapport runs on Linux and macOS. On Windows, use it inside WSL (Windows Subsystem for Linux)."
        )
    if util.find_spec("ensurepip") is None or util.find_spec("venv") is None:
        raise Trouble(
            "This Python cannot make virtual environments. On Debian and Ubuntu: "
            f"`apt-get install python{version}-venv` (or `python3-venv`), then start again."
        )
    if not os.access(environment.folder.parent, os.W_OK):
        raise Trouble(
            f"{environment.folder.parent} may not be written, so .venv cannot be made there. Clone the project to a "
            "folder of your own, or activate a virtual environment with requirements.lock installed."
        )
    free = shutil.disk_usage(environment.folder.parent).free
    if free < SPACE and not environment.mark.exists():
        raise Trouble(f"The first start needs {SPACE / 1e9:.1f} GB of disk and {free / 1e9:.1f} GB are free.")


def _make(environment: Environment) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(environment.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"The virtual environment could not be made: {_tail(done.stdout + done.stderr)}")


def _install(environment: Environment) -> None:
    """Run pip, and tell how far it is: first what it has fetched, then what it has put in place."""
    command = [
        str(environment.python), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--no-input",
        "--progress-bar=off", "--disable-pip-version-check", "--no-warn-script-location", "--retries=3",
        "--no-compile",  # Python compiles what is used when it is used; all of it would take half a minute more
        "-r", str(environment.lock),
    ]  # fmt: skip
    quiet = {
        "PIP_USER": "0",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
    }
    with environment.log.open("w") as log:
        pip = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **quiet},
        )
        try:
            progress = Progress(environment)
            while pip.poll() is None:
                time.sleep(0.2)
                progress.show()
            progress.end()
        except BaseException:
            pip.terminate()
            pip.wait()
            raise
    if pip.returncode:
        raise Trouble(_why(environment.log))


class Progress:
    """How far pip is. A terminal gets one line that changes; a log file gets a line now and then."""

    EVERY = 10.0  # seconds between two lines in a log file

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.total = environment.packages()
        self.lively = sys.stderr.isatty()
        self.last = ""
        self.spoke_at = time.monotonic()

    def show(self) -> None:
        sentence = self._sentence()
        if sentence == self.last:
            return
        if self.lively:
            sys.stderr.write(f"\r\033[K{sentence}")
            sys.stderr.flush()
        elif time.monotonic() - self.spoke_at >= self.EVERY:
            _say(sentence)
            self.spoke_at = time.monotonic()
        self.last = sentence

    def end(self) -> None:
        if self.lively:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _sentence(self) -> str:
        said = self.environment.log.read_text(errors="replace")
        if "Installing collected packages" not in said:
            return f"  fetched {len(re.findall('^Collecting ', said, flags=re.MULTILINE))} of {self.total} packages"
        placed = sum(1 for _ in self.environment.folder.glob("lib/python*/site-packages/*.dist-info"))
        return f"  installed {min(placed, self.total)} of {self.total} packages"


def _why(log: Path) -> str:
    said = log.read_text(errors="replace")
    for pattern, sentence in REASONS.items():
        if re.search(pattern, said):
            return f"{sentence} (pip's own words are in {log}.)"
    return f"pip could not install requirements.lock: {_tail(said)} (All of it is in {log}.)"


def _start_over(environment: Environment) -> NoReturn:
    """Become the same command under `.venv`'s Python."""
    os.environ[GUARD] = environment.fingerprint()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(environment.python, [str(environment.python), *sys.orig_argv[1:]])  # noqa: S606  # no shell is wanted
    except OSError as error:
        raise Trouble(
            f"{environment.python} cannot be run ({error.strerror}). It was probably made by another user: remove "
            "the folder .venv and start again."
        ) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock file; say so when it has to be waited for. The lock dies with its holder."""
    try:
        handle = path.open("a")
    except OSError as error:
        raise Trouble(
            f"{path} may not be written ({error.strerror}). Clone the project to a folder of your own."
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another manage.py is installing the packages; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _runs(python: Path) -> bool:
    """True when the environment's Python starts and has pip."""
    try:
        return (
            subprocess.run(
                [str(python), "-m", "pip", "--version"], capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def _write(path: Path, content: str) -> None:
    """All of it or nothing, whatever is interrupted."""
    draft = path.with_suffix(".draft")
    draft.write_text(content)
    draft.replace(path)


def _tail(words: str) -> str:
    return " ".join(words.strip().splitlines()[-3:])


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
