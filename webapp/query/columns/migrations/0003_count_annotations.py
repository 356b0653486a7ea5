"""Have the annotations counted of the datasets that were here before."""

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


class Migration(migrations.Migration):
    dependencies = [("columns", "0002_columns_of_what_is_there")]

    operations = [migrations.RunPython(ask, migrations.RunPython.noop)]
