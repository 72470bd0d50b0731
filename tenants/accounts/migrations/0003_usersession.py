import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_roles_ask_for_pii_and_export'),
    ]

    operations = [
        migrations.CreateModel(
            name='UserSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(max_length=60)),
                ('address', models.CharField(max_length=45)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('seen_client_id', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('seen_at__gte', models.F('began_at'))), name='accounts_usersession_seen_after_it_began')],
            },
        ),
        # Slips are good for 30 seconds, and none that was made before can say which sign-in it came from.
        migrations.RunSQL('DELETE FROM accounts_handover', migrations.RunSQL.noop),
        migrations.AddField(
            model_name='handover',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.usersession'),
            preserve_default=False,
        ),
    ]
