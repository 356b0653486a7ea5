"""`make run`: set up what is missing, then serve. A second start finds everything done and takes seconds.

Run with .venv/bin/python, which `make` has made. PORT, MEDIA_PORT and SHARED_PORT say where; the rest is settings'
business.
"""

import importlib
import os
import sys
from pathlib import Path

import packages

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = "8000"
DEFAULT_MEDIA_PORT = "8001"
SHARED_PORT_STEP = 2


def main() -> None:
    os.chdir(PROJECT)
    port, media_port = port_of("PORT", DEFAULT_PORT), port_of("MEDIA_PORT", DEFAULT_MEDIA_PORT)
    shared_port = port_of("SHARED_PORT", str(int(port) + SHARED_PORT_STEP))
    packages.install("requirements.txt")
    packages.install_front_end(dev=False)
    start(int(port), int(media_port), int(shared_port))


def port_of(variable: str, default: str) -> str:
    text = os.environ.get(variable) or default
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SystemExit(f"{variable} is {text!r}; write a port number, as {default}.")
    return text


def start(port: int, media_port: int, shared_port: int) -> None:
    """Bring the database and the demo up to date, and serve: one process for all three, since Django loads slowly."""
    importlib.invalidate_caches()
    sys.path.insert(0, str(PROJECT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django
    from django.core.management import CommandError, call_command
    from django.db import connections

    django.setup()
    try:
        call_command("migrate", verbosity=0)
        call_command("demo", media_port=media_port)
        connections.close_all()
        call_command("serve", port=port, shared_port=shared_port, demo_media_port=media_port)
    except CommandError as refusal:
        raise SystemExit(str(refusal)) from None


if __name__ == "__main__":
    main()
