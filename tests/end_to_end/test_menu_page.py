"""Menus in the administrator's page, while calls are up: edited, checked, published and rolled back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page, expect

from hotline.phone import Phone

from .citizens import begins, calls, listens
from .test_admin import administrator, tab
from .town import Town
from .viewer import Viewer


@pytest.fixture(scope="module")
def menu_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("menupage") / "home")
    town.found(nobody_wait_s=600)
    with town.running():
        yield town
        assert "All invariants hold." in town.hotline("verify")


@pytest.fixture
async def town(menu_home: Town) -> AsyncIterator[Town]:
    yield menu_home
    await menu_home.close()


async def asked(town: Town, number: str, prompt: str) -> Phone:
    """One who has broken off the greeting and hears the choice, which `prompt` asks for."""
    citizen = await calls(town, number, to="12328")
    await listens(citizen, 0)
    citizen.press("5")
    await begins(citizen, prompt)
    return citizen


async def opened(page: Page, node: str) -> None:
    await tab(page, "语音菜单")
    await page.get_by_role("button", name="交通").click()
    await page.locator(f"[data-node={node}]").click()
    await expect(page.get_by_label("节点名称")).to_have_value(node)


@pytest.mark.hears
async def test_a_menu_is_edited_checked_published_and_rolled_back_while_calls_are_up(town: Town) -> None:
    before = await asked(town, "13907335001", "menu-traffic")
    async with administrator(town) as admin:
        page = admin.page
        await opened(page, "choice")
        faults = page.get_by_role("region", name="检查结果")
        await expect(faults).to_contain_text("检查通过")

        await page.get_by_label("提示音").select_option("menu-traffic-bus")
        await page.get_by_role("button", name="添加节点").click()
        await expect(faults).to_contain_text("没有哪条路通到这个节点")
        await expect(page.get_by_role("button", name="发布", exact=True)).to_be_disabled()
        await page.get_by_role("button", name="删除节点").click()
        await expect(faults).to_contain_text("检查通过")

        await page.get_by_role("button", name="存草稿").click()
        await expect(page.get_by_text("admin 的草稿")).to_be_visible()
        drafted = await asked(town, "13907335002", "menu-traffic")  # a draft leads nobody

        await page.reload()
        await opened(page, "choice")
        await expect(page.get_by_label("提示音")).to_have_value("menu-traffic-bus")
        await page.get_by_role("button", name="发布", exact=True).click()
        await expect(page.get_by_text("第 1 版")).to_be_visible()
        await expect(page.get_by_text("admin 的草稿")).to_have_count(0)

        after = await asked(town, "13907335003", "menu-traffic-bus")
        # who was in the menu before goes on by the one that he began with
        since = len(before.report.heard)
        before.press("1")
        await begins(before, "menu-traffic-bus", since)
        since = len(before.report.heard)
        before.press("9")
        await begins(before, "menu-traffic", since)

        await page.get_by_role("button", name="版本", exact=True).click()
        await page.get_by_role("button", name="恢复此版").click()
        await page.get_by_role("button", name="立即生效，确认恢复").click()
        await expect(page.get_by_text("出厂版本").first).to_be_visible()
        back = await asked(town, "13907335004", "menu-traffic")
    for citizen in (before, drafted, after, back):
        await citizen.hang_up()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
async def test_the_page_of_menus_is_for_all_eyes_and_hands(town: Town, size: tuple[int, int]) -> None:
    async with administrator(town, size=size) as admin:
        page, viewer = admin.page, Viewer(admin.page, size)
        await opened(page, "choice")
        await expect(page.locator("[data-node=choice]")).to_have_class("chosen")
        await viewer.sees("menus", "存草稿", "发布", "添加节点", "删除节点")
        await page.get_by_role("button", name="新建菜单").click()
        await page.get_by_label("代号").fill("water")
        await page.get_by_role("button", name="开始编辑").click()
        await page.get_by_role("button", name="整体").click()
        await page.get_by_label("名称").fill("供水")
        await page.reload()  # what is typed stays
        await page.get_by_role("button", name="整体").click()
        await expect(page.get_by_label("名称")).to_have_value("供水")
        await viewer.sees("menus-new", "存草稿", "发布")
        await page.get_by_role("button", name="版本", exact=True).click()
        await viewer.sees("menus-versions")


async def test_a_supervisor_sees_menus_and_changes_none(town: Town) -> None:
    async with administrator(town, "sup1") as supervisor:
        await supervisor.page.goto(f"{town.site}/admin/menus")
        await expect(supervisor.page.get_by_text("此项只有管理员可以修改，您可以查看。")).to_be_visible()
        await expect(supervisor.page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
        await expect(supervisor.page.get_by_label("节点名称")).to_be_disabled()
