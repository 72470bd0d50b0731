"""`manage.py benchmark faults`: random faults in a real installation, and whether anything was lost or done twice.

Runs of a few minutes each, in turn with a folder and (where redis-server is installed) with Redis as broker, until the
time is over. The same checker runs for half a minute in the suite (tests/crash/test_history.py).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from config.benchmarks.table import Figure, Report
from config.faults.run import Plan, Verdict, run

LONGEST_RUN = 300.0  # seconds; then a new installation, so that both brokers have their turn
PAUSES = (2.0, 8.0)  # seconds between two faults


def measure(*, seconds: float, seed: int, tell: Callable[[str], None]) -> Report:
    """As many runs as fit; the report's notes hold every rule that was broken."""
    brokers = ["folder", "redis"] if shutil.which("redis-server") else ["folder"]
    number = max(1, round(seconds / LONGEST_RUN))
    plan = Plan(seconds=seconds / number, seed=seed, pauses=PAUSES)
    verdicts = [
        run(replace(plan, seed=seed + 100 * n, broker=brokers[n % len(brokers)]), tell) for n in range(number)
    ]
    report = Report("faults", round(seconds), figures=list(_figures(verdicts)))
    seeds = ", ".join(f"{verdict.plan.seed} ({verdict.plan.broker})" for verdict in verdicts)
    report.notes += [f"Seeds: {seeds}.", *(sentence for verdict in verdicts for sentence in verdict.broken)]
    return report


def _figures(verdicts: list[Verdict]) -> list[Figure]:
    """Counts over all runs."""
    faults, refused, moods, states, statuses = (Counter[str]() for _ in range(5))
    for verdict in verdicts:
        faults.update(verdict.history.faults)
        refused.update({str(status or "no answer"): n for status, n in verdict.history.refused.items()})
        moods.update(verdict.moods)
        states.update(reply.state for reply in verdict.outcome.replies)
        statuses.update(str(press.status or "no answer") for press in verdict.history.presses)
    broken = sum(len(verdict.broken) for verdict in verdicts)
    outcomes = [verdict.outcome for verdict in verdicts]
    counts = {
        "deliveries accepted": sum(len(verdict.history.accepted) for verdict in verdicts),
        "deliveries accepted again": sum(
            verdict.history.accepted.total() - len(verdict.history.accepted) for verdict in verdicts
        ),
        **_named("deliveries refused", refused),
        "messages": sum(len(outcome.messages) for outcome in outcomes),
        "items set aside": sum(len(notes) for outcome in outcomes for notes in outcome.aside.values()),
        **_named("send pressed", statuses),
        **_named("replies", states),
        "requests to publish": sum(outcome.posts.total() for outcome in outcomes),
        "published": sum(outcome.published.total() for outcome in outcomes),
        **_named("network", moods),
        **_named("fault", faults),
    }
    figures = [Figure(name, count, "") for name, count in counts.items()]
    return [*figures, Figure("rules broken", broken, "", aim="0", reached=not broken)]


def _named(kind: str, counted: Counter[str]) -> dict[str, int]:
    return {f"{kind}: {name}": count for name, count in sorted(counted.items())}
