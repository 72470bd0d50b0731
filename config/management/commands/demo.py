"""`manage.py demo`: an agency with three brands, at work, in one command."""

from __future__ import annotations

import json
import os
import secrets
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.demo import companies, stage
from config.demo.arrivals import schedule, trickle
from config.demo.loader import brands, threads
from config.demo.shapes import AGENCY_NAME, DemoBrand
from config.demo.stage import Place
from config.door import crew, ports
from config.door.home import Home
from config.door.supervisor import Process
from inbox.connectors.tables import ArchiveError
from inbox.models import Message
from tenants.kernel.schema import inside, outside
from tenants.models import Client

PATIENCE = 90.0
Arrival = tuple[float, str, dict[str, Any]]
"""Seconds after the start, the channel's account, the item."""

HOURS_OF_TRICKLE = 8
TRICKLE_PER_MINUTE = 2.0


class Command(BaseCommand):
    help = "Open an agency with three brands, a year of history and conversations that arrive as if live."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.RAPPORT_PORT)
        parser.add_argument("--pace", type=float, default=1.0, help="2 is twice as fast as life.")
        parser.add_argument(
            "--conversations", type=Path, help="A support archive: its largest companies become the brands."
        )
        parser.add_argument(
            "--once", action="store_true", help="Stop when every brand's first conversations are there."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pace"] <= 0:
            raise CommandError(f"--pace is {options['pace']} and must be above 0.")
        self.began = monotonic()
        self.steps: list[float] = []
        # One password opens every part of the cast here, owner included. Elsewhere owners need two steps.
        os.environ["RAPPORT_SECOND_FACTOR_ROLES"] = "none"
        home, port = Home(settings.RAPPORT_HOME), options["port"]
        script = home.root / "demo.json"
        world = Process("world", [sys.executable, "-m", "config.demo.world", str(script)], {})
        with crew.of(home, host="127.0.0.1", port=port, also=[world], terminal=False) as processes:
            ports.must_be_free("127.0.0.1", port, command="demo")
            call_command("migrate", verbosity=0, stdout=self.stdout)
            call_command("collectstatic", interactive=False, verbosity=0)
            self._step("database and pages made ready")
            found = self._brands(options["conversations"])
            password = home.secret("demo_password", stage.new_password)
            places = self._set_stage(
                [brand for brand, _ in found],
                password,
                world_port=port + 1,
                with_past=not options["conversations"],
            )
            self._write(script, self._script(places, options, port=port))
            processes.start()
            processes.wait_ready(PATIENCE)
            self._step("web, worker and beat started")
            self._wait_for_arrivals([brand for brand, _ in found])
            self._tell(found, password, port=port, home=home)
            if not options["once"]:
                self.stdout.write("Ctrl-C stops everything; the next start finds it as it was.")
                processes.run_forever()
        self.stdout.write("Stopped.")

    def _step(self, what: str) -> None:
        now = monotonic()
        self.steps.append(now)
        self.stdout.write(f"[{now - self.began:5.1f} s] {what}")
        self.stdout.flush()

    def _brands(self, path: Path | None) -> list[tuple[DemoBrand, companies.Company | None]]:
        if path is None:
            self.real: list[companies.Company] = []
            return [(brand, None) for brand in brands()]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            self.real = companies.companies(path)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        return [(company.brand, company) for company in self.real]

    def _set_stage(
        self, found: list[DemoBrand], password: str, *, world_port: int, with_past: bool
    ) -> list[Place]:
        at, places = timezone.now(), []
        opened = [(stage.open_brand(brand, at=at), brand) for brand in found]
        stage.seat_people(password, cast=stage.cast_of(found), at=at)
        for client, brand in opened:
            places += stage.furnish(client, brand, return_url=f"http://127.0.0.1:{world_port}", at=at)
        self._step(f"{len(found)} brands opened and furnished")
        for client, brand in opened if with_past else ():
            new = stage.remember(client, brand, until=at, say=self._progress)
            self._step(f"{client.name}: {new} messages of the past received")
        return places

    def _progress(self, sentence: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"        {sentence}", ending="\r")
            self.stdout.flush()

    def _script(self, places: list[Place], options: dict[str, Any], *, port: int) -> dict[str, Any]:
        return {
            "port": port + 1,
            "hooks": f"http://127.0.0.1:{port}",
            "host": f"{settings.RAPPORT_BASE_HOST}:{port}",
            "run": f"demo-{secrets.token_hex(4)}",
            "secrets": {place.account: place.secret for place in places},
            "arrivals": self._arrivals(options["pace"], timezone.now()),
        }

    def _arrivals(self, pace: float, at: datetime) -> list[Arrival]:
        """What is still to come: nothing that arrived at an earlier start, and every brand's first at once."""
        known = stage.known_ids()
        coming = [line for line in self._planned(pace, at) if line[2]["external_id"] not in known]
        begins = coming[0][0] if coming else 0.0
        seen: set[str] = set()
        lines = []
        for offset, account, item in coming:
            client = account.partition("-")[0]
            lines.append((offset - begins if client in seen else 0.0, account, item))
            seen.add(client)
        return sorted(lines, key=lambda line: line[0])

    def _planned(self, pace: float, at: datetime) -> list[Arrival]:
        if self.real:
            return companies.arrivals(self.real, pace=pace)
        written = [thread for brand in brands() for thread in threads(brand.slug)]
        plan = schedule(written, at, pace, stage.SEED)
        last = plan[-1][0] if plan else 0.0
        later = trickle(at, HOURS_OF_TRICKLE * 60, TRICKLE_PER_MINUTE * pace, stage.SEED)
        everything = [*plan, *((last + offset, item) for offset, item in later)]
        return [(offset, f"{item.brand}-{item.channel}", dict(item.payload)) for offset, item in everything]

    def _write(self, path: Path, script: dict[str, Any]) -> None:
        """The script holds secrets: only its owner may read it."""
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(json.dumps(script, ensure_ascii=False), encoding="utf-8")

    def _wait_for_arrivals(self, found: list[DemoBrand]) -> None:
        """Until every brand has a conversation that came in as if live and was triaged."""
        deadline = monotonic() + PATIENCE
        with outside():
            clients = list(Client.objects.filter(slug__in=[brand.slug for brand in found]))
        while clients and monotonic() < deadline:
            for client in list(clients):
                with inside(client):
                    live = Message.objects.exclude(external_id__contains=".past.").exclude(disposition="")
                    if live.exists():
                        clients.remove(client)
            sleep(0.2)
        if clients:
            raise CommandError(
                f"Nothing came in for {', '.join(map(str, clients))}. Look into {settings.RAPPORT_HOME}/log."
            )
        self._step("every brand's first conversations are triaged")

    def _tell(self, found: list[tuple[DemoBrand, Any]], password: str, *, port: int, home: Home) -> None:
        base = settings.RAPPORT_BASE_HOST
        lines = [
            "",
            f"{AGENCY_NAME}, the agency: http://{base}:{port}/",
            *(f"  {brand.name}: http://{brand.slug}.{base}:{port}/" for brand, _ in found),
            "",
            f"Sign in at http://{base}:{port}/accounts/login/ with the password  {password}",
            *(
                f"  {person.email:<38} {person.role:<11} {person.name}"
                for person in stage.cast_of([b for b, _ in found])
            ),
            "",
            "Owners need no second step to sign in here; outside of the demo they do (RAPPORT_SECOND_FACTOR_ROLES).",
            f"Ready after {monotonic() - self.began:.1f} s. Data and logs are in {home.root}.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
