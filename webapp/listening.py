"""At which addresses the web server listens: one for the pages, and one for shared bytes where those have no other."""

from __future__ import annotations

DEFAULT_BIND = "127.0.0.1:8000"
SHARED_PORT_STEP = 2


def shared_port(bind: str, asked: str) -> int:
    """The port for shared bytes: the one asked for, else two above that of `bind`, which may be a unix socket."""
    text = asked.strip() or str(_port_of(bind) + SHARED_PORT_STEP)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SystemExit(f"TRANSOM_SHARED_PORT is {text!r}; write a port number, as 8002.")
    return int(text)


def binds(bind: str, port: int | None) -> list[str]:
    """`bind`, and its host once more at the other port; a unix socket alone, and with None what was given alone."""
    host, colon, own = bind.rpartition(":")
    is_socket = not colon or not own.isdigit()
    return [bind] if port is None or is_socket else [bind, f"{host}:{port}"]


def _port_of(bind: str) -> int:
    port = bind.rpartition(":")[2]
    return int(port) if port.isascii() and port.isdigit() else 8000
