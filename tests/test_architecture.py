"""Rules of the house that no other tool holds. Import directions are import-linter's (pyproject.toml)."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
MAX_CODE_LINES = 400
MAX_FUNCTION_LINES = 50
NOT_OURS = {"vendor", "node_modules", "migrations", "__pycache__"}

# Whoever reads rows without naming a viewer answers for it: verbs, jobs, the operator's admin, and two files more.
UNSCOPED = re.compile(
    r"webapp/(privacy/visibility|jobs/lease|promotions/opening|\w+/admin|\w+/job_kinds|\w+/actions(/\w+)?"
    r"|query/columns/upkeep|evidence/targets)\.py"
)
# Where an address leaves its value: into the column, to a program, to a browser.
REVEALING = {
    "webapp/privacy/media_url.py",
    "webapp/privacy/fields.py",
    "webapp/privacy/url_seal.py",
    "webapp/courier/fetch.py",
    "webapp/datasets/rows.py",
    "webapp/evidence/targets.py",
    "webapp/exchange/handing_out.py",
    "webapp/labels/rows.py",
    "webapp/wire/labels_out.py",
    "webapp/wire/rows_out.py",
    "webapp/promotions/admin_preview.py",
    "webapp/pages/cells.py",
    "webapp/pages/mask_files.py",
    "webapp/pages/scenes.py",
}
READING_ENVIRONMENT = {
    "webapp/settings.py",
    "webapp/server.py",
    "webapp/wsgi.py",
    "webapp/demo/supervisor.py",
}
GRAB_BAGS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared", "core"}
EMPTY_ROLES = re.compile(r"(Manager|Service|Handler|Processor|Helper|Util|Utils)$")
# Django's word for what `Model.objects` is.
ROLES_OF_FRAMEWORKS = {"GuardedManager", "UserManager"}
HOLES = re.compile(
    r"\|\s*safe\b|mark_safe|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    r"|unsafe-(inline|eval|hashes)"
)


def files(folder: str, *endings: str) -> Iterator[Path]:
    for path in sorted((PROJECT / folder).rglob("*")):
        if path.suffix in endings and not NOT_OURS & set(path.parts):
            yield path


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


SERVER = list(files("webapp", ".py"))
PYTHON = [*SERVER, *files("tests", ".py"), *files("tools", ".py"), *files("benchmarks", ".py")]
SOURCES = [*PYTHON, *files("static", ".js", ".css"), *files("templates", ".html"), *files("tests", ".js")]


def test_no_file_is_about_more_than_one_thing() -> None:
    assert {name(path): count for path in SOURCES if (count := code_lines(path)) > MAX_CODE_LINES} == {}


def code_lines(path: Path) -> int:
    lines = [line.strip() for line in path.read_text().splitlines()]
    return sum(bool(line) and not line.startswith(("#", "//")) for line in lines)


def test_every_function_fits_a_screen() -> None:
    long = {}
    for path in PYTHON:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long[f"{name(path)} {node.name}"] = lines
    assert long == {}


def test_no_class_is_named_for_an_empty_role() -> None:
    classes = [node.name for path in PYTHON for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [one for one in classes if EMPTY_ROLES.search(one) and one not in ROLES_OF_FRAMEWORKS] == []


def test_no_module_is_a_grab_bag() -> None:
    # base.html, base.css and reset.css are what every page starts from, not bags of code.
    assert [name(path) for path in [*PYTHON, *files("static", ".js")] if path.stem in GRAB_BAGS] == []


def test_every_module_of_the_server_says_what_lives_in_it() -> None:
    silent = [name(path) for path in SERVER if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert [one for one in silent if not one.endswith(("/apps.py", "/__init__.py"))] == []


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (r"\bunscoped\(", UNSCOPED),
        (r"\.reveal\(", re.compile("|".join(map(re.escape, REVEALING)))),
        (r"\bos\.environ|\bos\.getenv", re.compile("|".join(map(re.escape, READING_ENVIRONMENT)))),
        # Whoever could make another table of forbidden addresses could allow them.
        (
            r"\bAddressTable\(|\bNEVER_ALLOWABLE\b|\bLOOPBACK_WHEN_LISTED\b",
            re.compile(r"webapp/courier/(addresses|own_addresses|resolve)\.py"),
        ),
        (r"\b_base_manager\b|\bobjects\.raw\(|\.extra\(", re.compile("none")),
    ],
    ids=["unscoped reads", "revealed addresses", "environment", "tables of addresses", "ways round the managers"],
)
def test_delicate_thing_is_done_only_where_it_was_agreed(pattern: str, allowed: re.Pattern[str]) -> None:
    found = {name(path) for path in SERVER if re.search(pattern, path.read_text())}
    assert {one for one in found if not allowed.fullmatch(one)} == set()


def test_text_is_never_markup_and_the_policy_has_no_holes() -> None:
    ours = [*SERVER, *files("static", ".js"), *files("templates", ".html")]
    found = [name(path) for path in ours if HOLES.search(path.read_text())]
    assert found == []


def test_todo_is_an_issue_and_not_a_comment() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
    assert [name(path) for path in SOURCES if words.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements.txt", ["demo"]),
        ("requirements-s3.txt", ["demo", "s3"]),
        ("requirements-test.txt", ["demo", "s3", "test"]),
    ],
)
def test_lock_holds_every_package_that_is_asked_for_with_hashes_and_no_address(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    text = (PROJECT / lock).read_text()
    locked = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", text, re.MULTILINE))
    for requirement in map(Requirement, asked):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is missing: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked as {version}: make lock"
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(locked)
