"""A look at a page for all eyes and ears. With HOTLINE_TEST_PICTURES=DIR the pictures are written there."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "agent_console/web/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("HOTLINE_TEST_PICTURES", "")


class Viewer:
    """Looks at a page as it stands: what axe-core finds, what sticks out, which names are not unique, a picture."""

    def __init__(self, page: Page, size: tuple[int, int]) -> None:
        self.page, self.size = page, size

    async def sees(self, name: str, *controls: str) -> None:
        """`controls`: accessible names of buttons and fields that must be there, each once."""
        await self.page.wait_for_function("() => document.fonts.status === 'loaded'")
        if PICTURES:
            file = Path(PICTURES) / f"{name}-{self.size[0]}x{self.size[1]}.png"
            await self.page.screenshot(path=file, animations="disabled")
        assert await self.page.evaluate(STICKS_OUT) == []
        for control in controls:
            assert await self.page.get_by_role("button", name=control).count() + await _fields(self.page, control) == 1
        found = await self.page.evaluate("async () => { if (!window.axe) return null; return (await axe.run()) }")
        if found is None:
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
            found = await self.page.evaluate("async () => await axe.run()")
        grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in grave] == []


async def _fields(page: Page, label: str) -> int:
    return await page.get_by_label(label, exact=True).and_(page.locator("input, textarea")).count()


STICKS_OUT = """() => {
  const wide = document.documentElement
  const page = wide.scrollWidth > wide.clientWidth ? ['the page'] : []
  const cut = [...document.querySelectorAll('button, label, h1, h2, dt, .tag, .badge, .number')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
    .map((one) => one.textContent.trim())
  return [...page, ...cut]
}"""
