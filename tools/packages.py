"""Set-up shared by `make run` and `make test`: each thing is installed once, and checked in no time afterwards."""

import hashlib
import subprocess
import sys
from pathlib import Path

import install_frontend

PROJECT = Path(__file__).resolve().parent.parent


def install(lock: str) -> None:
    """Bring this environment to a lock file, in which every file has its hash; raises SystemExit when it cannot."""
    path = PROJECT / lock
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    stamp = Path(sys.prefix) / f".transom-{path.stem}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing the packages of {lock}.", flush=True)
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    outcome = subprocess.run([*command, "--require-hashes", "-r", str(path)], check=False)
    if outcome.returncode:
        raise SystemExit("The packages could not be installed. Check that pip reaches a package index, then try again.")
    stamp.write_text(wanted)


def install_front_end(*, dev: bool) -> None:
    """Install what the pages load, and with `dev` what checks our scripts; raises SystemExit when it cannot."""
    try:
        if not install_frontend.is_installed(dev=dev):
            install_frontend.install(dev=dev)
    except install_frontend.CannotInstall as refusal:
        raise SystemExit(f"The front-end packages could not be installed. {refusal}") from None
