"""Real media beside a checkout, in ../shared/data, which most checkouts do not have; the tests for it are then skipped.

Nothing of the product needs it. The films that tests/browser/films.py draws stand in for it everywhere.
"""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ABSENT = "there is no ../shared/data beside this checkout"


def shared(path: str) -> Path:
    """A file or folder of the shared data; skips the test where there is none."""
    found = SHARED_DATA / path
    if not found.exists():
        pytest.skip(f"{ABSENT}: {path}")
    return found
