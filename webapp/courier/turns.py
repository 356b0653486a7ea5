"""One writer at a time among the courier's threads, where the database has only one anyway.

SQLite lets a waiting writer sleep and ask again, for up to a tenth of a second; threads that queue here instead lose no
time between two of them.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext

from django.db import connection

_TURN = threading.RLock()


def turn() -> AbstractContextManager[object]:
    """To be held around a transaction that writes; a thread that has it may take it again."""
    return _TURN if connection.vendor == "sqlite" else nullcontext()
