"""Every act has its place and hash from now on, and the database lets none be changed or deleted."""

from typing import Any

from django.db import migrations, models

from webapp.accounts.append_only import allow_changes, refuse_changes

TABLE = "accounts_auditentry"


def refuse(apps: Any, editor: Any) -> None:
    refuse_changes(editor.connection, TABLE)


def allow(apps: Any, editor: Any) -> None:
    allow_changes(editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_chain_the_acts_there_are")]

    operations = [
        migrations.RemoveIndex("auditentry", "audit_by_team"),
        migrations.AlterField("auditentry", "position", models.PositiveBigIntegerField()),
        migrations.AlterField("auditentry", "previous", models.CharField(max_length=64)),
        migrations.AlterField("auditentry", "hash", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "auditentry",
            models.UniqueConstraint(fields=["team", "position"], name="one_act_per_place_in_a_team"),
        ),
        migrations.RunPython(refuse, allow),
    ]
