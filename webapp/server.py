"""gunicorn's configuration: threads in a few workers, each locked into the sandbox before its first request.

The parent only listens and forks; it never loads the application. A worker that cannot make the lock it was asked
for ends, and so does the server.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from gunicorn.arbiter import Arbiter

from webapp.listening import DEFAULT_BIND, binds, shared_port

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 (gunicorn makes an unguessable file of its own there)

_bind = os.environ.get("TRANSOM_BIND") or DEFAULT_BIND
# An origin with a name of its own is told apart by that name, at the same port.
_is_named = bool(os.environ.get("TRANSOM_SHARED_URL", "").strip())

bind = binds(_bind, None if _is_named else shared_port(_bind, os.environ.get("TRANSOM_SHARED_PORT", "")))
worker_class = "gthread"
workers = int(os.environ.get("TRANSOM_WORKERS", "2"))
threads = int(os.environ.get("TRANSOM_THREADS", "4"))
timeout = 120
graceful_timeout = 10
keepalive = 5
preload_app = False
# A request line long enough for a reference id of 1024 characters, percent-encoded.
limit_request_line = 8190
# Nothing is written to the access log: reference ids are in the paths, and a proxy in front can log what it may.
accesslog = None
loglevel = "warning"
control_socket_disable = True
# Heartbeat files in memory where there is such a folder; a slow disk must not kill a worker.
worker_tmp_dir = str(MEMORY_FOLDER) if MEMORY_FOLDER.is_dir() else None


def post_fork(_server: Any, _worker: Any) -> None:
    """Lock this worker before it loads the application; nothing of ours ever runs in it unlocked."""
    from django.conf import settings

    from webapp.privacy import sandbox

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    try:
        sandbox.enforce(settings.EGRESS_LOCK, database_is_local=settings.DATABASE_IS_LOCAL)
    except SystemExit as refusal:
        sys.stderr.write(f"{refusal}\n")
        # gunicorn takes this code as "cannot boot" and stops, instead of forking for ever.
        raise SystemExit(Arbiter.WORKER_BOOT_ERROR) from None
