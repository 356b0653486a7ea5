"""The kernel lock: after `lock_egress` this process, its threads and its children can open no network socket.

A seccomp filter lets `socket()` make local sockets only (AF_UNIX, and AF_NETLINK, which reaches the kernel alone)
and refuses io_uring and foreign system call tables, which would go around it. Sockets opened before keep working:
that is how a locked server still answers. Where the kernel has Landlock, such a socket cannot be turned around
to connect elsewhere either. What the lock does not cover is in docs/threat-model.md.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from dataclasses import dataclass
from enum import StrEnum

LOCKED = "none (seccomp)"
OPEN = "open"
CONNECT_TIMEOUT_S = 1.0
DISCARD_PORT = 9

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_LOAD_WORD, _IS_EQUAL, _IS_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 4, 16
_X32_BIT = 0x40000000
_IO_URING_CALLS = (425, 426, 427)
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_LANDLOCK_CONNECT_TCP = 2
_AF_NETLINK = 16  # the socket module names it on Linux only
# The last is what a kernel or a systemd unit without the address family answers.
_SOCKET_FORBIDDEN = (errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT)


class EgressLock(StrEnum):
    """What the operator asked for."""

    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


class EgressLockFailed(RuntimeError):
    """The kernel lock could not be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The numbers that differ between processors: audit name, `socket` and `seccomp` calls."""

    audit: int
    socket_call: int
    seccomp_call: int


ARCHITECTURES = {
    "x86_64": Architecture(audit=0xC000003E, socket_call=41, seccomp_call=317),
    "aarch64": Architecture(audit=0xC00000B7, socket_call=198, seccomp_call=277),
}


@dataclass(frozen=True, slots=True)
class EgressState:
    """Whether this process can reach the network: `how` for machines, `why` a sentence for people."""

    locked: bool
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One real try to leave the process; `refused` only when the kernel forbade the socket itself."""

    route: str
    refused: bool
    outcome: str


_reason_for_open = "This process has not locked its egress."


def enforce(setting: str, *, database_is_local: bool, system: str = sys.platform) -> EgressState:
    """Lock and prove, as the setting asks, before the process serves anything.

    `auto` locks on Linux unless the database is reached over TCP, and otherwise stays open with the reason;
    `required` raises SystemExit with a sentence when there is no lock; `off` does nothing.
    Whatever the setting, a lock that was made and does not hold raises SystemExit.
    """
    global _reason_for_open
    if setting == EgressLock.OFF:
        _reason_for_open = "The egress lock is switched off by the settings."
        return egress_state()
    obstacle = _obstacle(system=system, database_is_local=database_is_local) or _lock_or_obstacle()
    if obstacle is None:
        _demand_proof()
    elif setting == EgressLock.AUTO:
        _reason_for_open = f"The egress lock was not made: {obstacle}"
    else:
        raise SystemExit(f"The egress lock is required and cannot be made: {obstacle}")
    return egress_state()


def egress_state() -> EgressState:
    """Return the truth of this moment, by trying."""
    if all(attempt.refused for attempt in prove_no_egress()):
        return EgressState(locked=True, how=LOCKED, why="The kernel refuses this process every network socket.")
    return EgressState(locked=False, how=OPEN, why=_reason_for_open)


def prove_no_egress() -> tuple[Attempt, ...]:
    """Try to leave by TCP, UDP and IPv6, to closed ports of this machine, and return what happened each time."""
    return (
        _attempt("TCP", socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1"),
        _attempt("UDP", socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
        _attempt("TCP over IPv6", socket.AF_INET6, socket.SOCK_STREAM, "::1"),
    )


def lock_egress() -> None:
    """Install the filter on all threads of this process, for good; raises EgressLockFailed."""
    architecture = ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise EgressLockFailed(f"there is no filter for the processor {platform.machine()}.")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise EgressLockFailed(f"the kernel refused no-new-privileges: {os.strerror(ctypes.get_errno())}.")
    instructions = _filter(architecture)
    program = ctypes.create_string_buffer(instructions, len(instructions))
    # struct sock_fprog: a count, padding to the size of a pointer, a pointer.
    header = ctypes.create_string_buffer(struct.pack("@HP", len(instructions) // 8, ctypes.addressof(program)))
    result = libc.syscall(
        ctypes.c_long(architecture.seccomp_call),
        ctypes.c_long(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_long(_SECCOMP_FILTER_FLAG_TSYNC),
        header,
    )
    if result > 0:
        raise EgressLockFailed(f"thread {result} already has a filter of its own.")
    if result < 0:
        raise EgressLockFailed(f"the kernel refused the filter: {os.strerror(ctypes.get_errno())}.")
    _forbid_tcp_connect(libc)


def _forbid_tcp_connect(libc: ctypes.CDLL) -> None:
    """Forbid connecting by TCP to this thread and what it starts, where the kernel can (Linux 6.7 with Landlock).

    Connecting an accepted or listening socket to AF_UNSPEC frees it to connect anywhere (tried on Linux 6.18), and
    a seccomp filter cannot see addresses.
    """
    attributes = struct.pack("=QQ", 0, _LANDLOCK_CONNECT_TCP)
    size = ctypes.c_long(len(attributes))
    ruleset = libc.syscall(ctypes.c_long(_LANDLOCK_CREATE_RULESET), attributes, size, ctypes.c_long(0))
    if ruleset >= 0:
        libc.syscall(ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_long(ruleset), ctypes.c_long(0))
        os.close(ruleset)


def _filter(architecture: Architecture) -> bytes:
    """Return the BPF program; a step is a code, a value, and for comparisons where to go if true and if false."""
    steps = (
        (_LOAD_WORD, _ARCHITECTURE_OFFSET, "next", "next"),
        (_IS_EQUAL, architecture.audit, "next", "refuse"),
        (_LOAD_WORD, _NUMBER_OFFSET, "next", "next"),
        (_IS_AT_LEAST, _X32_BIT, "refuse", "next"),
        *((_IS_EQUAL, call, "refuse", "next") for call in _IO_URING_CALLS),
        (_IS_EQUAL, architecture.socket_call, "next", "allow"),
        (_LOAD_WORD, _FIRST_ARGUMENT_OFFSET, "next", "next"),
        (_IS_EQUAL, socket.AF_UNIX, "allow", "next"),
        (_IS_EQUAL, _AF_NETLINK, "allow", "refuse"),
    )

    def skip(here: int, target: str) -> int:
        # The program ends with two returns, refuse and allow; a jump is the number of steps to skip.
        to_refuse = len(steps) - here - 1
        return {"next": 0, "refuse": to_refuse, "allow": to_refuse + 1}[target]

    body = [
        struct.pack("=HBBI", code, skip(here, if_true), skip(here, if_false), value)
        for here, (code, value, if_true, if_false) in enumerate(steps)
    ]
    returns = [struct.pack("=HBBI", _RETURN, 0, 0, verdict) for verdict in (_REFUSE, _ALLOW)]
    return b"".join(body + returns)


def _obstacle(*, system: str, database_is_local: bool) -> str | None:
    if system != "linux":
        return f"the kernel lock exists on Linux only, and this is {system}."
    if not database_is_local:
        return "the database is reached over TCP; with a unix socket the lock is possible."
    return None


def _lock_or_obstacle() -> str | None:
    try:
        lock_egress()
    except EgressLockFailed as failed:
        return str(failed)
    return None


def _demand_proof() -> None:
    if reached := [attempt for attempt in prove_no_egress() if not attempt.refused]:
        found = "; ".join(f"{attempt.route}: {attempt.outcome}" for attempt in reached)
        raise SystemExit(f"The egress lock was made and does not hold ({found}). Nothing is served.")


def _attempt(route: str, family: int, kind: int, address: str) -> Attempt:
    try:
        probe = socket.socket(family, kind)
    except OSError as error:
        return Attempt(route, refused=error.errno in _SOCKET_FORBIDDEN, outcome=f"no socket: {error.strerror}")
    with probe:
        probe.settimeout(CONNECT_TIMEOUT_S)
        try:
            probe.connect((address, DISCARD_PORT))
            probe.send(b"")
        except OSError as error:
            return Attempt(route, refused=False, outcome=f"a socket was made; connecting: {error.strerror or error}")
    return Attempt(route, refused=False, outcome="a socket was made and connected")
