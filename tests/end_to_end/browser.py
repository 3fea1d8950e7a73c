"""An operator at a real page in headless Chromium, with a tone for a voice."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect
from playwright.async_api import Error as BrowserError

from hotline.phone import Phone

from .citizens import breaks_off
from .town import PASSWORD, PATIENCE_S, Town

PATIENCE_MS = 1000 * PATIENCE_S
expect.set_options(timeout=PATIENCE_MS)
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
"""The same engine as `chromium` without a browser's own surface, which alone takes a second at each new window."""
WINDOW: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "zh-CN",
    "permissions": ["microphone"],  # a browser whose user has not said yes shows nobody its addresses
}
FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


class Operator:
    """What an operator does, by the accessible names of the page's own controls. `site`: where he finds the page."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def sign_in(self, login: str, password: str = PASSWORD) -> None:
        await self.page.goto(self.site + "/")
        await self.page.get_by_label("工号").fill(login)
        await self.page.get_by_label("密码").fill(password)
        await self.page.get_by_role("button", name="登录").click()

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).click()

    async def ready(self, login: str) -> None:
        """Sign in, press 就绪 and see it taken: where somebody waits, it rings in the same moment."""
        await self.sign_in(login)
        await self.press("就绪")
        await self.sees_state(re.compile("就绪|振铃"))

    async def takes(self, citizen: Phone) -> None:
        """The citizen dials and breaks the greeting off, this operator's page rings, and the two talk."""
        await citizen.dial()
        await breaks_off(citizen)
        await self.press("接听")
        await self.sees("通话中")

    async def leave(self) -> None:
        """Sign out, so that the next test finds nobody there."""
        if self.page.is_closed():
            return
        if await self.page.get_by_role("button", name="退出").count():
            await self.press("退出")
            await self.page.get_by_role("button", name="登录").wait_for()

    async def sees_state(self, state: str | re.Pattern[str]) -> None:
        await self.page.locator("header [role=status]").filter(has_text=state).wait_for()

    async def sees(self, text: str) -> None:
        await self.page.get_by_text(text).first.wait_for()


@asynccontextmanager
async def chromium(
    *flags: str, program: Path = CHROMIUM, environment: Mapping[str, str] = os.environ
) -> AsyncIterator[Browser]:
    """A browser of its own. When something fails, what stood on its pages stands in the report."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, env=dict(environment), args=[*FLAGS, *flags]
        )
        try:
            yield browser
        except Exception as failure:
            for page in (page for window in browser.contexts for page in window.pages):
                failure.add_note(f"{page.url} showed: {await _words(page)}")
            raise
        finally:
            await browser.close()


async def _words(page: Page) -> str:
    try:
        words = await page.locator("body").inner_text(timeout=1000)
    except BrowserError as gone:
        return f"nothing any more ({gone.message})"
    return " | ".join(words.split("\n"))  # a page has a hundred lines, and reports are cut


@asynccontextmanager
async def operators(
    town: Town,
    voice: Path,
    count: int = 1,
    *,
    site: str = "",
    program: Path = CHROMIUM,
    environment: Mapping[str, str] = os.environ,
    **context: Any,
) -> AsyncIterator[list[Operator]]:
    """`count` operators, each in a browser window of his own, all speaking the WAV file `voice`.

    `site`: another address of the hotline; `program` and `environment`: for a browser that runs elsewhere; `context`:
    more options of Playwright's `new_context`.
    """
    voice_of = f"--use-file-for-fake-audio-capture={voice}"
    async with chromium(voice_of, program=program, environment=environment) as browser:
        crew = []
        for _ in range(count):
            window = await browser.new_context(**{**WINDOW, **context})
            crew.append(Operator(await window.new_page(), site or town.site))
        yield crew
        for one in crew:
            await one.leave()
            assert one.errors == []
