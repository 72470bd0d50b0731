"""Two migrated clients and their people, made once; each test runs in a transaction that is undone.

Tests log in to PostgreSQL as the owner and wear the roles that requests log in with: `inside(acme)` is Acme's role.
(Only the owner can; the logins themselves are tried in tests/isolation, tests/crash and tests/journeys.)
Ada leads Acme, Grace answers for the agency, Mallory works for Globex and must see nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from hypothesis import settings as properties

from inbox.connectors.ports import IncomingAuthor, IncomingMessage, Kind
from inbox.evaluation import (
    BrandFacts,
    Disposition,
    Evaluation,
    Intent,
    MessageFacts,
    Reason,
    Sentiment,
    Severity,
)
from inbox.models import Channel
from tenants import opening
from tenants.accounts import sessions
from tenants.accounts.actions import begin_session, first_roles
from tenants.accounts.actors import INSTALLER, Actor, ActorKind
from tenants.accounts.models import Role, Seat, User, UserSession
from tenants.accounts.permissions import FIRST_ROLES
from tenants.kernel.schema import as_owner, inside, outside
from tenants.models import Client
from tests.scheduling import OneHouse

# The same examples in every run, and no deadline: how long one takes says something about the machine only.
properties.register_profile("suite", derandomize=True, deadline=None)
properties.load_profile("suite")

# Addresses without a port, and mail that goes out: Django's test runner keeps it in `mail.outbox`.
settings.RAPPORT_PUBLIC_PORT = 80
settings.RAPPORT_SENDS_MAIL = True
settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2", *settings.PASSWORD_HASHERS[1:]]

# Signing in as an owner needs a second step by default. Tests that are not about it sign in with the password alone.
settings.RAPPORT_SECOND_FACTOR_ROLES = frozenset()

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneHouse:
    """How work is given to several processes."""
    return OneHouse(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Migrate (pytest-django did), then open Acme and Globex for the whole session."""
    with django_db_blocker.unblock():
        _roles()
        for slug, name in (("acme", "Acme"), ("globex", "Globex")):
            with outside():
                known = Client.objects.filter(slug=slug).exists()
            if not known:
                opening.open_client(
                    slug=slug,
                    name=name,
                    at=NOON,
                    languages=("en", "de"),
                    hosts=(f"{slug}.{settings.RAPPORT_BASE_HOST}",),
                )


def _roles() -> None:
    with as_owner(), outside():
        first_roles(at=NOON)


@pytest.fixture(autouse=True, scope="session")
def _a_folder_for_static_files() -> None:
    """WhiteNoise warns when there is none, and warnings are errors here."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def acme(db: None) -> Client:
    with outside():
        return Client.objects.get(slug="acme")


@pytest.fixture
def globex(db: None) -> Client:
    with outside():
        return Client.objects.get(slug="globex")


@pytest.fixture
def at_acme(acme: Client) -> Iterator[Client]:
    """The test runs inside Acme, under Acme's role."""
    with inside(acme):
        yield acme


def person(email: str, name: str, *, role: str, client: Client | None) -> User:
    """A user with one seat."""
    with outside():
        user = User.objects.create(email=email, name=name, password=_password())
        Seat.objects.create(
            user=user,
            client_id=client.pk if client else None,
            role=Role.objects.get(slug=role),
            given_at=NOON,
        )
    return user


def session_of(user: User, *, at: datetime | None = None) -> UserSession:
    """A sign-in of the person, as if a form had been filled in at that instant."""
    with outside():
        return begin_session(user=user, device="Firefox on Linux", address="127.0.0.x", at=at or now())


def let_in(browser: Browser, user: User) -> None:
    """Sign a person in without the form, at the host and in the schema of the moment."""
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = browser.session
    sessions.attach(session, session_of(user).pk)
    session.save()


@lru_cache
def _password() -> str:
    """Hashed once: doing it is slow on purpose, and every test has people."""
    return make_password("correct horse battery")


def acting(user: User, role: str) -> Actor:
    """The user as an actor with the rights of a role."""
    return Actor(ActorKind.USER, str(user.pk), user.name, FIRST_ROLES[role][2], user_id=user.pk)


@pytest.fixture
def ada_user(acme: Client) -> User:
    return person("ada@acme.example", "Ada Lovelace", role="manager", client=acme)


@pytest.fixture
def grace_user(db: None) -> User:
    return person("grace@agency.example", "Grace Hopper", role="responder", client=None)


@pytest.fixture
def mallory_user(globex: Client) -> User:
    return person("mallory@globex.example", "Mallory Craig", role="manager", client=globex)


@pytest.fixture
def ada(ada_user: User) -> Actor:
    return acting(ada_user, "manager")


@pytest.fixture
def grace(grace_user: User) -> Actor:
    return acting(grace_user, "responder")


@pytest.fixture
def installer() -> Actor:
    return INSTALLER


@pytest.fixture
def channel(at_acme: Client) -> Channel:
    """A signed webhook of Acme's, shown as Mastodon."""
    return Channel.objects.create(
        network="mastodon",
        connector="webhook",
        name="Acme on Mastodon",
        account="acme-mastodon",
        connected_at=NOON,
    )


def said(
    name: str,
    text: str = "Where is my order?",
    *,
    at: datetime = NOON,
    who: str = "jo",
    brand: bool = False,
    **facts: Any,
) -> IncomingMessage:
    """A message as a connector hands it over."""
    author = IncomingAuthor(external_id=who, name=who.title(), handle=f"@{who}", is_brand=brand)
    kind = facts.pop("kind", Kind.COMMENT)
    return IncomingMessage(external_id=name, kind=kind, author=author, text=text, sent_at=at, **facts)


def engage_all(messages: Sequence[MessageFacts], brand: BrandFacts) -> list[Evaluation]:
    """An evaluator that lets everything through: for tests that are not about triage."""
    return [
        Evaluation(
            disposition=Disposition.ENGAGE,
            reason="question",
            proposed=False,
            reasons=(),
            matches=(),
            language="en",
            sentiment=Sentiment.NEUTRAL,
            sentiment_score=0.0,
            sentiment_confidence=0.5,
            intent=Intent.QUESTION,
            intent_confidence=0.5,
            severity=Severity.CALM,
            priority=40,
            priority_reasons=(Reason("question", "asks something", 40),),
            version="test",
        )
        for _ in messages
    ]


@contextmanager
def taken_back() -> Iterator[None]:
    """A part of the test's own transaction, undone in the end; requests in it may enter and leave clients."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django marks the transaction around a test
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def queries() -> Callable[[], Any]:
    """`with queries() as seen:` counts statements."""

    @contextmanager
    def counting() -> Iterator[CaptureQueriesContext]:
        with CaptureQueriesContext(connection) as seen:
            yield seen

    return counting


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A made-up name service: add name → address. Other names under `.example` are not known to it."""
    known: dict[str, str] = {}
    asked_for = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **facts: Any) -> Any:
        if not str(host).endswith(".example"):
            return asked_for(host, port, *args, **facts)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return asked_for(known[host], port, *args, **facts)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known
