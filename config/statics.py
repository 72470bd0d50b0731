"""Static files straight from the event loop, without Django's middleware and without a thread.

WhiteNoise decides what is served and how (compressed variants, conditional requests, ranges, caching); small bodies
are kept in memory. With DEBUG on, files change while we look, so everything goes on to Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware

from config import headers

Scope = dict[str, Any]
Send = Callable[[Mapping[str, Any]], Any]

KEPT = 512 * 1024  # bytes; larger files are read from the disk each time


class Statics:
    """The static files as they lay at the start."""

    def __init__(self) -> None:
        self._found = WhiteNoiseMiddleware(settings=settings)
        self._bodies: dict[str, bytes] = {}
        secure, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        self._proof = (secure.removeprefix("HTTP_").replace("_", "-").lower().encode(), value.encode())

    def has(self, scope: Scope) -> bool:
        """Whether this request is for one of them, and may be answered without asking Django."""
        return (
            not settings.DEBUG
            and scope["type"] == "http"
            and scope["path"] in self._found.files
            and (not settings.SECURE_SSL_REDIRECT or self._is_secure(scope))
        )

    async def answer(self, scope: Scope, send: Send) -> None:
        response = self._found.files[scope["path"]].get_response(
            scope["method"], _as_environ(scope["headers"])
        )
        body = self._body(response.file, partial=int(response.status) != 200)
        named = [*response.headers, *headers.missing([name for name, _ in response.headers])]
        if settings.SECURE_HSTS_SECONDS and self._is_secure(scope):
            named.append(("Strict-Transport-Security", _hsts()))
        start = {"type": "http.response.start", "status": int(response.status), "headers": _as_bytes(named)}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _body(self, file: BinaryIO | None, *, partial: bool) -> bytes:
        if file is None:
            return b""
        with file:
            if partial:
                return file.read()
            kept = self._bodies.get(file.name)
            if kept is None:
                kept = file.read()
                if len(kept) <= KEPT:
                    self._bodies[file.name] = kept
            return kept

    def _is_secure(self, scope: Scope) -> bool:
        return scope.get("scheme") == "https" or self._proof in scope["headers"]


def _as_environ(named: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers under the names WSGI gives them, which WhiteNoise reads."""
    return {
        f"HTTP_{name.decode('latin1').upper().replace('-', '_')}": value.decode("latin1")
        for name, value in named
    }


def _as_bytes(named: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in named]


def _hsts() -> str:
    words = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    words += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    return "; ".join(words + (["preload"] if settings.SECURE_HSTS_PRELOAD else []))
