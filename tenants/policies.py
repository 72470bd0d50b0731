"""What networks permit today, as dated rows with their source; `migrate` writes down those that are not there yet.

Facts were collected in October and November 2026 and change without notice (networks.md §2a). An installation
corrects one by adding a row with a later `valid_from`: rows are looked up by date and never overwritten here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from tenants.models import NetworkPolicy

CHECKED_ON = date(2026, 11, 15)
BEGINNING = date(2020, 1, 1)
"""Valid for the past that is brought along, too: what was published then was within the limits of its day."""

DIRECT = "direct_message"
DAY, TWO_DAYS, WEEK = 24, 48, 168


@dataclass(frozen=True, slots=True)
class Policy:
    """One network's rule for one kind of item; "" is every kind that has no rule of its own.

    Lengths are in the unit `counting` names; `byte_limit` holds as well where a network counts twice. Windows are
    hours since their last message; within `human_window_hours` only what a person wrote may still go out.
    """

    network: str
    text_limit: int | None
    item: str = ""
    counting: str = "characters"
    byte_limit: int | None = None
    reply_window_hours: int | None = None
    human_window_hours: int | None = None
    source: str = "networks.md §2a"


POLICIES = (
    Policy("app_store", 5970),
    Policy(
        "bluesky", 300, counting="graphemes", byte_limit=3000, source="Bluesky's lexicon app.bsky.feed.post"
    ),
    Policy("facebook", 8000),
    Policy(
        "facebook",
        2000,
        DIRECT,
        reply_window_hours=DAY,
        human_window_hours=WEEK,
        source="Meta, September 2026",
    ),
    Policy("google_play", 350, source="Google Play Developer API, reply to reviews"),
    Policy("google_reviews", 4096, counting="bytes", source="Business Profile API, reviews.updateReply"),
    Policy("instagram", 2196),
    Policy("instagram", 1000, DIRECT, "bytes", reply_window_hours=DAY, human_window_hours=WEEK),
    Policy("linkedin", 1250),
    Policy("mastodon", 500, counting="short_links", source="Mastodon's default; an instance may set its own"),
    Policy("reddit", 10_000),
    Policy("threads", 500),
    Policy("tiktok", 1200),
    Policy("tiktok", 6000, DIRECT, reply_window_hours=TWO_DAYS),
    Policy("whatsapp", 4096, reply_window_hours=DAY),
    Policy("x", 280, counting="weighted", source="twitter-text configuration, version 3"),
    Policy("x", 10_000, DIRECT),
)


def write_down() -> int:
    """Add the rows that are missing; returns how many. Call as the owner, in the public schema."""
    known = set(NetworkPolicy.objects.values_list("network", "item", "valid_from"))
    missing = [one for one in POLICIES if (one.network, one.item, BEGINNING) not in known]
    NetworkPolicy.objects.bulk_create(
        NetworkPolicy(**asdict(one), checked_on=CHECKED_ON, valid_from=BEGINNING) for one in missing
    )
    return len(missing)
