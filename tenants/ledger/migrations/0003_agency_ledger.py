"""The ledger's tables in the public schema, for the agency's own entries.

A new database gets them from 0001 and 0002. A database that was migrated before the app was shared has those two
recorded as applied in the public schema without their tables, so they are created here. At a client: nothing to do.
"""

from importlib import import_module

from django.db import migrations

TRIGGERS = import_module("tenants.ledger.migrations.0002_append_only").MAKE
MODELS = ("Entry", "Cursor", "Seal")


def create_missing_tables(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(format('%I.ledger_entry', current_schema())) IS NOT NULL")
        if cursor.fetchone()[0]:
            return
    for name in MODELS:
        schema_editor.create_model(apps.get_model("ledger", name))
    schema_editor.execute(TRIGGERS)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]

    operations = [migrations.RunPython(create_missing_tables, migrations.RunPython.noop)]
