"""Templates are markup only: no script or style of their own, nothing marked safe, one documented context each."""

import ast
import importlib
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (PROJECT / "templates").rglob("*.html") if "django" not in path.parts)
PAGES = [path for path in TEMPLATES if path.parent.name in ("pages", "errors")]
DJANGOS = sorted((PROJECT / "templates" / "django").rglob("*.html"))
MODULES = sorted((PROJECT / "webapp" / "pages").glob("*.py"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_holds_no_script_style_or_excuse(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", text)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert 'type="application/json"' in script or ('nonce="{{ nonce }}"' in script and "src=" in script)


@pytest.mark.parametrize("template", DJANGOS, ids=lambda path: path.stem)
def test_a_template_of_the_administration_holds_none_either(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape off|<style|\sstyle=|\son\w+=|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert 'nonce="{{ request.csp_nonce }}"' in script
        assert "src=" in script


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.stem)
def test_a_page_names_the_context_it_receives(template: Path) -> None:
    named = re.match(r"\{#- Context: ([\w.]+)\.(\w+) -#\}", template.read_text())
    assert named is not None
    context = getattr(importlib.import_module(named[1]), named[2])
    assert context.template == f"{template.parent.name}/{template.name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_field_of_every_context_is_documented(module: Path) -> None:
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(one) for one in node.decorator_list):
            assert ast.get_docstring(node), node.name
            for field, after in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and "ClassVar" not in ast.unparse(field.annotation):
                    is_documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                    assert is_documented, f"{node.name}.{ast.unparse(field.target)} has no sentence"
