"""What ended lets go of its rows and copies some at a time, after the act that ended it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("promotions", "0002_items_are_claimed_by_origin")]

    operations = [
        migrations.AddField("promotion", "clearing", models.CharField(max_length=12, null=True)),
        migrations.AddIndex(
            "promotion",
            models.Index(fields=["id"], condition=models.Q(clearing__isnull=False), name="promotions_to_be_cleared"),
        ),
    ]
