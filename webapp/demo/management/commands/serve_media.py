"""`manage.py serve_media DIR --port N`: the stand-in for a customer's media host."""

import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.demo.media_folder import MediaFolders
from webapp.demo.media_server import MediaServer, ServingRules
from webapp.demo.request_log import RequestLog


class Command(BaseCommand):
    help = "Serve folders of images and videos over HTTP with ranges; for demos, tests and people without a server."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folders", nargs="+", type=Path, metavar="DIR", help="the first one that has a file serves it"
        )
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--cors", action="store_true", help="let pages read pixels, not only show them")
        parser.add_argument("--no-cors", dest="cors", action="store_false")
        parser.add_argument(
            "--reader",
            action="append",
            metavar="ORIGIN",
            help="with --cors: admit pages of this origin only (repeatable)",
        )
        parser.add_argument("--token", help="ask for ?token=T or `Authorization: Bearer T`")
        parser.add_argument("--latency-ms", type=float, default=0.0)
        parser.add_argument("--log", type=Path, metavar="FILE", help="append one line of JSON per request")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = ServingRules(
            cors=options["cors"],
            readers=frozenset(options["reader"]) if options["reader"] else None,
            token=options["token"],
            latency_ms=options["latency_ms"],
        )
        for folder in options["folders"]:
            if not folder.is_dir():
                raise CommandError(f"{folder} is not a folder.")
        log = RequestLog(options["log"]) if options["log"] else None
        try:
            server = MediaServer((options["host"], options["port"]), MediaFolders(options["folders"]), rules, log=log)
        except OSError as error:
            raise CommandError(f"Cannot serve at {options['host']}:{options['port']}: {error.strerror}.") from None
        self.stdout.write(f"Serving media at http://{options['host']}:{server.port}/")
        self.stdout.flush()
        self._serve(server)

    def _serve(self, server: MediaServer) -> None:
        def stop(signum: int, frame: object) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            server.server_close()
            if server.log is not None:
                server.log.close()
