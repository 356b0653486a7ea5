"""`manage.py serve`: web, jobs, the courier and (for a demo) a media server, in the foreground until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.demo.banner import banner
from webapp.demo.credentials import read_credentials
from webapp.demo.demo_folder import DemoFolder
from webapp.demo.media_folder import MediaFolders
from webapp.demo.media_server import MediaServer, ServingRules
from webapp.demo.supervisor import Program, Supervisor
from webapp.listening import SHARED_PORT_STEP


class Command(BaseCommand):
    help = "Start the web server, the job worker and the courier, and keep them running."
    # The web and job processes check the system themselves, each before it serves.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--shared-port", type=int, metavar="N", help="for shared bytes; two above --port without")
        parser.add_argument("--workers", type=int, help="web processes")
        parser.add_argument(
            "--demo-media-port", type=int, metavar="N", help="also serve the demo's media, on this port"
        )

    def handle(
        self,
        *,
        host: str,
        port: int,
        shared_port: int | None,
        workers: int | None,
        demo_media_port: int | None,
        **_: Any,
    ) -> None:
        folder = DemoFolder()
        self._require_free(host, port, "PORT")
        if settings.SHARED_URL is None:
            shared_port = shared_port or port + SHARED_PORT_STEP
            self._require_free(host, shared_port, "SHARED_PORT")
        programs = [web(host, port, shared_port, workers), Program("jobs", (sys.executable, "manage.py", "work"))]
        programs.append(courier(is_demo=demo_media_port is not None))
        if demo_media_port is not None:
            self._require_free("127.0.0.1", demo_media_port, "MEDIA_PORT")
            folder.request_log.unlink(missing_ok=True)
            programs.append(media(folder, demo_media_port, port))
        self.stdout.write(banner(host, port, demo_media_port, folder, read_credentials(folder)))
        self.stdout.flush()
        code = Supervisor(programs, folder=settings.BASE_DIR, say=self._say).run()
        self._say("Stopped.")
        sys.exit(code)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _require_free(self, host: str, port: int, variable: str) -> None:
        """Refuse now, with a sentence, what would only show as a restarting child later."""
        try:
            MediaServer((host, port), MediaFolders(()), ServingRules()).server_close()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            other = f"make run {variable}={port + 10}"
            raise CommandError(
                f"Cannot listen at {host}:{port}: {reason}. Choose another port, as in `{other}`."
            ) from None


def web(host: str, port: int, shared_port: int | None, workers: int | None) -> Program:
    """Pages and shared bytes; `shared_port` None where those have a name of their own."""
    environment = {"TRANSOM_BIND": f"[{host}]:{port}" if ":" in host else f"{host}:{port}"}
    environment |= {"TRANSOM_SHARED_PORT": str(shared_port)} if shared_port else {}
    environment |= {"TRANSOM_WORKERS": str(workers)} if workers else {}
    words = (sys.executable, "-m", "gunicorn", "-c", "python:webapp.server", "webapp.wsgi")
    return Program("web", words, environment)


def courier(*, is_demo: bool) -> Program:
    """The one process with a network; a demo's may fetch from this machine, where the demo's media are."""
    environment = {"TRANSOM_COURIER_LOOPBACK": "yes"} if is_demo else {}
    return Program("courier", (sys.executable, "manage.py", "courier"), environment)


def media(folder: DemoFolder, media_port: int, port: int) -> Program:
    """The stand-in for a customer's host; only our own pages may read its pixels."""
    folder.media.mkdir(parents=True, exist_ok=True)
    served = [str(path) for path in folder.served()]
    readers = [word for host in ("localhost", "127.0.0.1") for word in ("--reader", f"http://{host}:{port}")]
    options = ["--port", str(media_port), "--log", str(folder.request_log), "--cors", *readers]
    return Program("media", (sys.executable, "manage.py", "serve_media", *served, *options))
