"""The script modules a page needs, named in its head: a browser that knows them all fetches them at once.

Without this each module is found only when the one that imports it has come, and a page waits as many round trips as
its imports are deep.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath

from django.conf import settings

# The static imports of a module, as this project writes them; `import()` is for what a page may never need.
IMPORT = re.compile(r'^(?:import|export)\b[^;"\']*["\'](\.[^"\']+)["\'];', re.MULTILINE)


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """The modules that `entry` imports, directly or not, in the order in which they are found.

    `entry` and the answers are paths below the static folder, as `js/pages/scene.js`.
    """
    found: dict[str, None] = {}
    waiting = [PurePosixPath(entry)]
    while waiting:
        module = waiting.pop(0)
        for name in IMPORT.findall((settings.BASE_DIR / "static" / module).read_text()):
            imported = Path(settings.BASE_DIR / "static" / module.parent / name).resolve()
            path = imported.relative_to((settings.BASE_DIR / "static").resolve()).as_posix()
            if path not in found and path != entry:
                found[path] = None
                waiting.append(PurePosixPath(path))
    return tuple(found)
