"""The headers that make browsers strict. Django and django-csp set most; this is the rest, and a net under them.

Nothing is kept by browsers and proxies unless it says `public`: pages, the API and files hold people's words.

`missing` names what a response still lacks. The middleware asks it for every page, the ASGI application for what
never reaches the middleware: static files, and requests too broken to become one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import cache
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
"""How an ASGI application answers."""

# Nothing of ours uses these, so nothing that slips into a page may.
DENIED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
UNKEPT = "private, no-store"
OURS = ("publickey-credentials-create", "publickey-credentials-get")  # passkeys


@cache
def always() -> tuple[tuple[str, str], ...]:
    """Every header that each response has, whatever it is."""
    permissions = [f"{feature}=()" for feature in DENIED] + [f"{feature}=(self)" for feature in OURS]
    found = {
        "Content-Security-Policy": build_policy(),
        "Permissions-Policy": ", ".join(sorted(permissions)),
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Cache-Control": UNKEPT,
    }
    return tuple(found.items())


def missing(names: Collection[str]) -> list[tuple[str, str]]:
    """What has to be added to a response that has these headers already, whatever their case."""
    known = {name.lower() for name in names}
    return [(name, value) for name, value in always() if name.lower() not in known]


def strictly(send: Send) -> Send:
    """Requests too broken for Django's middleware are answered past it; what they lack is added here."""

    async def strict(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            named = message["headers"]
            lacking = missing([name.decode("latin1") for name, _ in named])
            named.extend((name.encode("latin1"), value.encode("latin1")) for name, value in lacking)
        await send(message)

    return strict


class StrictHeaders:
    """Adds what is missing. Outside everything that might answer by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in missing(response.headers.keys()):
            response.headers[name] = value
        if not {"public", "no-store"} & _directives(response.headers["Cache-Control"]):
            response.headers["Cache-Control"] = UNKEPT
        return response


def _directives(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(",")}
