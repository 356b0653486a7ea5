from django.db import migrations, models

import webapp.privacy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("labels", "0002_labelling_projects"),
    ]

    operations = [
        # What a media address may look like is in the constraints' own SQL, which now knows buckets too.
        migrations.RemoveConstraint(model_name="annotation", name="labels_annotation_mask_url_is_a_media_url"),
        migrations.AddConstraint(
            model_name="annotation",
            constraint=models.CheckConstraint(
                condition=webapp.privacy.fields.HasMediaUrlShape("mask_url"),
                name="labels_annotation_mask_url_is_a_media_url",
            ),
        ),
        migrations.RemoveConstraint(model_name="prediction", name="labels_prediction_mask_url_is_a_media_url"),
        migrations.AddConstraint(
            model_name="prediction",
            constraint=models.CheckConstraint(
                condition=webapp.privacy.fields.HasMediaUrlShape("mask_url"),
                name="labels_prediction_mask_url_is_a_media_url",
            ),
        ),
    ]
