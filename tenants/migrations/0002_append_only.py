"""The function behind the ledger's triggers. It stands in public, so that client schemas share it."""

from django.db import migrations

MAKE = """
CREATE OR REPLACE FUNCTION public.rapport_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % on %.% is refused.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION public.rapport_append_only()")]
