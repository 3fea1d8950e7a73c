"""A look at a page for all eyes and ears. With HOTLINE_TEST_PICTURES=DIR the pictures are written there."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "agent_console/web/node_modules/axe-core/axe.min.js"
SIZES = ((1280, 800), (1920, 1080))
"""Of the monitors of those who work here."""
PICTURES = os.environ.get("HOTLINE_TEST_PICTURES", "")


class Viewer:
    """Looks at a page as it stands: what axe-core finds, what sticks out, which names are not unique, a picture.

    Each look is one at every one of the `sizes`; between them the page has the first.
    """

    def __init__(self, page: Page, *sizes: tuple[int, int]) -> None:
        self.page, self.sizes = page, sizes

    async def sees(self, name: str, *controls: str) -> None:
        """`controls`: accessible names of buttons and fields that must be there, each once."""
        for size in self.sizes:
            await self._resize(size)
            await self._sees(f"{name}-{size[0]}x{size[1]}", *controls)
        await self._resize(self.sizes[0])

    async def _resize(self, size: tuple[int, int]) -> None:
        if self.page.viewport_size != {"width": size[0], "height": size[1]}:
            await self.page.set_viewport_size({"width": size[0], "height": size[1]})
            await self.page.evaluate(DRAWN)

    async def _sees(self, name: str, *controls: str) -> None:
        await self.page.wait_for_function("() => document.fonts.status === 'loaded'")
        if PICTURES:
            file = Path(PICTURES) / f"{name}.png"
            await self.page.screenshot(path=file, animations="disabled")
        assert await self.page.evaluate(STICKS_OUT) == []
        for control in controls:
            assert await self.page.get_by_role("button", name=control).count() + await _fields(self.page, control) == 1
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in grave] == []


async def _fields(page: Page, label: str) -> int:
    return await page.get_by_label(label, exact=True).and_(page.locator("input, textarea")).count()


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STICKS_OUT = """() => {
  const wide = document.documentElement
  const page = wide.scrollWidth > wide.clientWidth ? ['the page'] : []
  const cut = [...document.querySelectorAll('button, label, h1, h2, dt, .tag, .badge, .number')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
    .map((one) => one.textContent.trim())
  return [...page, ...cut]
}"""
