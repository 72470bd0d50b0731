"""The disk of the home fills up, or turns read-only: it is said where and how to mend it, and nothing accepted is lost.

A real file system in a file or in memory is mounted as the home, which only root may do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config.door import conditions, database_watch, surroundings
from config.door.home import Home
from config.door.trouble import Trouble
from tests.crash.house import Crowd, House, until

SMALL = "shared_buffers = 32MB\nmax_wal_size = 48MB\nmin_wal_size = 32MB\n"
HOME_SIZE = 500  # MB


def may_mount():
    """Whether this user and this system let us mount something."""
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True)
        return not done.returncode and not subprocess.run(["umount", folder], check=False).returncode


pytestmark = pytest.mark.skipif(not may_mount(), reason="mounting needs root and a system that allows it")


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def mounted(*how):
    """A folder on which something is mounted; `how` is what mount is told besides the folder."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-disk-"))
    run("mount", *how, str(folder))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        folder.rmdir()


@contextmanager
def opened(furnished, root):
    """A copy of the furnished installation in this folder, with its processes at work."""
    run("cp", "-a", f"{furnished}/.", str(root))
    run("sync", "--file-system", str(root))  # PostgreSQL syncs what it writes itself, and not this copy
    config = root / "postgres" / "local.conf"
    config.write_text(SMALL)
    house = House(Home(root))
    house.server.start()
    try:
        house.open()
        yield house
    finally:
        house.close()


def get(house, path):
    line = HTTPConnection("127.0.0.1", house.port, timeout=60)
    try:
        line.request("GET", path, headers={"Host": "localhost"})
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def fill(folder):
    """Write until nothing more goes in."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 65536)
    return filler


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(database_watch, "LONGEST_PAUSE", 2.0)
    monkeypatch.setattr(surroundings, "LOOK_EVERY", 1.0)


def disk_is_said_to_be(house, word, capfd):
    """In `/readyz`, `/metrics`, and in what the doctor asks."""
    status, body = get(house, "/readyz")
    assert status == 503
    assert "disk is full or cannot be written" in json.loads(body)["checks"]["disk"]
    assert "rapport_disk_writable 0.0" in get(house, "/metrics")[1]
    assert get(house, "/healthz")[0] == 200
    found = conditions.disk(house.home.root)
    assert word in found.says
    assert found.mend


def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(furnished, monkeypatch, capfd):
    names = sorted(f"question-{n}" for n in range(150))
    with (
        mounted("-t", "tmpfs", "-o", f"size={HOME_SIZE}m", "tmpfs") as root,
        opened(furnished, root) as house,
    ):
        with Crowd(house, names[:30]) as crowd:
            crowd.join()
        filler = fill(root)
        with Crowd(house, names[30:]) as crowd:
            until(lambda: len(crowd.refused) >= 20, "deliveries are refused")
            disk_is_said_to_be(house, "is full", capfd)
            until(lambda: "is full" in capfd.readouterr().err, "the terminal says so")
            filler.unlink()
            until(house.answers, "the web process is ready again")
            crowd.join()
        until(lambda: not house.waiting(), "every receipt is read")

        assert set(crowd.refused) <= {503, 0}
        assert house.messages() == names
        until(lambda: "well again" in capfd.readouterr().err, "the terminal says so")


def test_a_disk_that_turns_read_only_is_told_and_loses_nothing(furnished, tmp_path, capfd):
    """As Linux does after an error of the disk: every file system that is mounted then must be mounted anew."""
    names = sorted(f"question-{n}" for n in range(30))
    image = tmp_path / "disk.img"
    with image.open("wb") as file:
        file.truncate(HOME_SIZE * 1_000_000)
    run("mkfs.ext4", "-q", str(image))
    with mounted("-o", "loop,errors=remount-ro", str(image)) as root:
        device = subprocess.check_output(["findmnt", "-n", "-o", "SOURCE", str(root)], text=True).strip()
        trigger = Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
        if not trigger.exists():
            pytest.skip("this kernel cannot be told to find an error")
        with opened(furnished, root) as house:
            with Crowd(house, names) as crowd:
                crowd.join()
            until(lambda: not house.waiting(), "every receipt is read")
            trigger.write_text("1")
            sender = house.sender()
            until(lambda: sender.deliver("question-late") == 503, "a delivery is refused")
            sender.line.close()
            disk_is_said_to_be(house, "is read-only", capfd)
            until(lambda: "read-only" in capfd.readouterr().err, "the terminal says so")
            with pytest.raises(Trouble):
                house.server.restart()

    with mounted("-o", "loop", str(image)) as root:
        house = House(Home(root))
        with house.server.running():
            assert [name for name in house.messages() if name != "question-late"] == names
