"""`make test`: every check and every test, one more at a time than there are cores, and one summary at the end.

--fast   only the tests that need neither a browser nor a live server, on SQLite
--lint   only the checks that run no code of ours

What a step prints comes whole when it has ended. A failing step does not stop the others. Ends with 1 when a step
failed or left a process behind.
"""

import argparse
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import packages

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
PR_SET_CHILD_SUBREAPER = 36
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What no database has a part in is proved once (tests/conftest.py tells by fixtures), and so is what a browser does:
# what the server says to it is tried on both. One way through everything shows that both databases serve a browser.
BROWSER_ON_BOTH = ("promise",)
# Who may do what is decided before a database is asked; the bucket knows none; and where the kernel's lock is tried on
# both, strace watches on one.
ON_ONE = (
    "tests/idor",
    "tests/courier/test_bucket_killed.py",
    "tests/proof/test_sharing.py",
    "tests/proof/test_no_connection.py::test_no_connection_reaches_the_media_host[traced]",
    "tests/proof/test_no_connection.py::test_no_log_and_no_refusal_holds_a_media_address[traced]",
    "tests/proof/test_no_connection.py::test_no_process_tries_an_internet_address_even_without_the_lock",
)
# The two doors own no rows and write no SQL: what they call is tried on both, and so are whole ways through them, the
# SDK's and, by the proof of no connection, one to each page.
DOORS = ("tests/pages", "tests/wire")
PLAIN = "not browser and not sdk and not proof"
# Every step waits now and then, for a picture, a lease or a process that starts: one more than there are cores.
AT_ONCE = min(2, os.cpu_count() or 1) + 1
# The browser's tests are the longest; each part has a server and a browser of its own.
BROWSER_PARTS = 2
STOP_LIMIT_S = 5
NO_CHROMIUM = """The browser tests need a Chromium, and none was found. Either
    apt-get install chromium          (Debian, Ubuntu), or
    .venv/bin/playwright install chromium
and run `make test` again; `make test-fast` needs none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command; `environment` is added to ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    is_good: bool
    seconds: float


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fast", action="store_true")
    options.add_argument("--lint", action="store_true")
    chosen = options.parse_args()
    os.chdir(PROJECT)
    packages.install("requirements-test.txt")
    packages.install_front_end(dev=True)
    if not (chosen.fast or chosen.lint or has_chromium()):
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    adopt_orphans()
    # Told to stop, we still end what the tests have started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with tempfile.TemporaryDirectory(prefix="transom-checks-") as folder:
            outcomes = Workers(steps(chosen, Path(folder)), Path(folder)).run()
    finally:
        left = end_orphans()
    return summarize([*outcomes, Outcome("no process is left", is_good=not left, seconds=0)])


def has_chromium() -> bool:
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return True
    caches = (Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright")
    return any(cache.glob("chromium-*") for cache in caches if cache.is_dir())


def steps(chosen: argparse.Namespace, folder: Path) -> list[Step]:
    if chosen.lint:
        return lint_steps()
    if chosen.fast:
        return [pytest_step("tests", "sqlite", PLAIN), js_step()]
    # The longest first, so that both cores are busy to the end.
    return [
        *browser_steps(),
        pytest_step("all others", "postgresql", f"not ({PLAIN})", *but_once()),
        pytest_step("tests", "postgresql", PLAIN, *but_once(), *(f"--ignore={door}" for door in DOORS)),
        pytest_step("tests", "sqlite", PLAIN),
        pytest_step("SDK and proofs", "sqlite", "sdk or proof"),
        js_step(),
        *lint_steps(),
        *django_steps(folder),
    ]


def browser_tests() -> list[Path]:
    return [path.relative_to(PROJECT) for path in sorted((PROJECT / "tests" / "browser").glob("test_*.py"))]


def browser_steps() -> list[Step]:
    parts = [[str(path) for path in browser_tests()[part::BROWSER_PARTS]] for part in range(BROWSER_PARTS)]
    return [pytest_step(f"browser {place}", "sqlite", "browser", *part) for place, part in enumerate(parts, 1)]


def but_once() -> list[str]:
    """What the second database leaves out, in pytest's words."""
    alone = [path for path in browser_tests() if path.stem.removeprefix("test_") not in BROWSER_ON_BOTH]
    return [*(f"--ignore={path}" for path in alone), *(f"--deselect={one}" for one in ON_ONE)]


def lint_steps() -> list[Step]:
    tsc = [sys.executable, "tools/run_node.py", "node_modules/typescript/bin/tsc", "-p"]
    return [
        Step("ruff", [str(BIN / "ruff"), "check", "."]),
        Step("ruff format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
        Step("mypy", [str(BIN / "mypy")]),
        Step("import-linter", [str(BIN / "lint-imports")]),
        Step("types of the scripts", [*tsc, "jsconfig.json"]),
        Step("types of their tests", [*tsc, "tests/js/jsconfig.json"]),
    ]


def js_step() -> Step:
    return Step("node --test", [sys.executable, "tools/run_node.py", "--test", "tests/js/*.test.js"])


def django_steps(folder: Path) -> list[Step]:
    """What Django itself can tell: that no migration is missing, and that a production setting is sound."""
    production = {
        "TRANSOM_DATA": str(folder),
        "TRANSOM_HTTPS": "yes",
        "TRANSOM_BEHIND_PROXY": "yes",
        "TRANSOM_ALLOWED_HOSTS": "transom.example",
        "TRANSOM_PUBLIC_URL": "https://transom.example",
    }
    manage = [sys.executable, "manage.py"]
    return [
        Step("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {"TRANSOM_DATA": str(folder)}),
        Step("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
    ]


def pytest_step(name: str, database: str, marks: str, *words: str) -> Step:
    return Step(
        f"{name} on {database}",
        [sys.executable, "-m", "pytest", "-q", "--durations=15", "-m", marks, *words],
        {"TRANSOM_TEST_DATABASE": database},
    )


class Workers:
    """Threads that take one step after the other. They end with the program, whatever they are at."""

    def __init__(self, steps: Sequence[Step], folder: Path) -> None:
        self._steps, self._folder = steps, folder
        self._waiting = deque(enumerate(steps))
        self._outcomes: dict[int, Outcome] = {}
        self._printing = threading.Lock()

    def run(self) -> list[Outcome]:
        """What became of each step, in their order."""
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self._waiting.clear()
            end_orphans()
            # What the steps had said so far is still printed.
            for thread in threads:
                thread.join(STOP_LIMIT_S)
            raise
        unheard = {place: Outcome(step.name, is_good=False, seconds=0) for place, step in enumerate(self._steps)}
        return [*(unheard | self._outcomes).values()]

    def _work(self) -> None:
        while True:
            try:
                place, step = self._waiting.popleft()
            except IndexError:
                return
            self._outcomes[place] = self._run(place, step)

    def _run(self, place: int, step: Step) -> Outcome:
        said = self._folder / f"step-{place}"
        start = time.monotonic()
        print(f"... {step.name}", flush=True)
        with said.open("w+b") as out:
            ended = subprocess.run(
                step.command,
                env={**environment(), **step.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
            out.seek(0)
            text = out.read().decode(errors="replace")
        with self._printing:
            print(f"\n=== {step.name}\n{text}", end="", flush=True)
        return Outcome(step.name, ended.returncode == 0, time.monotonic() - start)


def environment() -> dict[str, str]:
    """Ours, with leave to keep compiled modules: each process of the tests would compile all of ours again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def adopt_orphans() -> None:
    """Become the parent of whatever a test leaves behind, so that it can be seen (Linux; elsewhere nobody looks)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans() -> list[str]:
    """End and name every process that outlived its test."""
    import psutil

    left = []
    # A moment for what is just ending.
    psutil.wait_procs(psutil.Process().children(recursive=True), timeout=STOP_LIMIT_S)
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                left.append(" ".join(process.cmdline()))
                process.kill()
        except psutil.NoSuchProcess:
            continue
    for command in left:
        print(f"A test left this process behind: {command[:200]}", file=sys.stderr)
    return left


def summarize(outcomes: Sequence[Outcome]) -> int:
    print("\n=== Summary")
    for one in outcomes:
        print(f"{'ok    ' if one.is_good else 'FAILED'}  {one.name:28} {one.seconds:6.1f} s")
    failed = sum(not one.is_good for one in outcomes)
    print(f"steps: {len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
