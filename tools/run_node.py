"""Run Node on machines with and without one: `python tools/run_node.py --test "tests/js/*.test.js"`.

The system's Node when it is new enough, else the one from the wheel that install_frontend.py uses.
"""

import subprocess
import sys

from install_frontend import PROJECT, CannotInstall, node_command


def main() -> int:
    words = [word for argument in sys.argv[1:] for word in expanded(argument)]
    try:
        return subprocess.run([node_command(), *words], cwd=PROJECT, check=False).returncode
    except CannotInstall as refusal:
        print(refusal, file=sys.stderr)
        return 1


def expanded(argument: str) -> list[str]:
    """The files a pattern names: Node 20 takes no patterns, and newer ones take no folder after --test."""
    found = [str(path) for path in PROJECT.glob(argument)] if "*" in argument else []
    return sorted(found) or [argument]


if __name__ == "__main__":
    sys.exit(main())
