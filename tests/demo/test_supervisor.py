"""The supervisor with real processes: what ends is started again, and a stop leaves nobody behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

PROJECT = Path(__file__).resolve().parents[2]
LIMIT_S = 40

# Each program notes its pid, a line per start, and then behaves as its name says.
PROGRAMS = {
    "steady": "import time\nwhile True: time.sleep(0.1)",
    "stubborn": "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(0.1)",
    "parent": (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "note(child.pid)\n"
        "while True: time.sleep(0.1)"
    ),
    "broken": "raise SystemExit(3)",
}
NOTE = "import os, sys\ndef note(pid): open(sys.argv[1], 'a').write(f'{pid}\\n')\nnote(os.getpid())\n"
MAIN = """
import sys
from pathlib import Path
from webapp.demo.supervisor import Program, Supervisor
folder, grace_s, *names = sys.argv[1:]
programs = [
    Program(name, (sys.executable, "-c", Path(folder, f"{name}.py").read_text(), str(Path(folder, f"{name}.pids"))))
    for name in names
]
say = lambda sentence: print(sentence, flush=True)
raise SystemExit(Supervisor(programs, folder=Path(folder), say=say, grace_s=float(grace_s)).run())
"""


class Running:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, *names: str, grace_s: float = 1.0) -> None:
        self.folder = folder
        for name in names:
            (folder / f"{name}.py").write_text(NOTE + PROGRAMS[name])
        words = [sys.executable, "-c", MAIN, str(folder), str(grace_s), *names]
        self.process = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True)

    def pids(self, name: str) -> list[int]:
        path = self.folder / f"{name}.pids"
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []

    def all_pids(self) -> list[int]:
        return [pid for path in self.folder.glob("*.pids") for pid in self.pids(path.stem)]

    def wait(self) -> tuple[int, str]:
        """The exit code and everything said."""
        said, _ = self.process.communicate(timeout=LIMIT_S)
        return self.process.returncode, said


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(*names: str, grace_s: float = 1.0) -> Running:
        started.append(Running(tmp_path, *names, grace_s=grace_s))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        # First the programs: they hold the pipe that is read to its end.
        for pid in one.all_pids():
            if psutil.pid_exists(pid):
                psutil.Process(pid).kill()
        one.process.communicate()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_killed_program_is_started_again_and_the_others_stay(start: Callable[..., Running]) -> None:
    running = start("steady", "parent")
    until(lambda: running.pids("steady") and len(running.pids("parent")) == 2)
    os.kill(running.pids("steady")[0], signal.SIGKILL)
    until(lambda: len(running.pids("steady")) == 2)
    running.process.terminate()
    code, said = running.wait()
    assert (code, said.splitlines()) == (0, ["steady ended (signal SIGKILL); starting it again in 0.25 s."])
    assert len(running.pids("parent")) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stop_ends_every_process_even_stubborn_ones(start: Callable[..., Running], number: signal.Signals) -> None:
    running = start("steady", "stubborn", "parent")
    until(lambda: len(running.all_pids()) == 4)
    before = time.monotonic()
    running.process.send_signal(number)
    assert running.wait()[0] == 0
    assert time.monotonic() - before < 10
    assert [pid for pid in running.all_pids() if is_alive(pid)] == []


def test_second_signal_waits_no_longer(start: Callable[..., Running]) -> None:
    running = start("stubborn", grace_s=60)
    until(lambda: running.pids("stubborn"))
    running.process.terminate()
    time.sleep(0.5)
    assert running.process.poll() is None
    running.process.terminate()
    assert running.wait()[0] == 0
    assert not is_alive(running.pids("stubborn")[0])


def test_what_a_killed_program_leaves_behind_is_ended_before_its_restart(start: Callable[..., Running]) -> None:
    running = start("parent")
    until(lambda: len(running.pids("parent")) == 2)
    parent, child = running.pids("parent")
    os.kill(parent, signal.SIGKILL)
    until(lambda: len(running.pids("parent")) == 4)
    assert not is_alive(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_programs_end_when_the_supervisor_is_killed(start: Callable[..., Running]) -> None:
    running = start("steady")
    until(lambda: running.pids("steady"))
    running.process.kill()
    until(lambda: not is_alive(running.pids("steady")[0]))


def test_program_that_cannot_start_ends_everything_with_a_sentence(start: Callable[..., Running]) -> None:
    running = start("broken", "steady")
    code, said = running.wait()
    assert code == 1
    assert said.splitlines()[0] == "broken ended (exit code 3); starting it again in 0.25 s."
    assert said.splitlines()[-1] == "broken ended 5 times at once; giving up. Its reason is above."
    assert not any(is_alive(pid) for pid in running.all_pids())
