"""Finds code of ours that could open a connection: an early, readable warning in front of the kernel lock.

It reads the source and is no defense against somebody who hides an import; `sandbox` is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NETWORK_MODULES = frozenset(
    {"aiohttp", "boto3", "botocore", "curl_cffi", "fsspec", "ftplib", "grpc", "http.client", "httpcore", "httpx"}
    | {"imaplib", "paramiko", "poplib", "pycurl", "requests", "s3fs", "smart_open", "smtplib", "socket", "telnetlib"}
    | {"s3transfer", "storages", "tornado", "urllib.request", "urllib3", "websockets", "xmlrpc.client"}
)
NETWORK_CALLS = frozenset({"create_connection", "open_connection", "urlopen", "urlretrieve"})
# Who may, and what for.
ALLOWED = frozenset(
    {
        ("privacy/sandbox.py", "socket"),  # tries to get out, to prove that it cannot
        ("demo/media_server.py", "socket"),  # listens, in place of a customer's host
        # The courier, and of it no other file; that no web or job process loads these is in pyproject.toml.
        ("courier/bucket_client.py", "boto3"),
        ("courier/bucket_client.py", "botocore"),
        ("courier/bucket_client.py", "storages"),
        ("courier/resolve.py", "socket"),
        ("courier/connection.py", "socket"),
        ("courier/connection.py", "http.client"),
    }
)
# A file without all the words of one of these is not parsed: this runs at every start.
_WORDS = [[word.encode() for word in name.split(".")] for name in sorted(NETWORK_MODULES | NETWORK_CALLS)]


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """A line of ours that imports or calls something which can open connections; `path` is relative."""

    path: str
    line: int
    name: str


def network_uses(root: Path) -> list[NetworkUse]:
    """Return what the Python files below `root` use of the network, without what is allowed."""
    found = []
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        if any(all(word in source for word in words) for words in _WORDS):
            relative = path.relative_to(root).as_posix()
            found += [NetworkUse(relative, line, name) for line, name in _uses(ast.parse(source))]
    return [use for use in found if (use.path, use.name) not in ALLOWED]


def _uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr):
            for name in _named(node):
                if found := name if name in NETWORK_CALLS else _network_module(name):
                    yield node.lineno, found


def _named(node: ast.stmt | ast.expr) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Attribute):
        return [node.attr] if node.attr in NETWORK_CALLS else []
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return [str(node.args[0].value)] if called in ("import_module", "__import__", "import_string") else []
    return []


def _network_module(name: str) -> str | None:
    return next((one for one in NETWORK_MODULES if name == one or name.startswith(f"{one}.")), None)
