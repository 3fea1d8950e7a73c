"""Menus and prompts in the administrator's page, while calls are up: edited, checked, put in force, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hotline.phone import Phone

from . import sound
from .citizens import begins, calls, listens, samples
from .test_admin import administrator, tab
from .town import Town, until
from .viewer import SIZES, Viewer


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("menupage") / "home")
    town.found(nobody_wait_s=600)
    with town.verified():
        yield town


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
        await expect(page.locator(".menu > header").get_by_text("出厂版本")).to_be_visible()  # not that of the list
        back = await asked(town, "13907335004", "menu-traffic")
    for citizen in (before, drafted, after, back):
        await citizen.hang_up()


async def test_the_page_of_menus_is_for_all_eyes_and_hands(town: Town) -> None:
    async with administrator(town) as admin:
        page, viewer = admin.page, Viewer(admin.page, *SIZES)
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


async def test_a_menu_that_is_not_there_is_not_another_one_and_none_goes_by_one_click(town: Town) -> None:
    async with administrator(town) as admin:
        page, viewer = admin.page, Viewer(admin.page, (1280, 800))
        publish = page.get_by_role("button", name="发布", exact=True)
        await page.goto(f"{town.site}/admin/menus/nosuch")
        await expect(page.get_by_text("没有这个菜单：nosuch")).to_be_visible()
        await expect(publish).to_have_count(0)
        await viewer.sees("menus-none", "新建菜单")
        await page.get_by_role("link", name="全部语音菜单").click()
        await expect(page).to_have_url(f"{town.site}/admin/menus")
        await expect(publish).to_be_visible()

        await page.get_by_role("button", name="新建菜单").click()
        await expect(page.get_by_label("代号")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="新建菜单")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.type("heating")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("节点名称")).to_be_focused()
        await page.get_by_label("然后").select_option("新节点…")
        await expect(page.get_by_label("然后")).to_have_value("queue")
        await page.get_by_role("button", name="people", exact=True).click()
        await page.get_by_role("button", name="删除节点").click()
        await expect(page.get_by_label("节点名称")).to_be_focused()
        await viewer.sees("menus-faults", "恢复节点")
        await page.get_by_role("button", name="恢复节点").click()
        await expect(page.get_by_label("节点名称")).to_have_value("people")
        await expect(page.get_by_text("还有 1 处问题", exact=True)).to_be_visible()
        await page.get_by_role("button", name="删除节点").click()
        await publish.click()
        await expect(page.get_by_text("第 1 版")).to_be_visible()
        await expect(page.get_by_label("节点名称")).to_be_focused()

        await page.get_by_role("button", name="整体").click()
        await page.get_by_role("button", name="删除此菜单").click()
        await expect(page.get_by_text("第 1 版")).to_be_visible()
        await page.get_by_role("button", name="立即生效，确认删除").click()
        await expect(page).to_have_url(f"{town.site}/admin/menus")
        await expect(page.get_by_role("button", name="heating")).to_have_count(0)
        await page.goto(f"{town.site}/admin/menus/heating")
        await expect(page.get_by_text("没有这个菜单：heating")).to_be_visible()


async def test_a_supervisor_sees_menus_and_changes_none(town: Town) -> None:
    async with administrator(town, "sup1") as supervisor:
        await supervisor.page.goto(f"{town.site}/admin/menus")
        await expect(supervisor.page.get_by_text("此项只有管理员可以修改，您可以查看。")).to_be_visible()
        await expect(supervisor.page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
        await expect(supervisor.page.get_by_label("节点名称")).to_be_disabled()


async def library(page: Page, prompt: str) -> None:
    await tab(page, "提示音")
    await page.get_by_role("searchbox", name="名称或内容").fill(prompt)
    await page.get_by_role("button", name=prompt, exact=True).click()
    await expect(page.get_by_role("textbox", name="名称", exact=True)).to_have_value(prompt)


async def sounds(citizen: Phone, hertz: float) -> None:
    """Wait until he has heard half a second of the tone."""
    await until(lambda: sound.longest(one > 0.8 for one in sound.shares(samples(citizen), hertz, 0.1)).__len__() >= 5)


@pytest.mark.hears
async def test_a_recording_is_uploaded_heard_saved_and_taken_back_while_calls_are_up(
    town: Town, tmp_path: Path
) -> None:
    """A tone in place of a voice: what the caller hears is the file that was chosen, and no other."""
    recording = sound.write(tmp_path / "own.wav", sound.tone(620, 20, level=2000.0), rate=8000)
    text = "您好，这里是本市交通热线。"
    async with administrator(town) as admin:
        page = admin.page
        await library(page, "greeting-12328")
        await expect(page.get_by_text("这是出厂的提示音。")).to_be_visible()
        await page.get_by_label("说的话").fill(text)
        await expect(page.get_by_text("改了文字，还没有换录音")).to_be_visible()

        (tmp_path / "no.wav").write_text("nothing")
        chooser = page.locator("input[type=file]")
        await chooser.set_input_files(tmp_path / "no.wav")
        await expect(page.get_by_text("这个文件读不出声音，请上传 WAV 录音文件。")).to_be_visible()
        await chooser.set_input_files(recording)
        await expect(page.get_by_text("已做好，请试听")).to_contain_text("原录音 8 kHz、1 声道、20 秒")
        await expect(page.get_by_text("文件：own.wav")).to_be_visible()
        await chooser.set_input_files(tmp_path / "no.wav")
        await expect(page.get_by_text("待保存的仍是上一个文件 own.wav。")).to_be_visible()
        await expect(page.get_by_text("已做好，请试听")).to_have_count(0)
        async with page.expect_response(lambda one: "/prompts/sounds/" in one.url and one.status in (200, 206)):
            await page.get_by_role("button", name="播放录音 待保存的录音").click()
        unsaved = await calls(town, "13907336001", to="12328")
        await begins(unsaved, "greeting-12328")  # what is not saved nobody hears

        await page.reload()
        await library(page, "greeting-12328")
        await expect(page.get_by_label("说的话")).to_have_value(text)
        await page.get_by_role("button", name="保存", exact=True).click()
        await expect(
            page.get_by_role("listitem").filter(has_text="greeting-12328").get_by_text("本市", exact=True)
        ).to_be_visible()
        saved = await calls(town, "13907336002", to="12328")
        await sounds(saved, 620)

        await page.get_by_role("button", name="删除", exact=True).click()
        await page.get_by_role("button", name="确认删除").click()
        await expect(page.get_by_text("这是出厂的提示音。")).to_be_visible()
        back = await calls(town, "13907336003", to="12328")
        await begins(back, "greeting-12328")
        await page.get_by_role("button", name="载入此版").click()
        await expect(page.get_by_label("说的话")).to_have_value(text)
        await page.get_by_role("button", name="还原").click()
    for citizen in (unsaved, saved, back):
        await citizen.hang_up()


async def test_the_library_of_prompts_is_for_all_eyes_and_hands(town: Town) -> None:
    async with administrator(town) as admin:
        page, viewer = admin.page, Viewer(admin.page, *SIZES)
        await library(page, "greeting")
        await page.get_by_role("searchbox", name="名称或内容").fill("")
        await viewer.sees("prompts", "上传录音", "新建")
        await page.get_by_role("button", name="新建", exact=True).click()
        await page.get_by_label("名称", exact=True).fill("own-greeting")
        await page.get_by_label("说的话").fill("您好")
        await page.get_by_role("button", name="保存", exact=True).click()
        await expect(page.get_by_text("还没有录音，请先做好录音再保存。")).to_be_visible()
        await viewer.sees("prompts-new", "上传录音", "保存")
