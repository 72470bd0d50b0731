"""requirements.lock says what is installed: everything pyproject.toml asks for, by hash, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from config.door import bootstrap

PROJECT = Path(__file__).parents[3]
LOCK = (PROJECT / "requirements.lock").read_text()
PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text())
GROUPS = [PROJECT_FILE["project"]["dependencies"], *PROJECT_FILE["dependency-groups"].values()]


def pins():
    """Each entry of the lock with its hashes."""
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        head, *hashes = [line.strip().removesuffix("\\").strip() for line in entry.splitlines()]
        yield Requirement(head), hashes


def test_the_lock_holds_names_versions_and_hashes_and_no_address():
    for pin, hashes in pins():
        assert re.fullmatch(r"==[\w.+]+", str(pin.specifier)), pin
        assert pin.url is None
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), pin

    assert "://" not in LOCK
    assert not re.search(r"^\s*(-i|--index|--extra|--find|-e|-f|#)", LOCK, flags=re.MULTILINE)


@pytest.mark.parametrize("asked", [line for group in GROUPS for line in group])
def test_everything_the_project_asks_for_is_in_the_lock(asked):
    wanted = Requirement(asked)
    versions = [
        Version(str(pin.specifier).removeprefix("=="))
        for pin, _ in pins()
        if canonicalize_name(pin.name) == canonicalize_name(wanted.name)
    ]

    assert versions
    assert all(version in wanted.specifier for version in versions)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize(
    ("system", "machine"), [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]
)
def test_each_served_system_gets_each_package_once(python, system, machine):
    facts = {
        "python_version": python, "python_full_version": f"{python}.0", "sys_platform": system,
        "platform_machine": machine, "platform_system": system.capitalize(), "os_name": "posix",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
    }  # fmt: skip
    chosen = [
        canonicalize_name(pin.name) for pin, _ in pins() if pin.marker is None or pin.marker.evaluate(facts)
    ]
    asked = {canonicalize_name(Requirement(line).name) for group in GROUPS for line in group}

    assert len(chosen) == len(set(chosen))
    assert asked <= set(chosen)


def test_the_newest_python_served_is_the_one_the_project_names():
    newest = PROJECT_FILE["project"]["requires-python"].rpartition("<")[2]

    assert f"3.{bootstrap.NEWEST[1] + 1}" == newest
