"""The house that journeys visit: a small stage, and the real web, worker and beat processes before it.

A process of its own, so that the tests meet Rapport only as a browser and as outside systems do:

    python -m tests.journeys.house NOTE.json WATCHED_PID

It runs in a home and a database to throw away, writes NOTE.json when everything answers (see `Note`), and
ends, leaving nothing behind, on SIGTERM or when the watched process is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import django
import httpx
import psutil
from django.core.management import call_command

from config.door import crew, ports, trial

PATIENCE = 120.0  # seconds
BRANDS = 2
WRITTEN_THREADS = 14
"""Of each brand's written threads, those that arrive before anybody visits."""
UNDO_SECONDS = 4
"""Long enough to take an answer back in a browser on a busy machine, short enough to wait for."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a visitor must know."""

    port: int
    password: str
    secrets: dict[str, str]
    """Account → the secret of its channel."""
    pid: int


def main(note: Path, watched: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for name in ("DATABASE_URL", "DATABASE_APP_URL"):
        os.environ.pop(name, None)
    with ExitStack() as stack:
        home = stack.enter_context(trial.throwaway())
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "RAPPORT_HOME": str(home.root),
                "RAPPORT_ENV_FILE": os.devnull,
                "RAPPORT_PLAIN_STATIC": "1",
                "RAPPORT_UNDO_SECONDS": str(UNDO_SECONDS),
                "RAPPORT_SECOND_FACTOR_ROLES": "auditor",  # tests/journeys/test_passkeys.py
                "RAPPORT_SESSION_IDLE_MINUTES": "240",  # desks are signed in once for all journeys
                "EMAIL_URL": "memory://",
            }
        )
        django.setup()
        web, far = ports.any_free(), ports.any_free()
        password, secrets = _set_stage(return_url=f"http://127.0.0.1:{far}")
        _open_the_world(far, secrets)
        processes = stack.enter_context(crew.of(home, host="127.0.0.1", port=web, terminal=False))
        processes.start()
        processes.wait_ready(PATIENCE)
        _tell_the_first(web, secrets)
        draft = note.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(Note(web, password, secrets, os.getpid()))))
        draft.replace(note)
        while psutil.pid_exists(watched):
            time.sleep(0.5)


def _set_stage(*, return_url: str) -> tuple[str, dict[str, str]]:
    """Two brands of the demo with their people, channels, terms and promises, and no past."""
    from config.demo import stage  # noqa: PLC0415  # models can be imported only after django.setup()
    from config.demo.loader import brands  # noqa: PLC0415  # the same

    call_command("migrate", verbosity=0, processes=1)
    at, chosen, password = datetime.now(UTC), brands()[:BRANDS], stage.new_password()
    opened = [(stage.open_brand(brand, at=at), brand) for brand in chosen]
    stage.seat_people(password, cast=stage.cast_of(chosen), at=at)
    places = [
        place
        for client, brand in opened
        for place in stage.furnish(client, brand, return_url=return_url, at=at)
    ]
    return password, {place.account: place.secret for place in places}


def _open_the_world(port: int, secrets: dict[str, str]) -> None:
    from config.demo.world import World, handler_for  # noqa: PLC0415  # as above

    server = ThreadingHTTPServer(("127.0.0.1", port), handler_for(World(secrets)))
    threading.Thread(target=server.serve_forever, daemon=True).start()


def _tell_the_first(port: int, secrets: dict[str, str]) -> None:
    """Deliver some written threads, signed, so that nobody visits an empty house."""
    from config.demo.arrivals import schedule  # noqa: PLC0415  # as above
    from config.demo.loader import brands, threads  # noqa: PLC0415  # as above
    from config.demo.stage import SEED  # noqa: PLC0415  # as above
    from config.demo.world import deliver  # noqa: PLC0415  # as above

    written = [
        thread for brand in brands()[:BRANDS] for thread in islice(threads(brand.slug), WRITTEN_THREADS)
    ]
    items: dict[str, list[dict[str, object]]] = {}
    for _, item in schedule(written, datetime.now(UTC), 1000.0, SEED):
        items.setdefault(f"{item.brand}-{item.channel}", []).append(dict(item.payload))
    with httpx.Client(timeout=10, headers={"Host": f"localhost:{port}"}) as http:
        for account, told in items.items():
            if not deliver(
                http,
                hooks=f"http://127.0.0.1:{port}",
                account=account,
                secret=secrets[account],
                items=told,
                name=f"first-{account}",
            ):
                raise SystemExit(f"The first messages for {account} were not taken.")
    _wait_for_work()


def _wait_for_work() -> None:
    """Until something of every brand stands on the desk."""
    from tenants.kernel.schema import as_owner, outside  # noqa: PLC0415  # as above
    from tenants.models import DeskItem  # noqa: PLC0415  # as above

    until = time.monotonic() + PATIENCE
    with as_owner(), outside():
        while DeskItem.objects.values("client_id").distinct().count() < BRANDS:
            if time.monotonic() > until:
                raise SystemExit("The first messages did not come to the desk.")
            time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
