"""Media hosts that keep an access log, as a customer has them: the demo's stand-in, and nginx where it is there."""

from __future__ import annotations

import getpass
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.courier.kit import picture
from tests.evidence.kit import HOST
from webapp.demo.media_folder import MediaFolders
from webapp.demo.media_server import MediaServer, ServingRules
from webapp.demo.request_log import RequestLog

NGINX = shutil.which("nginx")
CONFIGURATION = """
user {user}; daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log {log} combined; root {media}; types {{ image/png png; }}
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{ listen {host}:{port}; }}
}}
"""


@dataclass(frozen=True)
class Host:
    """It serves `item-0.png` to `item-3.png`; `log` is its access log so far."""

    port: int
    log: Path
    media: Path


def folder_of_pictures(folder: Path) -> Path:
    media = folder / "media"
    media.mkdir()
    for number in range(4):
        (media / f"item-{number}.png").write_bytes(picture(1_000 + number))
    return media


@contextmanager
def stand_in(folder: Path) -> Iterator[Host]:
    media, log = folder_of_pictures(folder), folder / "requests.jsonl"
    with RequestLog(log) as requests:
        server = MediaServer((HOST, 0), MediaFolders([media]), ServingRules(), log=requests)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield Host(server.port, log, media)
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def nginx(folder: Path) -> Iterator[Host]:
    media, log = folder_of_pictures(folder), folder / "access.log"
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    configuration = folder / "nginx.conf"
    words = {"user": getpass.getuser(), "folder": folder, "log": log, "media": media, "host": HOST, "port": port}
    configuration.write_text(CONFIGURATION.format(**words))
    process = subprocess.Popen(
        [NGINX or "nginx", "-c", configuration, "-p", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port)
        yield Host(port, log, media)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


def wait_for_port(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        if time.monotonic() > end:
            raise TimeoutError(f"nothing listens at {port}")
        time.sleep(0.05)


HOSTS: dict[str, Callable[[Path], AbstractContextManager[Host]]] = {"stand-in": stand_in, "nginx": nginx}
