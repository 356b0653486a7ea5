"""Routes 86 and 87: taxonomies, the closed lists of labels that categories may have."""

from __future__ import annotations

from typing import Literal

import msgspec

from webapp.datasets import queries
from webapp.labels import actions
from webapp.wire.call import Call

# The SDK's tests compare these words.
STATUS = {"created": "Taxonomy created", "exists": "Taxonomy already exists", "updated": "Taxonomy updated"}
DELETED = "Taxonomy successfully deleted"


class AddTaxonomy(msgspec.Struct):
    """With `update` new labels are added to a taxonomy that exists; none is ever taken away."""

    taxonomy_name: str
    type: Literal["category", "multicategory"]
    labels: list[str]
    update: bool = False


class TaxonomyTold(msgspec.Struct):
    dataset_id: str
    taxonomy_name: str
    status: str


def add(call: Call, dataset_id: str, body: AddTaxonomy) -> TaxonomyTold:
    dataset = queries.dataset(call.viewer, dataset_id)
    done = actions.add_taxonomy(
        call.viewer, dataset, name=body.taxonomy_name, kind=body.type, labels=body.labels, update=body.update
    )
    return TaxonomyTold(dataset.public_id, body.taxonomy_name, STATUS[done])


def delete(call: Call, dataset_id: str, name: str) -> TaxonomyTold:
    dataset = queries.dataset(call.viewer, dataset_id)
    actions.delete_taxonomy(call.viewer, dataset, name)
    return TaxonomyTold(dataset.public_id, name, DELETED)
