"""The courier takes waiting items origin by origin."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("promotions", "0001_initial")]

    operations = [
        migrations.RemoveIndex("promotionitem", "promotion_items_to_claim"),
        migrations.AddIndex(
            "promotionitem", models.Index(fields=["state", "origin", "id"], name="promotion_items_to_claim")
        ),
    ]
