"""Whether this machine's clock can be right, judged by what is stored: nothing came in later than now."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.door.conditions import Condition
from tenants import queries
from tenants.kernel.schema import outside

TOLERATED = timedelta(minutes=1)


def condition(*, at: datetime) -> Condition:
    """Asks the database; one index probe."""
    with outside():
        behind = queries.clock_is_behind_by(at=at)
    if behind <= TOLERATED:
        return Condition("clock")
    says = f"This machine's clock stands {behind.total_seconds():.0f} s before the newest delivery."
    mend = (
        "Check its time synchronisation (timedatectl). Signed deliveries are refused while it is more than 5 minutes "
        "off. If the clock was ahead before and is right now, this passes by itself."
    )
    return Condition("clock", says, mend)
