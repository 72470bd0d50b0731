"""A secret for sessions apart from the password's hash. Everybody signs in once more after this step."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tenants.accounts.models import session_secret


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("accounts", "User").objects.all()
    for user in users.only("pk", "password").iterator():
        users.filter(pk=user.pk).update(session_secret=session_secret(user.password))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_usersession"),
    ]

    operations = [
        migrations.AlterModelOptions(name="user", options={"base_manager_name": "objects"}),
        migrations.AddField(
            model_name="user",
            name="session_secret",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
