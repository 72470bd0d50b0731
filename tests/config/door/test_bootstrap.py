"""The virtual environment is made once, made whole, and explained when it cannot be made."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.door import bootstrap
from config.door.bootstrap import Environment, prepare
from config.door.trouble import Trouble

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path):
    """A project whose lock asks for nothing, so that nothing has to be downloaded."""
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    return Environment(tmp_path)


def test_an_interrupted_installation_is_made_anew_once_though_two_ask_for_it(project, capsys):
    (project.folder / "bin").mkdir(parents=True)
    (project.folder / "half.py").touch()
    project.unfinished.touch()
    assert not project.is_ready()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(prepare, [project, project]))

    said = capsys.readouterr().err
    assert project.is_ready()
    assert not project.unfinished.exists()
    assert not (project.folder / "half.py").exists()
    assert said.count("Installing") == 1
    assert "waiting for it" in said

    # A lock that changes asks for an update, in place.
    (project.folder / "mine").touch()
    project.lock.write_text("# nothing new\n")
    assert not project.is_ready()
    prepare(project)
    assert project.is_ready()
    assert (project.folder / "mine").exists()


def test_an_environment_that_is_ready_is_left_alone(project, capsys):
    project.python.parent.mkdir(parents=True)
    project.python.touch()
    project.mark.write_text(project.fingerprint())

    prepare(project)

    assert capsys.readouterr().err == ""


def test_a_python_without_venv_is_told_which_package_brings_it(project, monkeypatch):
    monkeypatch.setattr("config.door.bootstrap.util.find_spec", lambda name: None)

    with pytest.raises(Trouble, match=rf"apt-get install python3\.{sys.version_info[1]}-venv"):
        prepare(project)


def test_a_python_too_new_for_the_packages_is_told_which_to_take(project, monkeypatch):
    monkeypatch.setattr("config.door.bootstrap.sys.version_info", (3, 99, 0))

    with pytest.raises(Trouble, match="Python 3.99 is newer"):
        prepare(project)


def test_a_full_disk_is_told_before_anything_is_downloaded(project, monkeypatch):
    monkeypatch.setattr(
        "config.door.bootstrap.shutil.disk_usage", lambda path: SimpleNamespace(free=3_000_000)
    )

    with pytest.raises(Trouble, match="needs 1.2 GB of disk and 0.0 GB are free"):
        prepare(project)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "not the one in requirements.lock",
        ),
        (
            "Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution",
            "cannot be reached",
        ),
        ("ERROR: No matching distribution found for uvloop==0.23.0", "not to be had for this system"),
        ("ERROR: a\nERROR: something new", "something new"),
    ],
)
def test_what_pip_could_not_do_is_said_in_a_sentence(tmp_path, words, sentence):
    log = tmp_path / "install.log"
    log.write_text(words)

    assert sentence in bootstrap._why(log)
    assert str(log) in bootstrap._why(log)


def test_an_old_python_can_read_the_door_and_is_told_what_it_needs():
    source = (PROJECT / "manage.py").read_text()

    ast.parse(source, feature_version=(3, 4))
    old = source.replace("sys.version_info < (3, 11)", "True")
    done = subprocess.run([sys.executable, "-c", old, "demo"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "manage.py demo" in done.stderr


def test_the_first_step_imports_nothing_that_has_to_be_installed():
    code = "import sys; import config.door.entrance; print(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r}); {code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert {module for module in done.stdout.split() if module not in sys.stdlib_module_names} <= {
        "config",
        "__main__",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(project):
    project.folder.parent.chmod(0o500)

    with pytest.raises(Trouble, match="Clone the project to a folder of your own"):
        prepare(project)


def test_a_broken_environment_is_noticed(project):
    assert not bootstrap._runs(project.python)
    project.python.parent.mkdir(parents=True)
    shutil.copy("/bin/sh", project.python)

    assert not bootstrap._runs(project.python)
