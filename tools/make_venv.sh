#!/bin/sh
# Make .venv with the first Python of this machine that is new enough. Everything else is done by Python.
set -eu
cd "$(dirname "$0")/.."

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Whoever names a Python wants that one or none.
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
        rm -rf .venv
        if ! "$name" -m venv .venv; then
            rm -rf .venv
            echo "$name cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
            exit 1
        fi
        exit 0
    fi
done
echo "Transom needs Python 3.11 or newer, and ${PYTHON:-python3} is not. Install one, or say PYTHON=/path/to/it." >&2
exit 1
