"""`make run`: set up what is missing, then serve. A second start finds everything done and takes seconds.

Run with .venv/bin/python, which `make` has made. PORT and MEDIA_PORT say where; the rest is settings' business.
"""

import importlib
import os
import sys
from pathlib import Path

import packages

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = "8000"
DEFAULT_MEDIA_PORT = "8001"


def main() -> None:
    os.chdir(PROJECT)
    port, media_port = port_of("PORT", DEFAULT_PORT), port_of("MEDIA_PORT", DEFAULT_MEDIA_PORT)
    packages.install("requirements.txt")
    packages.install_front_end(dev=False)
    prepare_data(media_port)
    words = ["manage.py", "serve", "--port", port, "--demo-media-port", media_port]
    os.execv(sys.executable, [sys.executable, *words])


def port_of(variable: str, default: str) -> str:
    text = os.environ.get(variable) or default
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SystemExit(f"{variable} is {text!r}; write a port number, as {default}.")
    return text


def prepare_data(media_port: str) -> None:
    """Bring the database and the demo up to date, in one Django process for both."""
    importlib.invalidate_caches()
    sys.path.insert(0, str(PROJECT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("demo", media_port=int(media_port))


if __name__ == "__main__":
    main()
