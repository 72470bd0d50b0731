"""Names and icons of networks, as people see them. A network not listed shows its own slug."""

from __future__ import annotations

TITLES: dict[str, tuple[str, str]] = {
    "app_store": ("App Store", "smartphone"),
    "bluesky": ("Bluesky", "cloud"),
    "email": ("Email", "mail"),
    "facebook": ("Facebook", "thumbs-up"),
    "forum": ("Forum", "messages-square"),
    "google_play": ("Google Play", "smartphone"),
    "google_reviews": ("Google reviews", "star"),
    "instagram": ("Instagram", "camera"),
    "linkedin": ("LinkedIn", "briefcase"),
    "mastodon": ("Mastodon", "at-sign"),
    "pinterest": ("Pinterest", "pin"),
    "quora": ("Quora", "circle-help"),
    "reddit": ("Reddit", "arrow-up-down"),
    "rss": ("Feed", "rss"),
    "snapchat": ("Snapchat", "ghost"),
    "threads": ("Threads", "at-sign"),
    "tiktok": ("TikTok", "music"),
    "trustpilot": ("Trustpilot", "star"),
    "webhook": ("Webhook", "webhook"),
    "whatsapp": ("WhatsApp", "phone"),
    "x": ("X", "hash"),
    "youtube": ("YouTube", "play"),
}


def title(network: str) -> str:
    return TITLES[network][0] if network in TITLES else network.replace("_", " ").capitalize()


def icon(network: str) -> str:
    return TITLES[network][1] if network in TITLES else "message-square"
