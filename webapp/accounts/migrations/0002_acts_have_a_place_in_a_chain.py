"""Columns for the chain of a team's acts, still empty."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "team",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.team",
                    ),
                ),
                ("length", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(default="0" * 64, max_length=64)),
            ],
        ),
        migrations.AddField("auditentry", "position", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("auditentry", "previous", models.CharField(max_length=64, null=True)),
        migrations.AddField("auditentry", "hash", models.CharField(max_length=64, null=True)),
    ]
