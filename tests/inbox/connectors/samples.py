"""What the contract test needs to know of each connector: settings that work, and where its payloads lie."""

from __future__ import annotations

from pathlib import Path

PAYLOADS = Path(__file__).parents[2] / "payloads"

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLDER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

SETTINGS = {
    "rss": {"url": "https://forum.kettle.example/feed.xml"},
    "webhook": {"secret": SECRET, "return_url": "https://hooks.kettle.example/replies"},
}


def payload(slug: str, name: str) -> bytes:
    return (PAYLOADS / slug / name).read_bytes()


def payloads(slug: str) -> list[Path]:
    folder = PAYLOADS / slug
    return sorted(path for path in folder.iterdir() if path.name != "README.md") if folder.is_dir() else []
