"""Processes are started together, kept alive, and stopped in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from config.door import supervisor as door
from config.door.supervisor import Process, Supervisor
from config.door.trouble import Trouble

SLEEPS = ["sleep", "60"]


def until(condition, *, seconds=10.0):
    """Wait for something that happens in another process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def script(code):
    return [sys.executable, "-c", code]


@pytest.fixture
def crew(home):
    """Makes supervisors and sees to it that none outlives the test."""
    made = []

    def make(*processes):
        made.append(Supervisor(home, processes, terminal=False))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def test_a_killed_process_is_started_again(crew):
    supervisor = crew(Process("worker", SLEEPS), Process("web", SLEEPS))
    supervisor.start()
    before = supervisor.pids()

    os.kill(before["worker"], signal.SIGKILL)

    until(lambda: supervisor.pids().get("worker", before["worker"]) != before["worker"])
    assert supervisor.pids()["web"] == before["web"]


def test_a_process_that_keeps_dying_is_started_less_and_less_often(crew, home, monkeypatch):
    monkeypatch.setattr(door, "FIRST_PAUSE", 0.1)
    supervisor = crew(Process("worker", script("")))
    supervisor.start()

    log = home.log / "worker.log"
    until(lambda: log.exists() and "in 0.4 s" in log.read_text())

    assert [line.rpartition(" in ")[2] for line in log.read_text().splitlines()] == [
        "0.1 s",
        "0.2 s",
        "0.4 s",
    ]


def test_what_a_dead_process_leaves_behind_is_ended(crew, home):
    code = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    supervisor = crew(Process("worker", script(code)))
    supervisor.start()
    log = home.log / "worker.log"

    until(lambda: log.exists() and "ended with" in log.read_text())

    helper = int(log.read_text().split()[0])
    until(lambda: not psutil.pid_exists(helper) or psutil.Process(helper).status() == psutil.STATUS_ZOMBIE)


def test_processes_stop_last_to_first(crew, home):
    code = (
        "import signal, sys, time, pathlib\n"
        "def end(*_): pathlib.Path(sys.argv[1]).open('a').write(sys.argv[2] + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('here', flush=True); time.sleep(60)"
    )
    told = home.root / "told"
    processes = [Process(name, [*script(code), str(told), name]) for name in ("worker", "beat", "web")]
    supervisor = crew(*processes)
    supervisor.start()
    until(lambda: all((home.log / f"{process.name}.log").exists() for process in processes))

    supervisor.stop()

    assert told.read_text().split() == ["web", "beat", "worker"]


def test_a_process_that_will_not_stop_is_ended_after_its_grace(crew, home):
    code = "trap '' TERM; echo here; while :; do sleep 1; done"
    supervisor = crew(Process("worker", ["sh", "-c", code], grace=0.3))
    supervisor.start()
    pid = supervisor.pids()["worker"]
    until((home.log / "worker.log").exists)

    supervisor.stop()

    assert not psutil.pid_exists(pid)
    assert "ended" in (home.log / "worker.log").read_text()


def test_waiting_ends_when_every_process_does_its_work(crew, tmp_path):
    sign = tmp_path / "open"
    supervisor = crew(Process("web", SLEEPS, ready=sign.exists), Process("worker", SLEEPS))
    supervisor.start()
    threading.Timer(0.2, sign.touch).start()

    supervisor.wait_ready(timeout=10)

    assert sign.exists()


def test_waiting_too_long_says_for_whom_and_what_it_said_last(crew):
    supervisor = crew(Process("web", ["sh", "-c", "echo still thinking; exec sleep 60"], ready=lambda: False))
    supervisor.start()

    with pytest.raises(Trouble, match="After 1 s web is not ready. Last words: “still thinking”"):
        supervisor.wait_ready(timeout=1)


def test_a_process_that_cannot_start_is_not_waited_for_to_the_end(crew, monkeypatch):
    monkeypatch.setattr(door, "FIRST_PAUSE", 0.1)
    supervisor = crew(Process("web", script("raise SystemExit('no such table')"), ready=lambda: False))
    supervisor.start()

    with pytest.raises(Trouble, match="web does not start. .*no such table"):
        supervisor.wait_ready(timeout=60)


def test_a_program_that_does_not_exist_is_told_in_a_sentence(crew):
    with pytest.raises(Trouble, match="could not be started"):
        crew(Process("web", ["/no/such/program"])).start()


def test_a_home_has_one_supervisor(crew):
    crew(Process("web", SLEEPS)).start()

    with pytest.raises(Trouble, match=rf"already \(process {os.getpid()}\)"):
        crew(Process("web", SLEEPS)).start()


def test_what_a_killed_supervisor_left_running_is_ended_at_the_next_start(crew, home):
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from config.door.home import Home; from config.door.supervisor import Process, Supervisor\n"
        "Supervisor(Home(Path(sys.argv[1])), [Process('web', ['sleep', '60'])], terminal=False).start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([*script(code), str(home.root)], check=False, cwd=Path(__file__).parents[3])
    [(orphan, _)] = json.loads((home.run / "supervisor.json").read_text())["processes"]
    assert psutil.pid_exists(orphan)

    crew(Process("web", SLEEPS)).start()

    until(lambda: not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_stops_everything(home, request_to_end):
    code = (
        "import sys; from pathlib import Path\n"
        "from config.door.home import Home; from config.door.supervisor import Process, Supervisor\n"
        "with Supervisor(Home(Path(sys.argv[1])), [Process('web', ['sleep', '60'])], terminal=False) as crew:\n"
        "    crew.start(); print(crew.pids()['web'], flush=True); crew.run_forever()\n"
        "print('stopped', flush=True)"
    )
    command = [*script(code), str(home.root)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as supervisor:
        assert supervisor.stdout
        child = int(supervisor.stdout.readline())
        time.sleep(0.3)  # until it has put its handlers up

        supervisor.send_signal(request_to_end)

        assert supervisor.communicate(timeout=10)[0] == "stopped\n"
    assert supervisor.returncode == 0
    assert not psutil.pid_exists(child)
