"""Real web servers in front of a folder of media: nginx, and Apache httpd and Caddy where they are installed.

    with WebServer("nginx", folder, site) as server:
        server.put("one.jpg", b"...")
        server.configure(site)      # tested and loaded, as an administrator does it

`site` is in that server's own words; `site_of` makes a plain one.
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pytest

LIMIT_S = 30
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Make:
    """A kind of server: its programs' names, its configuration, and the words to test it and to run it."""

    programs: tuple[str, ...]
    package: str
    main: str
    test: tuple[str, ...]
    run: tuple[str, ...]
    site: str


_NGINX = """
user {user}; daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
    log_format who '$http_user_agent'; access_log {folder}/access.log who; keepalive_timeout 5; root {media};
    types {{ image/jpeg jpg; video/mp4 mp4; text/html html; }}
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
{site}
}}
"""
_APACHE_MODULES = (
    *("mpm_event", "authz_core", "headers", "rewrite", "setenvif", "mime", "alias", "proxy", "proxy_http", "filter"),
    "deflate",
)
_APACHE = """
ServerRoot {folder}
{modules}
PidFile {folder}/pid
ErrorLog {folder}/error.log
User {user}
ServerName localhost
TypesConfig /dev/null
Group {group}
DocumentRoot {media}
AddType image/jpeg .jpg
AddType video/mp4 .mp4
{site}
"""
_CADDY = """
{{
    admin off
    auto_https off
    storage file_system {folder}
}}
(media) {{
    root * {media}
    file_server
}}
{site}
"""
MAKES = {
    "nginx": Make(
        ("nginx",),
        "nginx-light",
        _NGINX,
        ("-t", "-q", "-c", "{file}", "-p", "{folder}"),
        ("-c", "{file}", "-p", "{folder}"),
        """server {{ listen 127.0.0.1:{port};
{more}
location /behind/ {{ proxy_pass http://127.0.0.1:{upstream}/; }} }}""",
    ),
    "Apache": Make(
        ("apache2", "httpd"),
        "apache2",
        _APACHE,
        ("-t", "-f", "{file}"),
        ("-DFOREGROUND", "-f", "{file}"),
        """Listen 127.0.0.1:{port}
<VirtualHost *:{port}>
{more}
ProxyPass /behind/ http://127.0.0.1:{upstream}/
</VirtualHost>""",
    ),
    "Caddy": Make(
        ("caddy",),
        "caddy",
        _CADDY,
        ("validate", "--adapter", "caddyfile", "--config", "{file}"),
        ("run", "--adapter", "caddyfile", "--config", "{file}"),
        """http://127.0.0.1:{port} {{
{more}
import media
handle_path /behind/* {{
    reverse_proxy 127.0.0.1:{upstream}
}}
}}""",
    ),
}


def program(name: str) -> str:
    """Where the server of this name is; skips the test, saying what to install, where it is not."""
    make = MAKES[name]
    if found := next((path for one in make.programs if (path := shutil.which(one))), None):
        return found
    pytest.skip(f"{name} is not installed; on Debian: apt-get install {make.package}")


def site_of(name: str, *, port: int, upstream: int, more: str = "") -> str:
    """The folder of media at a port with `more` lines of configuration, and the server at `upstream` as `/behind/`."""
    return MAKES[name].site.format(port=port, upstream=upstream, more=more)


class WebServer:
    """One running server; a context manager. `log` has a line for each request, its user agent (of nginx only)."""

    def __init__(self, name: str, folder: Path, site: str) -> None:
        self._make, self._program = MAKES[name], program(name)
        folder.mkdir(parents=True)
        self.folder, self.media, self.log = folder, folder / "media", folder / "access.log"
        self.media.mkdir()
        # Its worker need not be who runs the tests.
        self.media.chmod(0o755)
        self._write(site)

    def __enter__(self) -> Self:
        with (self.folder / "output.log").open("ab") as output:
            self._process = subprocess.Popen(
                self._words(self._make.run), stdout=output, stderr=output, env={**os.environ, "HOME": str(self.folder)}
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(LIMIT_S)

    def configure(self, site: str) -> None:
        """Serve by other words from now on."""
        self._write(site)
        tested = subprocess.run(self._words(self._make.test), capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        if self._make is MAKES["nginx"]:
            before = self._workers()
            self._process.send_signal(signal.SIGHUP)
            self._until(lambda: bool(self._workers() - before) and not before & self._workers())
        else:
            self.stop()
            self.__enter__()

    def wait_for(self, port: int) -> Self:
        """Wait until somebody listens there."""
        self._until(lambda: _listens(port))
        return self

    def put(self, name: str, body: bytes) -> None:
        (self.media / name).write_bytes(body)

    def _write(self, site: str) -> None:
        modules = Path(self._program).resolve().parent.parent / "lib" / "apache2" / "modules"
        loaded = "\n".join(f"LoadModule {one}_module {modules}/mod_{one}.so" for one in _APACHE_MODULES)
        user = getpass.getuser()
        if user == "root" and self._make is MAKES["Apache"]:
            user = "nobody"
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        words = {"user": user, "group": group, "folder": self.folder, "media": self.media, "modules": loaded}
        (self.folder / "conf").write_text(self._make.main.format(**words, site=site))

    def _words(self, words: tuple[str, ...]) -> list[str]:
        return [self._program, *(one.format(file=self.folder / "conf", folder=self.folder) for one in words)]

    def _workers(self) -> set[int]:
        return {one.pid for one in psutil.Process(self._process.pid).children()}

    def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not is_so():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "output.log").read_text()[-2000:])
            time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
