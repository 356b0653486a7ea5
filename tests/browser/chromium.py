"""The Chromium of this machine, started without its calls home."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Playwright

INSTALL = (
    "No Chromium was found. On Debian: apt-get install chromium. Elsewhere: python -m playwright install chromium."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these Chromium looks up its maker's hosts at every start.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


class NoChromium(Exception):
    """Neither the system nor Playwright has one."""


def launch(playwright: Playwright, words: Sequence[str] = ()) -> Browser:
    """Start it, with further command line words; raises NoChromium with how to get one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and not Path(playwright.chromium.executable_path).exists():
        raise NoChromium(INSTALL)
    # As root, as in a container, Chromium has no sandbox of its own to offer.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=found, args=[*QUIET, *root, *words])
