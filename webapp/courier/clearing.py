"""Letting go of what ended promotions had copied, in a thread of its own, so that copying need not wait for it."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, InterfaceError, connection

from webapp.courier.turns import turn
from webapp.promotions.actions import clearing

log = logging.getLogger(__name__)

# After some hundred rows, for whoever else would write.
PAUSE_S = 0.05
GRACE_S = 5.0


class Clearing:
    """Goes on with it until nothing is left; a kill loses at most the transaction that it was in."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._is_ending = threading.Event()

    def look(self) -> None:
        """Begin where there is something to do, unless that is going on."""
        if (self._thread is None or not self._thread.is_alive()) and clearing.next_to_clear() is not None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Stop after the transaction that is going on; the next courier goes on."""
        self._is_ending.set()
        if self._thread is not None:
            self._thread.join(GRACE_S)

    def clear_some(self) -> bool:
        """Let go of some rows of one promotion; False where nothing is left of any."""
        promotion_pk = clearing.next_to_clear()
        if promotion_pk is None:
            return False
        with turn():
            is_done = not clearing.clear_some(promotion_pk)
        if is_done:
            log.info("All of an ended promotion is let go of.")
        return True

    def _run(self) -> None:
        try:
            while self.clear_some() and not self._is_ending.wait(PAUSE_S):
                pass
        except (DatabaseError, InterfaceError):
            log.warning("The database did not answer while copies were let go of; it is gone on with.")
        finally:
            connection.close()
