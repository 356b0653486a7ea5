"""Old versions of the SDK, each in a virtual environment of its own, made once and kept in .cache/.

They need pydantic 1 and numpy 1, which the project's own environment cannot have beside the newest SDK.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".cache"


def python_with(version: str) -> Path:
    """The interpreter of an environment with scale-nucleus `version` and its pins, made when it is missing."""
    requirements = HERE / f"requirements-{version}.txt"
    folder = CACHE / f"sdk-{version}"
    mark = folder / "made-from"
    print_of_pins = hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if mark.exists() and mark.read_text() == print_of_pins:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    # No dependencies beyond the file: it is complete, and says so by installing nothing else.
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(requirements)]
    subprocess.run([*install, "--disable-pip-version-check"], check=True)
    mark.write_text(print_of_pins)
    return python


def run_script(version: str, name: str, **words: str) -> Any:
    """Run tests/sdk/<name> with that SDK and `words` in its environment; the last line it prints is JSON."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUCLEUS_", "PYTHON"))}
    done = subprocess.run(
        [str(python_with(version)), str(HERE / name)],
        env={**environment, **words},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])
