"""What a start prints: where to go, and how to get in."""

from __future__ import annotations

from django.conf import settings

from webapp.demo.credentials import Credentials
from webapp.demo.demo_folder import DemoFolder, media_address

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def banner(
    host: str, port: int, demo_media_port: int | None, folder: DemoFolder, credentials: Credentials | None
) -> str:
    """Sign-ins are printed only with the demo's media server: otherwise nobody asked for a demo."""
    url = f"http://localhost:{port}"
    rows: list[tuple[str, str]] = []
    if demo_media_port is not None and credentials is not None:
        rows += [
            ("sign in", credentials.emails[0]),
            *(("", email) for email in credentials.emails[1:]),
            ("password", f"{credentials.password}   (the same for all)"),
            ("API key", f"{credentials.api_key}   ({credentials.script_email})"),
        ]
    rows.append(("endpoint", f"{url}/v1/nucleus"))
    if demo_media_port is not None:
        rows.append(("media", f"{media_address(demo_media_port)}   (stands in for your own host)"))
        rows.append(("media log", f"{folder.request_log}   (who fetched what)"))
    rows.append(("egress", f"{url}/healthz says whether the kernel keeps this server from connecting anywhere"))
    if host not in LOOPBACK:
        rows.append(("reachable", f"from other machines, under the names in TRANSOM_ALLOWED_HOSTS: {_names()}"))
    lines = [f"  {name:<10} {text}".rstrip() for name, text in rows]
    return "\n".join(["", f"Transom {settings.VERSION}: {url}", "", *lines, "", "Ctrl-C stops it.", ""])


def _names() -> str:
    return ", ".join(settings.ALLOWED_HOSTS)
