"""`make bench`: every script in benchmarks/, one after the other. `make bench ONLY=ingest` runs one."""

import os
import subprocess
import sys
from pathlib import Path

import packages

PROJECT = Path(__file__).resolve().parent.parent


def main() -> int:
    os.chdir(PROJECT)
    packages.install("requirements-test.txt")
    only = os.environ.get("ONLY")
    names = [path.stem for path in sorted(Path("benchmarks").glob("[!_]*.py")) if only in (None, "", path.stem)]
    if not names:
        print(f"There is no benchmarks/{only}.py.", file=sys.stderr)
        return 1
    failed = 0
    for name in names:
        print(f"\n=== benchmarks/{name}.py", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
