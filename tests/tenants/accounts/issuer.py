"""A real OpenID Connect provider (oidc-provider-mock) on loopback, and what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
from werkzeug.serving import make_server

from tests.tenants.accounts.browsing import AGENCY, Browser

BEGIN = f"{AGENCY}/accounts/oidc/openid/login/"


@dataclass
class Issuer:
    """Where it is, and each request's path with its parameters."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def last(self, path: str) -> dict[str, str]:
        return next(told for asked, told in reversed(self.asked) if asked == path)

    def app(self, **changed: Any) -> dict[str, Any]:
        """The settings of allauth's app for it, as config.env.openid_apps makes them."""
        settings = {"server_url": self.url, "oauth_pkce_enabled": True, "trust_email": False, **changed}
        return {
            "provider_id": "openid",
            "name": "Agency ID",
            "client_id": "rapport",
            "secret": "hunter2",
            "settings": settings,
        }

    def go(self, browser: Browser) -> str:
        """Begin at Rapport; returns the issuer's address that it leads to."""
        return str(browser.post(BEGIN).context["address"])

    def consent(self, address: str, sub: str, **form: str) -> str:
        """The person agrees at the issuer; returns the address back at Rapport."""
        answer = httpx.post(address, data={"sub": sub, **form})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def sign_in(self, browser: Browser, sub: str) -> Any:
        """The whole way; returns Rapport's last page."""
        return browser.get(self.consent(self.go(browser), sub))


@contextmanager
def running(*people: oidc_provider_mock.User) -> Iterator[Issuer]:
    app = oidc_provider_mock.app(user_claims=people, require_nonce=True)
    issuer = Issuer("")

    def recorded(environ: dict[str, Any], start: Any) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        told = {**parse_qs(environ["QUERY_STRING"]), **parse_qs(body.decode())}
        issuer.asked.append((environ["PATH_INFO"], {name: values[0] for name, values in told.items()}))
        return app(environ, start)

    server = make_server("127.0.0.1", 0, recorded, threaded=True)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
