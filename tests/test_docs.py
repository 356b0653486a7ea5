"""The papers say what is there: every setting, command, package and link."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parent.parent
PAPERS = [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md"))]
VARIABLE = re.compile(r'"(TRANSOM_[A-Z0-9_]+|DATABASE_URL)"')
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def read(name: str) -> str:
    return (PROJECT / name).read_text()


def variables() -> set[str]:
    sources = [read("webapp/settings.py"), read("webapp/server.py")]
    return {name for source in sources for name in VARIABLE.findall(source)}


def test_every_variable_has_its_row_and_every_row_a_variable() -> None:
    rows = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", read("docs/deployment.md"), re.MULTILINE))
    assert rows == variables()


def test_readme_names_only_variables_that_exist() -> None:
    rows = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", read("README.md"), re.MULTILINE))
    assert rows - variables() == {"PORT", "MEDIA_PORT", "SHARED_PORT", "PYTHON"}


def test_every_command_of_ours_is_described() -> None:
    commands = {path.stem for path in PROJECT.glob("webapp/*/management/commands/[!_]*.py")}
    described = set(re.findall(r"^\| `manage\.py (\w+)` \|", read("docs/deployment.md"), re.MULTILINE))
    assert described == commands


def test_every_package_says_what_it_replaces() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    paper = read("docs/dependencies.md").lower()
    assert [name for one in asked if not re.search(rf"\b{(name := Requirement(one).name.lower())}\b", paper)] == []


def test_every_front_end_package_is_named() -> None:
    names = re.findall(r'"(@?[\w./-]+)": "\d', read("package.json").partition('"dependencies"')[2])
    assert names
    assert [name for name in names if name not in read("docs/dependencies.md")] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_between_papers_lead_somewhere(paper: Path) -> None:
    assert [link for link in LINK.findall(paper.read_text()) if not (paper.parent / link).exists()] == []


def test_every_make_target_that_papers_name_exists_and_is_in_the_help() -> None:
    makefile = read("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for paper in PAPERS for target in re.findall(r"`?make ([a-z-]+)\b`?", code_of(paper.read_text()))}
    assert named - targets == set()
    assert [target for target in targets - {"help"} if f"make {target} " not in makefile] == []


def code_of(text: str) -> str:
    """What stands in backquotes or indented blocks."""
    return "\n".join([*re.findall(r"`[^`]+`", text), *re.findall(r"^    .*$", text, re.MULTILINE)])


def test_every_room_is_in_the_architecture() -> None:
    rooms = {path.parent.name for path in PROJECT.glob("webapp/*/apps.py")}
    described = set(re.findall(r"^\| `(\w+)` \|", read("docs/architecture.md"), re.MULTILINE))
    assert rooms | {"privacy"} == described


def test_tests_that_the_architecture_names_exist() -> None:
    named = re.findall(r"`(tests/[\w./]+)`", read("docs/architecture.md"))
    assert named
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_changelog_has_the_present_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"\n## {version}" in read("CHANGELOG.md")
    assert f'VERSION = "{version}"' in read("webapp/settings.py")


def test_every_reason_why_nothing_was_copied_says_what_to_do() -> None:
    rooms = ("connection", "transfer", "fetch", "resolve", "signature", "dimensions", "avif_extent", "journey")
    files = [PROJECT / f"webapp/courier/{name}.py" for name in rooms]
    files.append(PROJECT / "webapp/promotions/actions/copies.py")
    said = {one for file in files for one in sentences(file)} - {"A part is opened before the first connection."}
    assert len(said) > 50
    paper = " ".join(read("docs/promotion.md").split())
    assert sorted(one for one in said if one not in paper) == []


def sentences(file: Path) -> Iterator[str]:
    """The sentences that a module tells people, with … for what is put in."""
    tree = ast.parse(file.read_text())
    nodes = list(ast.walk(tree))
    silent = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    silent |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = re.sub(r"\{\w+\}", "…", node.value)
        else:
            continue
        if re.match(r"[A-Z…].* .*[.?]$", text):
            yield text


def test_every_state_is_in_the_paper() -> None:
    from webapp.promotions.states import ItemState, State

    rows = set(re.findall(r"^\| ([a-z, ]+) \|", read("docs/promotion.md"), re.MULTILINE))
    assert {str(state.label) for state in [*State, *ItemState]} - rows == set()
