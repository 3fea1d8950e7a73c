"""Texts in the whole house: a fact in the store reaches the provider, and the page shows what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from playwright.async_api import expect

from routing.effects import OpenWork
from tests.fakes.twilio import ACCOUNT, SENDER, TOKEN, StandIn
from tests.storage.samples import ended

from .test_admin import administrator, saves, tab
from .town import Town, until
from .viewer import Viewer


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture(scope="module")
def serving(provider: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(
        tmp_path_factory.mktemp("texts") / "home",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_sender=SENDER,
        twilio_base_url=provider.base,
    )
    with town.running():
        yield town


def leave_message(town: Town, call: str, caller: str) -> None:
    with closing(town.store()) as store:
        now = time.time()
        store.save_call(ended(call, now - 3600, caller=caller))
        store.open_work(OpenWork(call, caller, now))


async def test_a_citizen_is_told_by_a_text_and_the_page_shows_what_became_of_it(town: Town, provider: StandIn) -> None:
    await town.change(replace(town.policy().rules, quiet_begins="00:00", quiet_ends="00:00"))
    async with administrator(town) as admin:
        page, viewer = admin.page, Viewer(admin.page, (1280, 800))
        await tab(page, "短信")
        await page.get_by_role("button", name="模板").click()
        form = page.get_by_role("form", name="留言已收到")
        await form.get_by_label("短信内容").fill("【12345】{time}的留言{who}已收到")
        await expect(form.get_by_text("没有占位符 {who}")).to_be_visible()
        await form.get_by_label("短信内容").fill("【12345】{time}的留言已收到")
        await expect(form.get_by_text("【12345】11月23日18:30的留言已收到")).to_be_visible()
        await expect(form.get_by_text("24 字，UCS-2，1 段")).to_be_visible()
        await viewer.sees("texts-templates")
        async with page.expect_response(lambda answer: answer.request.method == "PUT") as answered:
            await form.get_by_role("button", name="保存").click()
        assert (await answered.value).status == 200
        await page.get_by_role("button", name="不收短信的号码").click()
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("号码", exact=True).fill("13907330002")
        assert await saves(page) == 200

        provider.ways.extend(["cut_after"])
        leave_message(town, "c1", "13907330001")
        await until(lambda: provider.delivered)
        leave_message(town, "c2", "13907330002")
        leave_message(town, "c3", "13907330003")
        await until(lambda: len(provider.delivered) == 2)

        async def settled() -> bool:
            counts = (await town.get("/texts"))["counts"]
            return bool(counts == {**dict.fromkeys(counts, 0), "sent": 1, "unknown": 1, "suppressed": 1})

        await until(settled)
        await page.get_by_role("button", name="短信记录").click()
        await page.get_by_role("row", name="139 0733 0002").get_by_text("市民不收短信").wait_for()
        await page.get_by_role("row", name="139 0733 0003").get_by_text("已发送").wait_for()
        lost = page.get_by_role("row", name="139 0733 0001")
        await lost.get_by_text("已交给服务商，连接中断").wait_for()
        await viewer.sees("texts-list")
        await lost.get_by_role("button", name="重发").click()
        await lost.get_by_role("button", name="市民可能收到两次，仍然重发").click()
        await until(lambda: len(provider.delivered) == 3)
        assert [text.to for text in provider.delivered] == ["+8613907330001", "+8613907330003", "+8613907330001"]
        assert all(text.body.endswith("的留言已收到") for text in provider.delivered)
    log = (town.home / "log" / "app.log").read_text(encoding="utf-8")
    assert "+86139******01" in log
    assert TOKEN not in log
    assert "+8613907330001" not in log
