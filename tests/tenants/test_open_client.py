"""Opening a client: a schema like the migrated template, a role of its own, and nobody else's things."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from inbox.models import Conversation
from tenants import opening
from tenants.kernel import blueprint, roles
from tenants.kernel.errors import Conflict
from tenants.kernel.schema import as_owner, database_name, inside, outside
from tenants.models import Client, Host
from tests.conftest import NOON

SHAPE = """
    SELECT table_name::text, column_name::text, data_type::text, column_default, is_nullable::text
    FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2
"""
RULES = """
    SELECT relname::text, conname::text, replace(pg_get_constraintdef(pg_constraint.oid), %s, '')
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = %s::regnamespace ORDER BY 1, 2
"""
INDEXES = "SELECT replace(indexdef, %s, '') FROM pg_indexes WHERE schemaname = %s ORDER BY 1"
TRIGGERS = """
    SELECT tgname::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = %s::regnamespace AND NOT tgisinternal ORDER BY 1
"""


def ask(statement, *facts):
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(statement, list(facts))
        return cursor.fetchall()


def shape(schema):
    """Everything a schema is made of, without its own name."""
    columns = [(*row[:3], (row[3] or "").replace(f"{schema}.", ""), row[4]) for row in ask(SHAPE, schema)]
    prefix = f"{schema}."
    rules = [(*row[:2], plain(row[2])) for row in ask(RULES, prefix, schema)]
    return (
        columns,
        rules,
        sorted(plain(row[0]) for row in ask(INDEXES, prefix, schema)),
        ask(TRIGGERS, schema),
    )


def plain(definition):
    """Without casts and brackets, which PostgreSQL writes otherwise for what was read from a dump."""
    return re.sub(r"::(?:character varying|text)(?:\[\])?|[()]", "", definition)


@pytest.fixture
def initech(db):
    return opening.open_client(
        slug="initech",
        name="Initech",
        at=NOON,
        languages=("en", "fr"),
        hosts=("initech.localhost", "talk.example"),
    )


def test_a_new_client_has_what_the_template_has(initech):
    columns, rules, indexes, triggers = shape(initech.schema_name)

    assert shape(blueprint.TEMPLATE) == (columns, rules, indexes, triggers)
    assert len(columns) > 150
    assert len(triggers) >= 3
    assert ask("SELECT app, name FROM initech.django_migrations ORDER BY 1, 2") == ask(
        f"SELECT app, name FROM {blueprint.TEMPLATE}.django_migrations ORDER BY 1, 2"
    )


def test_a_new_client_is_empty_and_can_be_worked_in_at_once(initech):
    with inside(initech):
        assert not Conversation.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (roles.client_role(database_name(), "initech"),)


def test_its_hosts_lead_to_it_and_the_first_is_its_own(initech):
    hosts = list(Host.objects.filter(tenant=initech).order_by("pk").values_list("domain", "is_primary"))

    assert hosts == [("initech.localhost", True), ("talk.example", False)]


def test_its_first_steps_are_numbered_from_one(initech):
    """The template's sequences stand at the beginning, whatever other clients have used up."""
    assert ask("SELECT last_value, is_called FROM initech.inbox_conversation_id_seq") == [(1, False)]


@pytest.mark.parametrize(
    "slug",
    ["", "a", "Acme", "1st", "two words", "under_score", "x" * 31, "agency", "www", "public", "a;drop", "ä",
     "pg-catalog", "information-schema", "rapport-template", "pg-temp"],
)  # fmt: skip
def test_a_short_name_that_cannot_be_is_refused_with_a_sentence(db, slug):
    with pytest.raises(opening.BadSlug, match="cannot be a client's short name"):
        opening.open_client(slug=slug, name="Somebody", at=NOON)

    assert not Client.objects.exclude(slug__in=["acme", "globex"]).exists()


def test_a_short_name_is_given_once(acme):
    with pytest.raises(Conflict, match="There is a client “acme” already"):
        opening.open_client(slug="acme", name="Acme again", at=NOON)


def test_a_host_leads_to_one_client(acme):
    with pytest.raises(Conflict, match="leads to another client"):
        opening.open_client(slug="initech", name="Initech", at=NOON, hosts=("acme.localhost",))

    assert not Client.objects.filter(slug="initech").exists()
    assert ask("SELECT to_regnamespace('initech') IS NULL") == [(True,)]


@pytest.mark.parametrize("facts", [{"colour": "blue"}, {"name": ""}, {"name": "x" * 101}])
def test_what_cannot_be_kept_opens_nothing(db, facts):
    with pytest.raises(opening.BadClient):
        opening.open_client(**{"slug": "initech", "name": "Initech", "at": NOON, **facts})

    assert ask("SELECT to_regnamespace('initech') IS NULL") == [(True,)]


def test_the_command_opens_a_client_at_its_host(db):
    said = StringIO()

    call_command("open_client", "initech", "Initech", "--languages", "en,de", stdout=said)

    client = Client.objects.get(slug="initech")
    assert client.languages == ["en", "de"]
    assert "Initech is open at initech.localhost" in said.getvalue()


def test_the_command_says_why_not(db):
    with pytest.raises(CommandError, match="cannot be a client's short name"):
        call_command("open_client", "Two Words", "Nobody")
