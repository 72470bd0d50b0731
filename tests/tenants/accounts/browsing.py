"""One person's browser for several hosts: a cookie belongs to the host that set it (Django's own test client
shares its cookies between hosts, which would hide what these tests are about)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client as OneHost

AGENCY = "http://localhost"
ACME = "http://acme.localhost"
GLOBEX = "http://globex.localhost"
PASSWORD = "correct horse battery"


class Browser:
    """Follows redirects from host to host, as a browser does, and remembers the way."""

    def __init__(self, *, check_csrf: bool = False) -> None:
        self.check_csrf = check_csrf
        self.hosts: dict[str, OneHost] = {}
        self.way: list[str] = []

    def at(self, address: str) -> OneHost:
        host = urlsplit(address).netloc
        if host not in self.hosts:
            self.hosts[host] = OneHost(enforce_csrf_checks=self.check_csrf, SERVER_NAME=host)
        return self.hosts[host]

    def get(self, address: str, *, follow: bool = True, **headers: Any) -> Any:
        self.way = [address]
        response = self.at(address).get(_path(address), headers=headers)
        while follow and response.status_code in (301, 302):
            response = self.step(response)
        return response

    def step(self, response: Any) -> Any:
        """One redirect further."""
        address = urljoin(self.way[-1], response["Location"])
        self.way.append(address)
        return self.at(address).get(_path(address))

    def post(self, address: str, data: Any = None, *, follow: bool = True, **headers: Any) -> Any:
        self.way = [address]
        response = self.at(address).post(_path(address), data or {}, headers=headers)
        while follow and response.status_code in (301, 302):
            response = self.step(response)
        return response

    def sign_in(self, user: Any, *, next_path: str = "") -> Any:
        """Through the form, with the password of tests/conftest.py."""
        form = {"login": user.email, "password": PASSWORD, "next": next_path}
        return self.post(f"{AGENCY}/accounts/login/", {name: value for name, value in form.items() if value})

    def enter(self, user: Any, slug: str = "acme") -> Any:
        """Sign in and go over to a client."""
        self.sign_in(user, next_path="/profile/")
        return self.get(f"{AGENCY}/enter/{slug}/?next=/people/")


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
