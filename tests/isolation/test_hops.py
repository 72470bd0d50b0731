"""Ways from one client to another, each refused by PostgreSQL itself: no list of forbidden words stands before it."""

from __future__ import annotations

import psycopg
import pytest
from django.db import Error, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tenants.kernel.database.base import SwitchInTransaction
from tests.isolation.conftest import at, go, rows
from tests.isolation.stage import SECRET

READ = "SELECT name FROM globex.inbox_channel"
WORD = SECRET["globex"]
ROLES = ["rapport_c_globex", "rapport_agency", "rapport_app", "rapport_owner", "postgres"]

FIVE_HOPS = [
    "SET\"role\"TO'{role}'",
    "SET LOCAL\"role\"TO'{role}'",
    "SELECT U&\"set\\005fconfig\"('role','{role}',false)",
    "SELECT * FROM ts_stat('select se'||'t_config(''role'',''{role}'',false)::tsvector')",
    "SELECT ts_rewrite('a'::tsquery, 'select ''a''::tsquery, se'||'t_config(''role'',''{role}'',false)::tsquery')",
]
"""Those with which the fence of words was passed (review of 25 November 2026, S2-2)."""

OTHER_HOPS = [
    "SET ROLE {role}",
    "SET SESSION ROLE {role}",
    "set/**/role {role}",
    "SET U&\"\\0072ole\" = '{role}'",
    "SET SESSION AUTHORIZATION {role}",
    "SELECT set_config('role', '{role}', false)",
    "SELECT set_config('session_authorization', '{role}', false)",
    "DO $$ BEGIN EXECUTE 'SET ' || 'ROLE {role}'; END $$",
    "SELECT query_to_xml('SELECT set_config(''role'', ''{role}'', false)', true, true, '')",
    "PREPARE hop AS SELECT set_config('role', '{role}', false); EXECUTE hop",
    "GRANT {role} TO CURRENT_USER",
    "ALTER ROLE {role} PASSWORD 'mine'",
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("hop", [*FIVE_HOPS, *OTHER_HOPS])
def test_no_statement_of_a_client_changes_who_asks(wrapper, hop, role):
    with at(wrapper, "acme"):
        with pytest.raises(Error, match="permission denied|must have|must be superuser"):
            rows(wrapper, hop.replace("{role}", role))

        assert rows(wrapper, "SELECT current_user, session_user") == [("rapport_c_acme",) * 2]
        with pytest.raises(ProgrammingError, match="permission denied for schema globex"):
            rows(wrapper, READ)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pg_settings SET setting = 'rapport_c_globex' WHERE name = 'role'",
        "RESET ROLE",
        "RESET ALL",
        'RESET"role"',
        "SET ROLE NONE",
        "DISCARD ALL",
        "RESET SESSION AUTHORIZATION",
    ],
)
def test_there_is_no_role_below_the_clients_own_to_go_back_to(wrapper, statement):
    with at(wrapper, "acme"):
        rows(wrapper, statement)

        assert rows(wrapper, "SELECT current_user") == [("rapport_c_acme",)]
        with pytest.raises(ProgrammingError, match="permission denied for schema globex"):
            rows(wrapper, READ)


def test_the_clients_common_role_shows_nobodys_rows(server):
    """A client may change to the role that it is a member of (before PostgreSQL 16 this cannot be forbidden)."""
    with server.login("acme") as raw:
        try:
            raw.execute("SET ROLE rapport_client")
        except psycopg.errors.InsufficientPrivilege:
            return
        for table in ("tenants_client", "tenants_receipt", "tenants_route", "tenants_pendingentry"):
            assert raw.execute(f"SELECT * FROM public.{table}".encode()).fetchall() == []


@pytest.mark.parametrize("schema", ["acme", "globex"])
def test_the_login_that_answers_is_a_member_of_no_client(wrapper, schema):
    for statement in (f"SET ROLE rapport_c_{schema}", f"RESET ROLE; SET ROLE rapport_c_{schema}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            rows(wrapper, statement)
    with pytest.raises(ProgrammingError, match="permission denied"):
        rows(wrapper, f"SELECT * FROM {schema}.inbox_channel")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMP TABLE inbox_channel (LIKE tenants_client)",
        "CREATE TEMP VIEW tenants_client AS SELECT 1",
        "CREATE TEMP SEQUENCE mine",
        "SELECT 1 AS one INTO TEMP mine",
        "CREATE TABLE pg_temp.mine (one int)",
        "CREATE FUNCTION pg_temp.spy() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_get(1)",
        "SELECT lo_put(1, 0, 'x')",
        "SELECT lowrite(0, 'x')",
        "SELECT lo_unlink(1)",
    ],
)
@pytest.mark.parametrize("schema", ["acme", "public"])
def test_nothing_is_made_that_belongs_to_no_schema(wrapper, statement, schema):
    with at(wrapper, schema), pytest.raises(ProgrammingError, match="permission denied"):
        rows(wrapper, statement)


def test_a_temporary_table_would_not_stand_in_for_a_real_one(wrapper):
    for schema in ("acme", "public"):
        with at(wrapper, schema):
            assert rows(wrapper, "SHOW search_path")[0][0].endswith(", pg_temp")


@pytest.mark.parametrize("column", ["password", "email"])
def test_password_hashes_and_addresses_are_not_for_clients(wrapper, column):
    with at(wrapper, "acme"):
        assert rows(wrapper, "SELECT count(*) FROM accounts_user WHERE name <> ''") == [(3,)]
        for statement in (f"SELECT {column} FROM accounts_user", "SELECT * FROM accounts_user",
                          f"SELECT 1 FROM accounts_user WHERE {column} LIKE 'a%'"):  # fmt: skip
            with pytest.raises(ProgrammingError, match="permission denied for table accounts_user"):
                rows(wrapper, statement)


# --- Transactions and sessions ---------------------------------------------------------------------
def test_a_client_is_neither_entered_nor_left_within_a_transaction(wrapper):
    rows(wrapper, "SELECT 1")
    wrapper.in_atomic_block = True  # as transaction.atomic() sets it
    try:
        with pytest.raises(SwitchInTransaction, match="“acme” was entered within a transaction of “public”"):
            go(wrapper, "acme")
        assert rows(wrapper, "SELECT current_user") == [("rapport_agency",)]
    finally:
        wrapper.in_atomic_block = False


LEFT_BEHIND = [
    ("SET statement_timeout = '7s'", "SHOW statement_timeout", [("0",)]),
    ("SET application_name = 'mine'", "SHOW application_name", [("",)]),
    ("SELECT pg_advisory_lock(42)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", [(0,)]),
    ("LISTEN mine", "SELECT count(*) FROM pg_listening_channels()", [(0,)]),
    ("PREPARE mine AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements", [(0,)]),
    ("SET search_path = pg_catalog", "SELECT current_schema()", [("acme",)]),
    ("BEGIN; DECLARE mine CURSOR WITH HOLD FOR SELECT 1; COMMIT", "SELECT count(*) FROM pg_cursors", [(0,)]),
    ("BEGIN", "SELECT now() = statement_timestamp()", [(True,)]),
]


@pytest.mark.parametrize(("leaves", "asks", "expected"), LEFT_BEHIND)
@pytest.mark.parametrize("schema", ["acme", "public"])
def test_a_connection_comes_back_from_the_pool_empty(wrapper, schema, leaves, asks, expected):
    with at(wrapper, schema):
        before = rows(wrapper, "SELECT pg_backend_pid()")
        rows(wrapper, leaves)
    with at(wrapper, "globex"):
        rows(wrapper, "SELECT 1")
    with at(wrapper, schema):
        assert rows(wrapper, "SELECT pg_backend_pid()") == before, (
            "this tries nothing if it is another connection"
        )
        found = rows(wrapper, asks)
        assert found == ([("public",)] if expected == [("acme",)] and schema == "public" else expected)


# --- Statements chosen by hypothesis ---------------------------------------------------------------
def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


GAPS = some.sampled_from([" ", "\t", "\n", "/**/", "/* x */ ", " -- x\n", "  "])
ROLE = some.sampled_from(ROLES)
SETTING = some.sampled_from(["role", '"role"', 'U&"\\0072ole"', "session_authorization"])


@some.composite
def hops(draw):
    """A statement out of SQL's ways to change the role, written in one of its many ways."""
    gap, role, setting = draw(GAPS), draw(ROLE), draw(SETTING)
    scope = draw(some.sampled_from(["", f"LOCAL{gap}", f"SESSION{gap}"]))
    to = draw(some.sampled_from(["=", f"{gap}TO{gap}"]))
    plain = draw(some.sampled_from([
        f"SET{gap}{scope}{setting}{to}{_quoted(role)}",
        f"SET{gap}{scope}ROLE{gap}{role}",
        f'SET{gap}{scope}ROLE{gap}"{role}"',
        f"SET{gap}{scope}SESSION{gap}AUTHORIZATION{gap}{role}",
        f"RESET{gap}{setting}", f"RESET{gap}ALL", f"DISCARD{gap}ALL",
        f"SET{gap}ROLE{gap}NONE",
    ]))  # fmt: skip
    name = draw(
        some.sampled_from(
            ["set_config", "pg_catalog.set_config", 'U&"set\\005fconfig"', "pg_catalog . set_config"]
        )
    )
    call = f"{name}('role',{_quoted(role)},{draw(some.booleans())})"
    inner = _quoted(f"SELECT {call}")
    wrapped = draw(some.sampled_from([
        plain, f"SELECT {call}", f"WITH x AS MATERIALIZED (SELECT {call}) SELECT * FROM x",
        f"SELECT * FROM ts_stat({_quoted(f'SELECT {call}::tsvector')})",
        f"SELECT ts_rewrite('a', {_quoted(f'SELECT $q$a$q$::tsquery, {call}::tsquery')})",
        f"SELECT query_to_xml({inner}, true, true, '')",
        f"PREPARE p{gap}AS SELECT {call}; EXECUTE p",
        f"DO $body${gap}BEGIN EXECUTE {_quoted(plain)}; END $body$",
        f"DO LANGUAGE plpgsql {_quoted(f'BEGIN PERFORM {call}; END')}",
        f"SELECT CASE WHEN {call} IS NOT NULL THEN 1 END",
    ]))  # fmt: skip
    return draw(some.sampled_from([wrapped, f"SELECT 1; {wrapped}", f"BEGIN; {wrapped}"]))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(statement=hops())
def test_no_statement_that_asks_for_another_role_lets_a_client_read_another(server, statement):
    with server.login("acme") as raw:
        found: list[tuple[object, ...]] = []
        for one in (
            statement,
            READ,
            "SELECT name FROM accounts_user",
        ):
            try:
                cursor = raw.execute(one.encode())
                found += cursor.fetchall() if cursor.description else []
            except psycopg.Error:
                continue
        raw.rollback()
        assert WORD not in str(found)
        assert raw.execute("SELECT session_user").fetchone() == ("rapport_c_acme",)
