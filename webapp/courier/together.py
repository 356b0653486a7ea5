"""Group commit: of the threads that wait to write the same kind of thing, one writes for all, in one transaction.

While one transaction is being committed, others come and wait; whoever of them is next takes what all of them want. So
nobody waits for company, and the more there is to write the fewer commits an item costs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from webapp.courier.turns import turn

Asked = TypeVar("Asked")
Came = TypeVar("Came")


class Together(Generic[Asked, Came]):
    """Has `act` do for several threads at once what each of them asked for under the same key.

    `act` is one transaction, and says what came of each, in their order. What it raises is raised to each of them.
    """

    def __init__(self, act: Callable[[Sequence[Asked]], Sequence[Came]]) -> None:
        self._act = act
        self._lock = threading.Lock()
        # Only as long as somebody waits in it.
        self._queues: WeakValueDictionary[Hashable, _Queue[Asked, Came]] = WeakValueDictionary()

    def ask(self, key: Hashable, asked: Asked) -> Came:
        """Return what came of it, when it is committed. Not for a thread that has the turn."""
        mine: Future[Came] = Future()
        with self._lock:
            queue = self._queues.setdefault(key, _Queue())
            queue.waiting.append((asked, mine))
        with queue.one_at_a_time:
            if not mine.done():
                self._act_for_all(queue)
        return mine.result()

    def _act_for_all(self, queue: _Queue[Asked, Came]) -> None:
        with turn():
            with self._lock:
                group, queue.waiting = queue.waiting, []
            try:
                came = self._act([asked for asked, _ in group])
            except BaseException as failure:
                for _, one in group:
                    one.set_exception(failure)
                return
        for (_, one), result in zip(group, came, strict=True):
            one.set_result(result)


class _Queue(Generic[Asked, Came]):
    def __init__(self) -> None:
        self.one_at_a_time = threading.Lock()
        self.waiting: list[tuple[Asked, Future[Came]]] = []
