"""Tables say their rules by name, and nothing in the database ties one client to another or to the agency."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from tenants.kernel import rights, roles
from tenants.kernel.schema import as_owner, database_name, outside
from tests.guards.walking import our_models

SHARED = {name.rsplit(".", 1)[-1] for name in settings.SHARED_APPS}
EACH_CLIENTS = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
EVERY = pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label_lower)

TABLES = """
    SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE'
"""
LINKS = """
    SELECT conrelid::regclass::text, confrelid::regclass::text
    FROM pg_constraint WHERE contype = 'f'
      AND (SELECT relnamespace FROM pg_class WHERE oid = conrelid)
       <> (SELECT relnamespace FROM pg_class WHERE oid = confrelid)
"""


def ask(statement, *facts):
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(statement, list(facts))
        return cursor.fetchall()


def tables_in(schema):
    return {name for (name,) in ask(TABLES, schema)}


def tables_of(labels):
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if _label(model) in labels
    }


def _label(model):
    return model._meta.app_label


def test_there_are_models_to_look_at():
    assert len(our_models()) > 20


@EVERY
def test_a_constraint_says_where_it_stands(model):
    start = f"{_label(model)}_{model._meta.model_name}_"

    for one in model._meta.constraints:
        assert one.name.startswith(start), f"{one.name} does not begin with {start}"
        assert len(one.name) >= len(start) + 4, f"{one.name} does not say what it demands"


@EVERY
def test_an_index_says_where_it_stands(model):
    for one in model._meta.indexes:
        assert one.name.startswith(f"{_label(model)}_"), one.name


@EVERY
def test_a_model_says_what_one_row_is(model):
    words = (model.__doc__ or "").strip()

    assert words
    assert not words.startswith(f"{model.__name__}("), "that is Django's own docstring"


@EVERY
def test_no_model_sorts_by_default(model):
    assert not model._meta.ordering


@EVERY
def test_no_foreign_key_leads_from_shared_rows_to_a_client_or_back(model):
    is_shared = _label(model) in SHARED
    for field in model._meta.get_fields():
        target = field.related_model if field.is_relation else None
        if isinstance(target, type) and issubclass(target, models.Model):
            assert (_label(target) in SHARED) is is_shared, f"{field.name} leads to {target._meta.label}"


FREE_WORDS = {
    "tenants.DeskItem.status": "A projection: the conversation's own constraint has judged it.",
    "tenants.DeskItem.stage": "As above.",
    "tenants.NetworkPolicy.source": "Where the figure was read: an address.",
    "reporting.ResponseFact.outcome": "A projection of the ledger.",
}


def test_every_state_is_held_to_its_words_by_the_database():
    free = set()
    for model in our_models():
        checks = [one for one in model._meta.constraints if isinstance(one, models.CheckConstraint)]
        for field in model._meta.fields:
            if field.name in ("state", "status", "stage", "outcome", "direction", "source"):
                is_held = any(f"'{field.name}__in'" in str(one.condition) for one in checks)
                free |= set() if is_held else {f"{model._meta.label}.{field.name}"}

    assert free == set(FREE_WORDS)


def test_no_foreign_key_of_the_database_crosses_schemas(acme):
    assert ask(LINKS) == []


def test_tables_of_clients_do_not_exist_in_the_public_schema(acme):
    only_clients = tables_of(EACH_CLIENTS - SHARED)

    assert len(only_clients) > 10
    assert not only_clients & tables_in("public")


def test_shared_tables_do_not_exist_at_a_client(acme):
    assert not tables_of(SHARED - EACH_CLIENTS) & tables_in("acme")


def test_a_client_has_every_table_of_its_apps(acme):
    assert tables_of(EACH_CLIENTS) <= tables_in("acme")


def test_two_clients_have_the_same_tables(acme, globex):
    assert tables_in("acme") == tables_in("globex")


def test_every_shared_table_with_a_client_in_it_shows_a_client_its_own_rows_only(acme):
    named = {
        model._meta.db_table
        for model in our_models()
        if _label(model) in SHARED
        for field in model._meta.fields
        if field.attname in ("client_id", "tenant_id")
    }

    assert named & set(rights.PUBLIC_RIGHTS) <= set(rights.ROWS)
    clients = roles.clients_role(database_name())
    for table in named - set(rights.PUBLIC_RIGHTS):
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            assert ask(f"SELECT has_table_privilege('{clients}', 'public.{table}', '{right}')") == [(False,)]


def test_every_table_a_client_may_touch_exists_and_is_walled_or_holds_nobodys_rows(acme):
    nobodys = {"accounts_role", "tenants_networkpolicy"}
    walled = {name for (name,) in ask("SELECT relname::text FROM pg_class WHERE relrowsecurity")}

    assert set(rights.PUBLIC_RIGHTS) <= tables_in("public")
    assert set(rights.PUBLIC_RIGHTS) - nobodys <= walled
    assert set(rights.ROWS) <= walled
