"""Which process holds the other end of a loopback connection, by Linux's /proc."""

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Owner:
    """The process, its command line, and `line`: itself, its parent, and so on upwards."""

    pid: int
    command: str
    line: tuple[int, ...]


def find_owner(peer_port: int, server_port: int) -> Owner | None:
    """The process that connected from `peer_port` to `server_port`; None where it cannot be told."""
    inode = _inode(peer_port, server_port)
    if inode is None:
        return None
    wanted = f"socket:[{inode}]"
    for process in PROC.iterdir():
        if process.name.isdigit() and _holds(process, wanted):
            return Owner(int(process.name), _command(process), _line(int(process.name)))
    return None


def _inode(peer_port: int, server_port: int) -> str | None:
    for table in ("tcp", "tcp6"):
        try:
            rows = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[1].endswith(f":{peer_port:04X}") and fields[2].endswith(f":{server_port:04X}"):
                return fields[9]
    return None


def _holds(process: Path, wanted: str) -> bool:
    try:
        entries = list((process / "fd").iterdir())
    except OSError:
        return False
    return any(_target(entry) == wanted for entry in entries)


def _target(entry: Path) -> str:
    """What a descriptor is of; empty when it was closed meanwhile, as a busy process does all the time."""
    try:
        return str(entry.readlink())
    except OSError:
        return ""


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _line(pid: int) -> tuple[int, ...]:
    line = []
    while pid > 0:
        line.append(pid)
        try:
            # The command name may hold spaces and parentheses; what follows the last one is regular.
            pid = int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
    return tuple(line)
