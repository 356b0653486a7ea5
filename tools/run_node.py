"""Run Node on machines with and without one: `python tools/run_node.py --test tests/js`.

The system's Node when it is new enough, else the one from the wheel that install_frontend.py uses.
"""

import subprocess
import sys

from install_frontend import PROJECT, CannotInstall, node_command


def main() -> int:
    try:
        return subprocess.run([node_command(), *sys.argv[1:]], cwd=PROJECT, check=False).returncode
    except CannotInstall as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
