"""Old versions of the SDK, each in a virtual environment of its own, made once and kept in .cache/.

They need pydantic 1 and numpy 1, which the project's own environment cannot have beside the newest SDK.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache"
# The SDK's own waiting sleeps five seconds a look.
START = """
import os.path, runpy, sys
# As if the script had been started itself: it imports its neighbors.
sys.path[0] = os.path.dirname(sys.argv[1])
from nucleus import async_job
assert async_job.JOB_POLLING_INTERVAL == 5
async_job.JOB_POLLING_INTERVAL = 0.05
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def python_with(version: str) -> Path:
    """The interpreter of an environment with scale-nucleus `version` and its pins, made when it is missing."""
    requirements = HERE / f"requirements-{version}.txt"
    print_of_pins = hashlib.sha256(requirements.read_bytes()).hexdigest()
    folder = CACHE / f"sdk-{version}-{print_of_pins[:16]}"
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        # Made aside: another run may be making it, too.
        with tempfile.TemporaryDirectory(prefix="sdk-", dir=CACHE) as aside:
            made = Path(aside) / "made"
            _make_environment(made, requirements)
            with contextlib.suppress(OSError):
                made.rename(folder)
    return folder / "bin" / "python"


def _make_environment(folder: Path, requirements: Path) -> None:
    # Our own pip serves it: putting one into each environment takes longer than all the rest.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    # No dependencies beyond the file: it is complete, and says so by installing nothing else.
    install = ["install", "--quiet", "--no-deps", "--no-compile", "--requirement", str(requirements)]
    subprocess.run([*pip, *install], check=True)


def run_script(version: str, name: str, **words: str) -> Any:
    """Run tests/sdk/<name> with that SDK and `words` in its environment; the last line it prints is JSON."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUCLEUS_", "PYTHON"))}
    done = subprocess.run(
        [str(python_with(version)), "-c", START, str(HERE / name)],
        env={**environment, **words},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])
