"""`view_pii` and `export` are asked for from now on, so the first roles get them where their work needs them.

Only roles that nobody has changed since they were made: an agency's own choice stays.
"""

from django.db import migrations

READS = ["view", "view_reports"]
RESPONDER = sorted([*READS, "view_private", "reply_public", "reply_private", "note", "triage", "assign", "bulk"])
BEFORE_AND_ADDED = {
    "responder": (RESPONDER, "view_pii"),
    "executive": (["view_reports"], "export"),
    "auditor": (sorted([*READS, "view_private", "view_audit"]), "export"),
}


def add(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for slug, (before, added) in BEFORE_AND_ADDED.items():
        for role in Role.objects.filter(slug=slug):
            if sorted(role.permissions) == before:
                role.permissions = sorted([*before, added])
                role.save(update_fields=["permissions"])


def take(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for slug, (before, added) in BEFORE_AND_ADDED.items():
        for role in Role.objects.filter(slug=slug):
            if sorted(role.permissions) == sorted([*before, added]):
                role.permissions = before
                role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(add, take)]
