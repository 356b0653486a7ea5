"""How fast do labels come in, go out, and get drawn, against what the database and a canvas can do by themselves?

    python benchmarks/labels.py [--only storing,drawing,scrubbing] [--labels 1000000] [--json FILE]

One live server (gunicorn and a job worker, as `make run` starts them) with a new SQLite database, a real Chromium.

    storing    boxes in synchronous batches of 5,000 over HTTP and as one uploaded job, until there are --labels of
               them, then all out through exportForTrainingPage; beside `raw`: the same rows by executemany into a copy
               of the table with its indexes and checks, and the same JSON read and encoded without a server
    drawing    one redraw of 10, 1,000 and 20,000 boxes while a picture is zoomed, beside one strokeRect a box
    scrubbing  drags over frames with 50 boxes each beside the same frames without labels

The aims: a job within 3x of raw; scrubbing with labels at 0.9 of the pictures a second without. Trust the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks.labelling import drawing, scrubbing, storing  # noqa: E402 (needs the project on the path)
from benchmarks.scrub import processor  # noqa: E402
from tests.live import LiveTransom  # noqa: E402

SECTIONS = {"storing": storing.measure, "drawing": drawing.measure, "scrubbing": scrubbing.measure}


def main() -> None:
    options = parsed_options()
    found: dict[str, Any] = {"machine": f"{os.cpu_count()} x {processor()}, load {os.getloadavg()[0]:.1f}"}
    print(found["machine"], flush=True)
    for name in options.only:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="transom-labels-")))
            live = stack.enter_context(LiveTransom(folder / "live"))
            print(f"\n{name}", flush=True)
            found[name] = SECTIONS[name](live, folder, options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(SECTIONS))
    parser.add_argument("--labels", type=int, default=1_000_000, help="how many annotations the storing section makes")
    parser.add_argument("--json", type=Path, help="write every figure here, too")
    options = parser.parse_args()
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


if __name__ == "__main__":
    main()
