"""The stylesheets keep to their rules: colors are tokens, nothing is forced, and what is text can be read."""

import math
import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
SHEETS = sorted(CSS.rglob("*.css"))
COLOR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|:\s*(?:black|white)\b", re.I)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
OKLCH = re.compile(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)")
TEXT_RATIO, MARK_RATIO = 4.5, 3.0

TEXTS = ("text", "text-secondary", "accent", "danger", "warning", "success")
SURFACES = ("surface-0", "surface-1", "surface-2")
TEXT_PAIRS = [
    *[(text, surface) for text in TEXTS for surface in SURFACES],
    ("text", "surface-3"),
    ("text-secondary", "surface-3"),
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-hover"),
    *[("text", f"{kind}-wash") for kind in ("danger", "warning", "success", "accent")],
]


def rules(sheet: Path) -> str:
    return COMMENT.sub("", sheet.read_text())


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_keeps_to_the_rules(sheet: Path) -> None:
    text = rules(sheet)
    assert "!important" not in text
    if sheet.name != "tokens.css":
        assert COLOR.findall(text) == []
    for selectors in re.findall(r"([^{};@]+)\{", text):
        for selector in selectors.split(","):
            parts = re.sub(r"\([^()]*\)|\[[^\]]*\]", "", selector)
            assert "#" not in parts, f"an id in {selector.strip()!r}"
            steps = [step for step in re.split(r"[\s>+~]+", parts.strip()) if step]
            assert len(steps) <= 2, f"{selector.strip()!r} is more than two deep"


def test_every_sheet_is_in_a_declared_layer() -> None:
    app = rules(CSS / "app.css")
    assert "@layer reset, base, layout, components, utilities;" in app
    imported = re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\);', app)
    assert {name for name, _ in imported} == {str(sheet.relative_to(CSS)) for sheet in SHEETS} - {"app.css"}
    assert {layer for _, layer in imported} <= {"reset", "base", "layout", "components", "utilities"}


def test_every_variable_is_a_token() -> None:
    known = set(re.findall(r"(--[\w-]+):", rules(CSS / "tokens.css")))
    for sheet in SHEETS:
        assert set(re.findall(r"var\((--[\w-]+)", rules(sheet))) <= known, sheet.name


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """The relative luminance of an OKLCH color, by way of linear sRGB (CSS Color 4, section 10)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colors(name: str) -> list[float]:
    """The luminances of a token by day and by night."""
    found = re.search(rf"--{name}: (.*?);", rules(CSS / "tokens.css"))
    assert found is not None, name
    parts = [luminance(*map(float, one)) for one in OKLCH.findall(found[1])]
    return parts if len(parts) == 2 else parts * 2


def ratios(one: str, other: str) -> list[float]:
    pairs = (sorted(pair) for pair in zip(colors(one), colors(other), strict=True))
    return [(light + 0.05) / (dark + 0.05) for dark, light in pairs]


@pytest.mark.parametrize(("text", "surface"), TEXT_PAIRS)
def test_text_can_be_read_by_day_and_by_night(text: str, surface: str) -> None:
    assert min(ratios(text, surface)) >= TEXT_RATIO


@pytest.mark.parametrize("surface", ["surface-0", "surface-1"])
def test_the_edge_of_a_field_can_be_seen(surface: str) -> None:
    assert min(ratios("line-strong", surface)) >= MARK_RATIO


@pytest.mark.parametrize("text", ["text", "text-secondary", "accent", "danger"])
def test_what_stands_on_the_stage_can_be_read_in_either_theme(text: str) -> None:
    # The stage is dark by color-scheme in both themes, so it takes the night's half of every token.
    dark, light = sorted((colors("stage")[1], colors(text)[1]))
    assert (light + 0.05) / (dark + 0.05) >= TEXT_RATIO
