"""The database lets no connection on record be changed or deleted, and adds up a day's bytes quickly."""

from typing import Any

from django.db import migrations, models

from webapp.accounts.append_only import allow_changes, refuse_changes

TABLE = "courier_egressentry"


def refuse(apps: Any, editor: Any) -> None:
    refuse_changes(editor.connection, TABLE)


def allow(apps: Any, editor: Any) -> None:
    allow_changes(editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("courier", "0001_initial")]

    operations = [
        migrations.AddIndex("egressentry", models.Index(fields=["team", "at"], name="connections_by_day")),
        migrations.RunPython(refuse, allow),
    ]
