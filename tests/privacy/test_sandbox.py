"""The kernel lock, tried in processes of its own: it cannot be undone, so no test locks the test run."""

from __future__ import annotations

import ctypes
import json
import platform
import shutil
import socket
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from webapp.privacy import sandbox

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in sandbox.ARCHITECTURES,
    reason="the kernel lock exists on Linux for x86_64 and aarch64",
)

# What each script may use: `report(name, action)` runs an action and records how it ended.
PRELUDE = """
import json, socket, sys
from webapp.privacy import sandbox
ended = {}
def report(name, action):
    try:
        ended[name] = str(action())
    except (OSError, SystemExit) as error:
        ended[name] = f"{type(error).__name__}: {error}"
def finish():
    print(json.dumps(ended))
"""
REFUSED = "PermissionError: [Errno 1] Operation not permitted"


def run(script: str, *arguments: str) -> dict[str, Any]:
    """What a script's reports found, after its end."""
    source = PRELUDE + textwrap.dedent(script) + "\nfinish()\n"
    command = [sys.executable, "-c", source, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.fixture
def canary() -> Any:
    """A server that nobody may reach; `port` is its own, and `accept` without waiting tells whether somebody did."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def port_of(server: socket.socket) -> str:
    return str(server.getsockname()[1])


def assert_nobody_came(server: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        server.accept()


def test_canary_is_reached_without_the_lock(canary: socket.socket) -> None:
    run("report('connect', lambda: socket.create_connection(('127.0.0.1', int(sys.argv[1]))).close())", port_of(canary))
    canary.accept()[0].close()


def test_python_sockets_are_refused(canary: socket.socket) -> None:
    found = run(
        """
        address = ("127.0.0.1", int(sys.argv[1]))
        sandbox.lock_egress()
        report("tcp", lambda: socket.create_connection(address))
        report("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", address))
        report("tcp6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
        report("udp6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
        report("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
        report("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
        report("vsock", lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
        report("listen", lambda: socket.create_server(("127.0.0.1", 0)))
        """,
        port_of(canary),
    )
    assert found == dict.fromkeys(["tcp", "udp", "tcp6", "udp6", "raw", "packet", "vsock", "listen"], REFUSED)
    assert_nobody_came(canary)


def test_names_are_not_resolved() -> None:
    found = run(
        """
        sandbox.lock_egress()
        report("resolve", lambda: socket.getaddrinfo("media.example", 443))
        """
    )
    assert found["resolve"].startswith("gaierror")


def test_threads_started_before_the_lock_are_locked(canary: socket.socket) -> None:
    found = run(
        """
        import threading
        go = threading.Event()
        def wait_and_try(name):
            go.wait()
            report(name, lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
        threads = [threading.Thread(target=wait_and_try, args=(f"thread {i}",)) for i in range(4)]
        for thread in threads: thread.start()
        sandbox.lock_egress()
        go.set()
        for thread in threads: thread.join()
        """,
        port_of(canary),
    )
    assert found == {f"thread {i}": REFUSED for i in range(4)}
    assert_nobody_came(canary)


def test_child_processes_are_locked(canary: socket.socket) -> None:
    found = run(
        """
        import os, subprocess
        url = f"http://127.0.0.1:{sys.argv[1]}/"
        reading = f"import urllib.request; urllib.request.urlopen({url!r})"
        sandbox.lock_egress()
        report("python", lambda: subprocess.run([sys.executable, "-c", reading], capture_output=True).returncode)
        report("shell", lambda: os.system(f"{sys.executable} -c \\"{reading}\\" 2>/dev/null"))
        """,
        port_of(canary),
    )
    assert found["python"] == "1"
    assert found["shell"] != "0"
    assert_nobody_came(canary)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl_is_locked(canary: socket.socket) -> None:
    found = run(
        """
        import subprocess
        command = ["curl", "-sS", f"http://127.0.0.1:{sys.argv[1]}/"]
        sandbox.lock_egress()
        report("curl", lambda: subprocess.run(command, capture_output=True).returncode)
        """,
        port_of(canary),
    )
    assert found == {"curl": "7"}
    assert_nobody_came(canary)


def test_system_calls_past_python_are_refused() -> None:
    found = run(
        """
        import ctypes, errno, platform
        libc = ctypes.CDLL(None, use_errno=True)
        def errno_of(result):
            return errno.errorcode[ctypes.get_errno()] if result == -1 else f"allowed: {result}"
        sandbox.lock_egress()
        report("libc", lambda: errno_of(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)))
        report("flags", lambda: errno_of(libc.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, 0)))
        number = sandbox.ARCHITECTURES[platform.machine()].socket_call
        report("syscall", lambda: errno_of(libc.syscall(number, socket.AF_INET, socket.SOCK_STREAM, 0)))
        report("high bits", lambda: errno_of(libc.syscall(number, ctypes.c_long(0x100000000 + socket.AF_INET), 1, 0)))
        report("io_uring", lambda: errno_of(libc.syscall(425, 8, ctypes.create_string_buffer(120))))
        """
    )
    assert found == dict.fromkeys(["libc", "flags", "syscall", "high bits", "io_uring"], "EPERM")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86_64 has a second system call table")
def test_x32_system_calls_are_refused() -> None:
    found = run(
        """
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        sandbox.lock_egress()
        result = libc.syscall(0x40000000 + 41, socket.AF_INET, socket.SOCK_STREAM, 0)
        report("x32", lambda: errno.errorcode[ctypes.get_errno()] if result == -1 else "allowed")
        """
    )
    assert found == {"x32": "EPERM"}


def test_local_sockets_work() -> None:
    found = run(
        """
        import os, tempfile
        sandbox.lock_egress()
        path = os.path.join(tempfile.mkdtemp(), "socket")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
        accepted, _ = server.accept()
        client.sendall(b"hello")
        report("unix", lambda: accepted.recv(5))
        report("pair", lambda: socket.socketpair()[0].getsockname())
        report("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close())
        """
    )
    assert found == {"unix": "b'hello'", "pair": "", "netlink": "None"}


SERVER = """
import socket, sys
from webapp.privacy import sandbox
server = socket.socket(fileno=int(sys.argv[1]))
sandbox.lock_egress()
print("ready", flush=True)
connection, _ = server.accept()
connection.sendall(connection.recv(5).upper())
"""


def test_listening_socket_of_the_parent_still_serves() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", SERVER, str(server.fileno())]
        with subprocess.Popen(command, pass_fds=[server.fileno()], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            with socket.create_connection(server.getsockname(), timeout=10) as client:
                client.sendall(b"hello")
                assert client.recv(5) == b"HELLO"
    assert process.returncode == 0


def has_landlock() -> bool:
    """Whether the kernel can forbid TCP connections (Landlock's fourth version)."""
    libc = ctypes.CDLL(None)
    return bool(libc.syscall(ctypes.c_long(444), None, ctypes.c_long(0), ctypes.c_long(1)) >= 4)


@pytest.mark.skipif(sys.platform == "linux" and not has_landlock(), reason="this kernel has no Landlock for TCP")
@pytest.mark.parametrize("kind", ["accepted", "listening"])
def test_open_socket_cannot_be_turned_around(canary: socket.socket, kind: str) -> None:
    found = run(
        """
        import ctypes, struct
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname())
        turned = {"accepted": server.accept()[0], "listening": server}[sys.argv[2]]
        sandbox.lock_egress()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.connect(turned.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16)
        address = struct.pack("=H", socket.AF_INET) + struct.pack(">H4s8x", int(sys.argv[1]), bytes([127, 0, 0, 1]))
        report("connect", lambda: libc.connect(turned.fileno(), address, 16))
        """,
        port_of(canary),
        kind,
    )
    assert found == {"connect": "-1"}
    assert_nobody_came(canary)


def test_files_can_still_be_moved_and_linked() -> None:
    found = run(
        """
        import os, tempfile
        from pathlib import Path
        sandbox.lock_egress()
        folder = Path(tempfile.mkdtemp())
        (folder / "incoming").mkdir()
        (folder / "store").mkdir()
        (folder / "incoming" / "part").write_text("x")
        report("move", lambda: os.rename(folder / "incoming" / "part", folder / "store" / "whole"))
        report("link", lambda: os.link(folder / "store" / "whole", folder / "incoming" / "again"))
        """
    )
    assert found == {"move": "None", "link": "None"}


def test_proof_says_no_when_nothing_is_locked() -> None:
    found = run(
        """
        report("refused", lambda: [attempt.refused for attempt in sandbox.prove_no_egress()][:2])
        report("outcome", lambda: sandbox.prove_no_egress()[0].outcome)
        report("state", lambda: sandbox.egress_state())
        """
    )
    assert found["refused"] == "[False, False]"
    assert found["outcome"].startswith("a socket was made")
    assert "locked=False, how='open'" in found["state"]


def test_locked_process_says_so() -> None:
    found = run(
        """
        report("enforced", lambda: sandbox.enforce("required", database_is_local=True))
        report("state", lambda: sandbox.egress_state())
        report("proof", lambda: {attempt.refused for attempt in sandbox.prove_no_egress()})
        """
    )
    assert "locked=True, how='none (seccomp)'" in found["state"]
    assert found["enforced"] == found["state"]
    assert found["proof"] == "{True}"


def test_auto_locks_where_it_can() -> None:
    assert "locked=True" in run("report('auto', lambda: sandbox.enforce('auto', database_is_local=True))")["auto"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("'auto', database_is_local=False", "the database is reached over TCP"),
        ("'auto', database_is_local=True, system='darwin'", "exists on Linux only, and this is darwin"),
        ("'off', database_is_local=True", "switched off by the settings"),
    ],
)
def test_open_process_says_why(arguments: str, why: str) -> None:
    found = run(
        f"""
        report("enforced", lambda: sandbox.enforce({arguments}))
        report("state", lambda: sandbox.egress_state())
        """
    )
    assert "locked=False, how='open'" in found["state"]
    assert why in found["state"]
    assert found["enforced"] == found["state"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("'required', database_is_local=False", "the database is reached over TCP"),
        ("'required', database_is_local=True, system='darwin'", "exists on Linux only"),
    ],
)
def test_required_lock_that_cannot_be_made_ends_the_process(arguments: str, why: str) -> None:
    found = run(f"report('enforced', lambda: sandbox.enforce({arguments}))")
    assert found["enforced"].startswith("SystemExit: The egress lock is required and cannot be made: ")
    assert why in found["enforced"]


# A kernel that refuses filters, made by a filter that refuses seccomp(2): load the number, compare, refuse or allow.
NO_SECCOMP = """
import ctypes, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
number = sandbox.ARCHITECTURES[platform.machine()].seccomp_call
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
libc.prctl(38, 1, 0, 0, 0)
assert libc.prctl(22, 2, struct.pack("@HP", len(steps), ctypes.addressof(program))) == 0
"""


def test_kernel_that_refuses_the_filter_ends_a_process_that_requires_it() -> None:
    found = run(NO_SECCOMP + "report('enforced', lambda: sandbox.enforce('required', database_is_local=True))")
    assert found["enforced"] == (
        "SystemExit: The egress lock is required and cannot be made:"
        " the kernel refused the filter: Operation not permitted."
    )


def test_kernel_that_refuses_the_filter_leaves_auto_open_with_the_reason() -> None:
    found = run(NO_SECCOMP + "report('enforced', lambda: sandbox.enforce('auto', database_is_local=True))")
    assert "locked=False" in found["enforced"]
    assert "the kernel refused the filter: Operation not permitted." in found["enforced"]


def test_locking_twice_is_harmless() -> None:
    found = run(
        """
        sandbox.lock_egress()
        report("again", lambda: sandbox.enforce("required", database_is_local=True))
        """
    )
    assert "locked=True" in found["again"]
