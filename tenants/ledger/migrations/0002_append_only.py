"""PostgreSQL refuses to change or delete what was recorded, whoever asks."""

from django.db import migrations

MAKE = """
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION public.rapport_append_only();
CREATE TRIGGER ledger_entry_is_not_emptied BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION public.rapport_append_only();
CREATE TRIGGER ledger_seal_stays BEFORE UPDATE OR DELETE ON ledger_seal
    FOR EACH ROW EXECUTE FUNCTION public.rapport_append_only();
"""

UNMAKE = """
DROP TRIGGER ledger_entry_stays ON ledger_entry;
DROP TRIGGER ledger_entry_is_not_emptied ON ledger_entry;
DROP TRIGGER ledger_seal_stays ON ledger_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("tenants", "0002_append_only")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
