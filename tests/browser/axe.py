"""What axe-core finds against a page: anything in the light theme, and in the dark one what another color can change.

A theme is a color of each token and nothing else, so that no page is made twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js").read_text()
COLORS = ["color-contrast", "link-in-text-block"]
# With our policy: axe tries styles on elements of its own, and reads sheets that the policy keeps from it.
TRIES = r"Applying inline style violates|Couldn't load preload assets"
FIND = """async (options) => {
  const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
  return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 160))]);
}"""


def violations(page: Page, *, rules: dict[str, Any] | None = None) -> list[Any]:
    """The rules that the page breaks as it stands, with the first elements of each; `rules` are axe's own word."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(FIND, {"rules": rules or {}})
    # Without motion a color is there at once.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += page.evaluate(FIND, {"runOnly": {"type": "rule", "values": COLORS}})
    page.emulate_media(color_scheme="light")
    # And back again, before motion is: a slow browser would still be on its way when the next look begins.
    page.evaluate("getComputedStyle(document.body).color")
    page.emulate_media(reduced_motion="no-preference")
    return list(found)
