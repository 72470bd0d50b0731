"""`manage.py benchmark [NAME]`: our figures beside the floor that raw PostgreSQL sets in the same run."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from os import devnull
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.benchmarks import clients, database, faults, inbox, receive, triage
from config.benchmarks.table import Report, lines
from inbox.connectors.tables import ArchiveError

Run = Callable[[dict[str, Any], database.Tell], Report]


def _receive(options: dict[str, Any], tell: database.Tell) -> Report:
    size, rounds = options["size"] or 10_000, options["rounds"] or 3
    return receive.measure(size=size, rounds=rounds, file=options["file"], tell=tell)


def _inbox(options: dict[str, Any], tell: database.Tell) -> Report:
    size, rounds = options["size"] or 1_000_000, options["rounds"] or 100
    return inbox.measure(size=size, clients=options["clients"], rounds=rounds, tell=tell)


def _clients(options: dict[str, Any], tell: database.Tell) -> Report:
    return clients.measure(size=options["size"] or 500, rounds=options["rounds"] or 100, tell=tell)


def _triage(options: dict[str, Any], tell: database.Tell) -> Report:
    size, rounds = options["size"] or 5_000, options["rounds"] or 3
    return triage.measure(size=size, rounds=rounds, data=options["data"], tell=tell)


def _faults(options: dict[str, Any], tell: database.Tell) -> Report:
    seed = secrets.randbelow(1_000_000) if options["seed"] is None else options["seed"]
    return faults.measure(seconds=options["minutes"] * 60, seed=seed, tell=tell)


BENCHMARKS: dict[str, Run] = {
    "receive": _receive,
    "inbox": _inbox,
    "clients": _clients,
    "triage": _triage,
    "faults": _faults,
}
WITHOUT_DATABASE = frozenset({"triage", "faults"})
MOST_MINUTES = 24 * 60
ONLY_BY_NAME = frozenset({"faults"})
"""Measures nothing and takes ten minutes, so it is no part of "all of them"."""


class Command(BaseCommand):
    help = (
        "Measure receiving, the inbox and the number of clients in a throwaway database on the same server. "
        "A missed aim is printed, and is no failure: the machine may be busy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "name", nargs="?", choices=sorted(BENCHMARKS), help="Which one; all that measure without a name."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of tables.")
        parser.add_argument(
            "--size", type=int, help="Messages (receive, triage), conversations (inbox) or clients (clients)."
        )
        parser.add_argument("--rounds", type=int, help="How often each is measured; figures are medians.")
        parser.add_argument(
            "--clients",
            type=int,
            default=50,
            help="inbox: how many clients, of which one is big (at least 2).",
        )
        parser.add_argument(
            "--file", type=Path, help="receive: an archive of real messages instead of invented ones."
        )
        parser.add_argument(
            "--data",
            type=Path,
            help="triage: a folder with labels to measure quality on (see the benchmark).",
        )

        parser.add_argument(
            "--minutes", type=float, default=10.0, help="faults: how long faults are injected."
        )
        parser.add_argument(
            "--seed", type=int, help="faults: what is tried; printed, so that it can be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] and not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        if options["data"] and not options["data"].is_dir():
            raise CommandError(f"There is no folder {options['data']}.")
        if not 0 < options["minutes"] <= MOST_MINUTES:
            raise CommandError(
                f"--minutes is {options['minutes']} and must be above 0, {MOST_MINUTES} at most."
            )
        chosen = [options["name"]] if options["name"] else [n for n in BENCHMARKS if n not in ONLY_BY_NAME]
        found: dict[str, Any] = {}
        for name in chosen:
            room = nullcontext() if name in WITHOUT_DATABASE else database.throwaway(self._tell)
            with _log_aside(), room:
                machine = database.machine()
                try:
                    report = BENCHMARKS[name](options, self._tell)
                except ArchiveError as error:
                    raise CommandError(str(error)) from error
            found[name] = report.as_json()
            if not options["json"]:
                self.stdout.write("\n".join(lines(report)))
        self._print_machine(found, machine, as_json=options["json"])
        if any(figure["reached"] is False for figure in found.get("faults", {}).get("figures", ())):
            raise CommandError("Something was lost or done twice; the notes above say what.")

    def _print_machine(self, found: dict[str, Any], machine: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(orjson.dumps({"machine": machine, "benchmarks": found}).decode())
        else:
            self.stdout.write("  ".join(f"{name} {value}" for name, value in machine.items()))

    def _tell(self, sentence: str) -> None:
        """Progress goes to stderr, so that what is printed can be read by a program."""
        self.stderr.write(self.style.NOTICE(sentence))


@contextmanager
def _log_aside() -> Iterator[None]:
    """Lines are made and written as ever, but to nowhere: thousands of requests would bury the figures."""
    streams = [one for one in logging.getLogger().handlers if isinstance(one, logging.StreamHandler)]
    with Path(devnull).open("w") as nowhere:
        before = [one.setStream(nowhere) for one in streams]
        try:
            yield
        finally:
            for one, stream in zip(streams, before, strict=True):
                one.setStream(stream)
