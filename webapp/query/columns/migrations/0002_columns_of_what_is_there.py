"""Have columns made of the datasets that were here before, and keep their chunks as they are written."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

MIN_ROWS = 20_000


def ask(apps: Any, editor: Any) -> None:
    large = apps.get_model("datasets", "Dataset").objects.filter(deleted_at=None)
    jobs = apps.get_model("jobs", "Job").objects
    for dataset in large.filter(Q(item_count__gt=MIN_ROWS) | Q(scene_count__gt=MIN_ROWS)):
        jobs.create(
            team_id=dataset.team_id,
            created_by_id=dataset.created_by_id,
            dataset_pk=dataset.pk,
            kind="buildColumns",
            ready_at=timezone.now() + timedelta(seconds=10),
        )


def keep_plain(apps: Any, editor: Any) -> None:
    # What is compressed takes longer to read than it takes less room.
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE columns_columnchunk ALTER COLUMN blob SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [
        ("columns", "0001_initial"),
        ("jobs", "0002_a_job_may_wait"),
        ("datasets", "0002_count_what_leaves_slices"),
    ]

    operations = [
        migrations.RunPython(keep_plain, migrations.RunPython.noop),
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]
