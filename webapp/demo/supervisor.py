"""Keeps a few programs running: starts them, starts again what ends, and stops them all together.

It looks only at its own children; it polls no address.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOOK_EVERY_S = 0.1
# A program that ran this long was well; what ends it later is a new misfortune.
WELL_AFTER_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 15.0
# So many quick ends in a row are no accident: it cannot start.
MOST_QUICK_ENDS = 5
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Program:
    """`environment` is added to our own."""

    name: str
    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """Runs programs in `folder` until a signal asks it to stop, or one of them cannot be started.

    Each gets a process group of its own, so that Ctrl-C reaches us alone and we choose how they end.
    """

    def __init__(
        self, programs: Sequence[Program], *, folder: Path, say: Callable[[str], None], grace_s: float = 12.0
    ) -> None:
        self._children = [_Child(program, folder, say) for program in programs]
        self._grace_s = grace_s
        self._say = say
        self._stops_asked = 0

    def run(self) -> int:
        """The exit code: 0 after a stop that was asked for, 1 when a program kept ending."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note_stop)
        try:
            return self._watch()
        finally:
            self._stop()

    def _watch(self) -> int:
        while not self._stops_asked:
            for child in self._children:
                child.look()
                if child.quick_ends >= MOST_QUICK_ENDS:
                    self._say(
                        f"{child.program.name} ended {child.quick_ends} times at once; giving up. Its reason is above."
                    )
                    return 1
            time.sleep(LOOK_EVERY_S)
        return 0

    def _note_stop(self, number: int, frame: object) -> None:
        self._stops_asked += 1

    def _stop(self) -> None:
        """Ask all to end, wait for them, and kill what is left; a second signal cuts the waiting short."""
        asked_before = self._stops_asked
        for child in self._children:
            child.ask_to_end()
        deadline = time.monotonic() + self._grace_s
        while any(child.is_running for child in self._children):
            if time.monotonic() > deadline or self._stops_asked > asked_before:
                break
            time.sleep(LOOK_EVERY_S / 2)
        for child in self._children:
            child.kill()


class _Child:
    """One program and its present process, if it has one."""

    def __init__(self, program: Program, folder: Path, say: Callable[[str], None]) -> None:
        self.program = program
        self.quick_ends = 0
        self._folder = folder
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def look(self) -> None:
        """Start it when it is due; note when it has ended."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self._start()
        elif self._process.poll() is not None:
            self._note_end(self._process.returncode)

    def ask_to_end(self) -> None:
        if self.is_running and self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """End the process and whatever it left behind in its group."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self.program.words,
            cwd=self._folder,
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_end_with_parent(os.getpid()),
        )
        self._started_at = time.monotonic()

    def _note_end(self, code: int) -> None:
        was_well = time.monotonic() - self._started_at >= WELL_AFTER_S
        self.quick_ends = 0 if was_well else self.quick_ends + 1
        self.kill()
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** max(0, self.quick_ends - 1))
        self._start_at = time.monotonic() + pause
        if self.quick_ends < MOST_QUICK_ENDS:
            self._say(f"{self.program.name} ended ({_reason(code)}); starting it again in {pause:g} s.")


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes the program: ask the kernel for SIGTERM when the supervisor dies.

    None where the system has no such thing; there a killed supervisor leaves its programs running.
    """
    libc = _LIBC
    if libc is None:
        return None

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
