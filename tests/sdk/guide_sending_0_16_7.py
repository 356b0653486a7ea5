"""The guide's "Sending Privacy Mode Data for Labeling" with scale-nucleus 0.16.7. Run by test_labelling.py.

The guide's code is changed in endpoint, key and URL.
"""

from __future__ import annotations

import json
import os

from nucleus import DatasetItem, NucleusClient

my_private_image = DatasetItem(
    # assume the below link is now updated such that Scale has access
    image_location=os.environ["URL"],
    # this reference_id already exists
    reference_id="image1",
    upload_to_scale=True,
)

dataset = NucleusClient(os.environ["KEY"], endpoint=os.environ["ENDPOINT"]).get_dataset(os.environ["DATASET"])

response = dataset.append([my_private_image], update=True)
print(json.dumps({"updated": response.updated_items, "errors": response.upload_errors}))
