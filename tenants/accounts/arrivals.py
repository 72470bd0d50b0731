"""The way between hosts: addresses of the agency and of clients, and where somebody may be sent.

Signing in happens on the agency's host only. Whoever is not signed in at a client is sent there, and
comes back with a slip (DESIGN.md §3):

    client host                   agency host                           client host
    any page: a cookie with S  →  /enter/acme/?next=…&state=SHA256(S) →  /hand-over/?token=T
                                  (signs in if need be)                  T and S together open the session

S stays in the browser that began (as with PKCE in OAuth, RFC 7636). So a slip that was overheard opens
nothing elsewhere, and nobody can be sent a link that signs them in under another name.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts import keys
from tenants.models import Client

COOKIE_SECONDS = 3600  # long enough to look for a phone in the middle of signing in
LONGEST_PATH = 500
STAND_IN = "0-slug-0"
"""No client can be called so: short names begin with a letter."""


def address(host: str, path: str = "/") -> str:
    """The full address of a path on a host of ours, with the configured scheme and port.

    It takes no request: who sends a request chooses its Host header, and a link in a mail must not follow it.
    """
    scheme, usual = ("https", 443) if settings.RAPPORT_HTTPS else ("http", 80)
    port = "" if usual == settings.RAPPORT_PUBLIC_PORT else f":{settings.RAPPORT_PUBLIC_PORT}"
    return f"{scheme}://{host}{port}{path}"


def agency_address(path: str = "/") -> str:
    """The full address of a path on the agency's own host."""
    return address(settings.RAPPORT_BASE_HOST, path)


def agency_page(name: str, **query: str) -> str:
    """The full address of a named page of the agency, whichever host we are on."""
    path = reverse(name, urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    return agency_address(f"{path}?{urlencode(query)}" if query else path)


def enter_address(slug: str, **query: str) -> str:
    """Where the agency's host hands somebody over to a client."""
    path = reverse("accounts:enter", args=[slug], urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    return agency_address(f"{path}?{urlencode(query)}" if query else path)


def entrances() -> Callable[[str], str]:
    """`enter_address` of many clients: the address is made once, and a slug is put into it for each."""
    head, _, tail = enter_address(STAND_IN).partition(STAND_IN)
    return lambda slug: f"{head}{slug}{tail}"


def hand_over_address(host: str, **query: str) -> str:
    """Where a client's host takes somebody over, or begins to."""
    path = reverse("accounts:hand_over", urlconf=settings.ROOT_URLCONF)
    return address(host, f"{path}?{urlencode(query)}")


def safe_path(wanted: str | None) -> str:
    """The wanted path if it stays on the host it is given to; the first page otherwise."""
    if not wanted or not wanted.startswith("/") or len(wanted) > LONGEST_PATH or not wanted.isprintable():
        return "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


def page_of(request: HttpRequest) -> str:
    """The path of the page somebody is looking at: for a fragment or a form, the page it stands on."""
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        return safe_path(request.get_full_path())
    shown = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if shown.netloc != request.get_host():
        return "/"
    return safe_path(f"{shown.path}?{shown.query}" if shown.query else shown.path)


def is_deliberate(request: HttpRequest) -> bool:
    """Whether a person follows the link: a GET that no scanner (HEAD) and no prefetching browser sends.

    What can be used once is used by nothing else.
    """
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method == "GET" and "prefetch" not in purpose


def host_name(request: HttpRequest) -> str:
    """The host the request came to, without its port."""
    return str(split_domain_port(request.get_host())[0])


def browser_secret(request: HttpRequest) -> str:
    """The secret of this browser at this client; a fresh one when it has none yet."""
    return request.COOKIES.get(settings.ARRIVAL_COOKIE_NAME) or keys.new_slip()


def remember_browser(response: HttpResponse, secret: str) -> None:
    """Keep the browser's secret until the slip comes, on this host and away from scripts."""
    response.set_cookie(
        settings.ARRIVAL_COOKIE_NAME,
        secret,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def way_in(client: Client, *, goes_to: str, secret: str) -> str:
    """From a client's host to the agency, and back to `goes_to` with a slip for this browser."""
    return enter_address(client.slug, next=goes_to, state=keys.fingerprint(secret))
