"""What axe-core finds in a page as it is now, of WCAG 2.2 at the levels A and AA.

assert await barriers(page) == []
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.async_api import Frame, Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
FIND = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"], iframes: false });
  const said = ({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`);
  return violations.flatMap(said);
}"""
SETTLED = """() => {
  const ends = (animation) => animation.effect.getTiming().iterations !== Infinity;
  return Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
}"""


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


async def barriers(page: Page | Frame) -> list[str]:
    """Each as rule, element and what would mend it; colours are looked at when they have stopped to change."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(axe())
    await page.evaluate(SETTLED)
    found: list[str] = await page.evaluate(FIND)
    return found
