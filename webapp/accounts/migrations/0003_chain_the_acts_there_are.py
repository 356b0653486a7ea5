"""Chain the acts that are there, each team's in the order they were written; some thousand in memory at a time."""

from typing import Any

from django.db import migrations

from webapp.accounts.audit import facts_of
from webapp.accounts.chain import Head, sealed

AT_ONCE = 5_000
PUT = "UPDATE accounts_auditentry SET position = %s, previous = %s, hash = %s WHERE id = %s"


def chain(apps: Any, editor: Any) -> None:
    entries = apps.get_model("accounts", "AuditEntry").objects.order_by("pk")
    heads: dict[int, Head] = {}
    last = 0
    with editor.connection.cursor() as cursor:
        while rows := list(entries.filter(pk__gt=last)[:AT_ONCE]):
            cursor.executemany(PUT, [placed(heads, row) for row in rows])
            last = rows[-1].pk
    apps.get_model("accounts", "AuditHead").objects.bulk_create(
        apps.get_model("accounts", "AuditHead")(team_id=team, length=head.length, hash=head.hash)
        for team, head in heads.items()
    )


def placed(heads: dict[int, Head], row: Any) -> tuple[int, str, str, int]:
    before = heads.get(row.team_id, Head())
    head = Head(before.length + 1, sealed(before.hash, before.length + 1, facts_of(row)))
    heads[row.team_id] = head
    return head.length, before.hash, head.hash, row.pk


def unchain(apps: Any, editor: Any) -> None:
    apps.get_model("accounts", "AuditHead").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_acts_have_a_place_in_a_chain")]

    operations = [migrations.RunPython(chain, unchain)]
