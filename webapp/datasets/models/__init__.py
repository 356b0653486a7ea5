"""The rows of datasets: each file one noun."""

from webapp.datasets.models.bucket_copy import BucketCopy
from webapp.datasets.models.dataset import Dataset
from webapp.datasets.models.edit import Edit
from webapp.datasets.models.item import Item, StoredFile
from webapp.datasets.models.move import AddressMove, MovedRows
from webapp.datasets.models.origin import DatasetOrigin, MediaOrigin
from webapp.datasets.models.scene import Scene
from webapp.datasets.models.slice import Slice

__all__ = [
    "AddressMove",
    "BucketCopy",
    "Dataset",
    "DatasetOrigin",
    "Edit",
    "Item",
    "MediaOrigin",
    "MovedRows",
    "Scene",
    "Slice",
    "StoredFile",
]
