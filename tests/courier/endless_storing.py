"""Stores made-up files without end and prints the name of each that is kept; run by test_store.py, which kills it.

usage: endless_storing.py FOLDER RUNS SEED: runs so many children, kills each at a random moment, prints their names.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from webapp.courier.store import Store


def store_forever(folder: Path, seed: int, out: int) -> None:
    made = random.Random(seed)
    store = Store(folder)
    while True:
        part = store.new_part()
        for _ in range(made.randint(1, 12)):
            part.write(made.randbytes(made.randint(1, 30_000)))
        os.write(out, f"{store.keep(part)}\n".encode())


def main(folder: Path, runs: int, seed: int) -> None:
    moments = random.Random(seed)
    for run in range(runs):
        names, out = os.pipe()
        child = os.fork()
        if child == 0:
            store_forever(folder, seed * 1000 + run, out)
        os.close(out)
        with os.fdopen(names, "rb") as told:
            # So many copies, and then somewhere within the next, however slow the disk is.
            started = time.monotonic()
            count = 1 + run % 3
            for _ in range(count):
                sys.stdout.write(told.readline().decode())
            time.sleep(moments.uniform(0, 1.2 * (time.monotonic() - started) / count))
            os.kill(child, signal.SIGKILL)
            sys.stdout.write(told.read().decode())
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
