"""Few connections in all and for each login, the least recently used closed first, and none that is of no use."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tenants.kernel import logins, roles
from tenants.kernel.database.pool import Limits, NoConnectionFree, Pool
from tenants.kernel.schema import database_name


@pytest.fixture
def connect(db):
    """Real connections to the suite's server, whatever login they stand for."""
    given = connection.get_connection_params()
    made: list[psycopg.Connection[Any]] = []

    def one() -> psycopg.Connection[Any]:
        made.append(
            psycopg.connect(
                dbname=database_name(), user=roles.app_role(database_name()), password=settings.DATABASE_APP_PASSWORD,
                autocommit=True, **{name: given[name] for name in ("host", "port") if given.get(name)},
            )
        )  # fmt: skip
        return made[-1]

    yield one
    for each in made:
        each.close()


def test_a_connection_is_given_to_the_same_login_again_and_to_no_other(connect):
    pool = Pool(Limits(total=4, each=2))
    first = pool.take("acme", connect)
    pool.give_back("acme", first)

    assert pool.take("globex", connect) is not first
    assert pool.take("acme", connect) is first
    assert pool.counts() == {"acme": 1, "globex": 1}


def test_one_login_cannot_take_more_than_its_part(connect):
    pool = Pool(Limits(total=4, each=2, patience=0.1))
    taken = [pool.take("acme", connect) for _ in range(2)]

    with pytest.raises(NoConnectionFree, match="2 of 2 for it, 2 of 4 in all"):
        pool.take("acme", connect)

    assert pool.take("globex", connect) not in taken


def test_who_waits_gets_what_comes_back(connect):
    pool = Pool(Limits(total=1, each=1, patience=60))
    first, got = pool.take("acme", connect), []
    waiting = threading.Thread(target=lambda: got.append(pool.take("globex", connect)))
    waiting.start()

    pool.give_back("acme", first)
    waiting.join()

    assert first.closed
    assert not got[0].closed
    assert pool.counts() == {"globex": 1}


def test_the_least_recently_used_makes_room(connect):
    pool = Pool(Limits(total=2, each=2))
    acme, globex = pool.take("acme", connect), pool.take("globex", connect)
    pool.give_back("globex", globex)
    pool.give_back("acme", acme)

    pool.take("third", connect)

    assert (globex.closed, acme.closed) == (True, False)
    assert pool.counts() == {"acme": 1, "third": 1}


def test_a_connection_that_was_cut_off_is_replaced(connect):
    pool = Pool(Limits(total=2, each=2))
    first = pool.take("acme", connect)
    pool.give_back("acme", first)
    with connect() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [first.info.backend_pid])
        while other.execute(
            "SELECT 1 FROM pg_stat_activity WHERE pid = %s", [first.info.backend_pid]
        ).rowcount:
            pass

    second = pool.take("acme", connect)

    assert second is not first
    assert second.execute("SELECT 1").fetchone() == (1,)
    assert pool.counts() == {"acme": 1}


def test_a_login_that_fails_takes_no_place(connect):
    pool = Pool(Limits(total=1, each=1, patience=0.1))

    def refused() -> psycopg.Connection[Any]:
        raise psycopg.OperationalError("no")

    for _ in range(3):
        with pytest.raises(psycopg.OperationalError, match="no"):
            pool.take("acme", refused)

    assert pool.counts() == {}


def test_a_connection_in_use_is_closed_when_its_pool_was_closed_meanwhile(connect):
    pool = Pool(Limits(total=2, each=2))
    first = pool.take("acme", connect)

    pool.close()
    pool.give_back("acme", first)

    assert first.closed


def test_a_password_belongs_to_one_role_and_one_secret(settings):
    mine = logins.password("rapport_c_acme")

    assert mine == logins.password("rapport_c_acme")
    assert mine != logins.password("rapport_c_globex")
    settings.DATABASE_CLIENT_SECRET = "another"
    assert mine != logins.password("rapport_c_acme")


def test_the_verifier_is_what_postgresql_would_store():
    """The password and salt of RFC 7677's example, in PostgreSQL's form."""
    made = logins.verifier("pencil", salt=bytes.fromhex("5b6d99689d12358eeca04b141236fa81"))

    assert made == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
        "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
