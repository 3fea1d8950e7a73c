"""Messages over the real telephone: confirmed, heard again, spoken anew, silent, cut short; what they leave to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from hotline.phone import Phone

from . import sound
from .browser import operators
from .citizens import begins, hears, hurries, listens, samples
from .town import PATIENCE_S, Town, until
from .viewer import Viewer

WORDS, OTHERS = 1000.0, 1600.0
"""What a citizen speaks, and what he speaks when he does so anew."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hotline with nobody at work: who calls is asked for a message at once."""
    town = Town(tmp_path_factory.mktemp("messages") / "home")
    town.found(wrap_up_s=0, nobody_wait_s=0)
    with town.verified():
        yield town


async def recorded(town: Town, number: str, take: int = 1, bytes_: int = 1) -> str:
    """The id of this number's call, once so much of this take is on the disk."""
    call = await until(lambda: town.call_of(number))
    file = town.home / "recordings" / f"{call['id']}-message{'' if take == 1 else f'-{take}'}.sln"
    await until(lambda: file.exists() and file.stat().st_size >= bytes_, why=town.logs)
    return str(call["id"])


async def speaks(town: Town, number: str, take: int = 1, citizen: Phone | None = None) -> Phone:
    """One who has spoken for some three seconds after the tone."""
    citizen = citizen or await hurries(town, number)
    await recorded(town, number, take)
    await listens(citizen, 3)
    return citizen


async def reviews(town: Town, number: str) -> tuple[Phone, int]:
    """One who has spoken and is asked what is to become of it, and how much he had heard before."""
    citizen = await speaks(town, number)
    since = len(citizen.report.heard)
    citizen.press("#")
    await begins(citizen, "message-review", since)
    return citizen, len(citizen.report.heard)


async def told(town: Town, call: dict[str, Any]) -> list[tuple[str, str]]:
    return [(kind, detail) for kind, detail in await town.timeline(call) if kind.startswith("message")]


async def takes(town: Town, call: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one["take"], one["state"]) for one in call["recordings"] if one["kind"] == "message"]


async def voice_of(town: Town, url: str) -> sound.Samples:
    return sound.read((await town.fetch(url)).content, 1)[0]


BEGUN = [("message", ""), ("message_recording", "1")]


async def test_confirmed_heard_again_and_spoken_anew_a_message_is_what_its_citizen_wants(town: Town) -> None:
    async def confirms(number: str) -> None:
        citizen, _ = await reviews(town, number)
        citizen.press("1")
        await hears(citizen, "message-saved")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert (call["outcome"], call["ended_by"]) == ("message", "system")
        assert await told(town, call) == [*BEGUN, ("message_taken", "1 DTMF"), ("message_confirmed", "1 key")]
        work = await town.work_of(call["id"])
        assert (work["confirmed"], work["state"], work["caller"]) == (True, "open", number)
        assert all(sound.present((await voice_of(town, work["recording"]))[: 2 * sound.RATE], WORDS))

    async def hears_it_again(number: str) -> None:
        citizen, since = await reviews(town, number)
        citizen.press("2")
        await listens(citizen, 2.5)
        own = samples(citizen, slice(since, None))
        assert max(sound.shares(own, WORDS, 0.1)) > 0.8
        await begins(citizen, "message-review", len(citizen.report.heard))
        citizen.press("1")
        await hears(citizen, "message-saved")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert (await told(town, call))[-1] == ("message_confirmed", "1 key")

    async def speaks_anew(number: str) -> None:
        citizen, since = await reviews(town, number)
        citizen.say(sound.tone(OTHERS))
        citizen.press("3")
        await speaks(town, number, 2, citizen)
        citizen.press("#")
        await begins(citizen, "message-review", since + 3 * sound.RATE)
        citizen.press("1")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert await takes(town, call) == [(1, "ok"), (2, "ok")]
        assert (await told(town, call))[-1] == ("message_confirmed", "2 key")
        work = await town.work_of(call["id"])
        assert work["recording"].endswith("take=2")
        assert all(sound.present((await voice_of(town, work["recording"]))[: 2 * sound.RATE], OTHERS))
        first = next(one["url"] for one in work["takes"] if one["take"] == 1)
        assert all(sound.present((await voice_of(town, first))[: 2 * sound.RATE], WORDS))

    await asyncio.gather(confirms("13907333001"), hears_it_again("13907333002"), speaks_anew("13907333003"))


async def test_who_presses_no_key_or_three_that_mean_nothing_has_let_his_message_be(town: Town) -> None:
    async def presses_nothing(number: str) -> None:
        citizen, _ = await reviews(town, number)
        await hears(citizen, "message-saved")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert (await told(town, call))[-1] == ("message_confirmed", "1")

    async def presses_what_there_is_not(number: str) -> None:
        citizen, _ = await reviews(town, number)
        for _ in range(3):
            since = len(citizen.report.heard)
            citizen.press("9")
            await listens(citizen, 1)
        await hears(citizen, "message-saved", since)
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert (await told(town, call))[-1] == ("message_confirmed", "1")

    await asyncio.gather(presses_nothing("13907333004"), presses_what_there_is_not("13907333005"))


async def test_who_says_nothing_or_too_little_is_asked_once_more_and_loses_no_word_that_he_said_before(
    town: Town,
) -> None:
    async def nothing_at_all(number: str) -> None:
        citizen = await hurries(town, number)
        citizen.say(b"")
        await hears(citizen, "message-unheard")
        await hears(citizen, "message-empty")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert (call["outcome"], call["ended_by"]) == ("message", "system")
        assert await takes(town, call) == [(1, "silent"), (2, "silent")]
        assert [kind for kind, _ in await told(town, call)][-1] == "message_taken"
        work = await town.work_of(call["id"])
        assert (work["reason"], work["confirmed"]) == ("录音里没有听到说话", False)

    async def too_short_then_more(number: str) -> None:
        citizen = await hurries(town, number)
        await recorded(town, number, bytes_=0)  # the tone is over, and nothing was written yet
        citizen.press("#")
        await hears(citizen, "message-unheard")
        await speaks(town, number, 2, citizen)
        citizen.press("#")
        await hears(citizen, "message-saved")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        assert ("message_confirmed", "2") in await told(town, call)
        assert (await town.work_of(call["id"]))["recording"].endswith("take=2")

    async def nothing_anew(number: str) -> None:
        citizen, _ = await reviews(town, number)
        citizen.say(b"")
        citizen.press("3")
        await hears(citizen, "message-kept")
        await citizen.hang_up()
        call = await town.ended(number)
        assert await takes(town, call) == [(1, "ok"), (2, "silent")]
        assert (await town.work_of(call["id"]))["recording"].endswith("take=1")

    await asyncio.gather(nothing_at_all("13907333011"), too_short_then_more("13907333012"), nothing_anew("13907333013"))


async def test_at_whatever_step_he_hangs_up_what_he_said_is_kept_and_he_is_called_back(town: Town) -> None:
    async def ends(number: str, citizen: Phone) -> tuple[dict[str, Any], dict[str, Any]]:
        await citizen.hang_up()
        call = await town.ended(number)
        assert (call["outcome"], call["ended_by"]) == ("message", "citizen")
        return call, await town.work_of(call["id"])

    async def in_the_prompt(number: str) -> None:
        citizen = await hurries(town, number)
        await begins(citizen, "leave-message")
        call, work = await ends(number, citizen)
        assert await told(town, call) == BEGUN[:1]
        assert (work["recording"], work["reason"]) == (None, "没有留言内容")

    async def in_the_recording(number: str) -> None:
        call, work = await ends(number, await speaks(town, number))
        assert await told(town, call) == BEGUN
        assert all(sound.present((await voice_of(town, work["recording"]))[: 2 * sound.RATE], WORDS))

    async def in_the_menu(number: str) -> None:
        citizen, _ = await reviews(town, number)
        call, work = await ends(number, citizen)
        assert (await told(town, call))[-1] == ("message_taken", "1 DTMF")
        assert (work["recording"].endswith("take=1"), work["confirmed"]) == (True, False)

    async def while_he_hears_himself(number: str) -> None:
        citizen, _ = await reviews(town, number)
        citizen.press("2")
        await listens(citizen, 1)
        _, work = await ends(number, citizen)
        assert work["recording"].endswith("take=1")

    async def in_the_new_recording(number: str) -> None:
        citizen, _ = await reviews(town, number)
        citizen.press("3")
        await recorded(town, number, 2)
        await listens(citizen, 1)
        call, work = await ends(number, citizen)
        assert await takes(town, call) == [(1, "ok"), (2, "ok")]
        assert work["recording"].endswith("take=1")  # the longer one: he had not come to the point

    async def in_the_goodbye(number: str) -> None:
        citizen, _ = await reviews(town, number)
        since = len(citizen.report.heard)
        citizen.press("1")
        await begins(citizen, "message-saved", since)
        _, work = await ends(number, citizen)
        assert work["confirmed"]

    steps: list[Callable[[str], Any]] = [
        *(in_the_prompt, in_the_recording, in_the_menu, while_he_hears_himself, in_the_new_recording, in_the_goodbye),
    ]
    await asyncio.gather(*(step(f"1390733302{place}") for place, step in enumerate(steps)))


async def test_killed_while_it_is_recorded_a_message_is_confirmed_and_owed_once(town: Town) -> None:
    number = "13907333031"
    citizen = await speaks(town, number)
    with town.without_application():
        since = len(citizen.report.heard)
        citizen.press("#")
        await begins(citizen, "message-review", since)
        citizen.press("1")
        await hears(citizen, "message-saved", since)
        await citizen.ended(PATIENCE_S)
    await town.healthy()
    call = await town.ended(number)
    assert (call["outcome"], call["ended_by"]) == ("message", "system")
    assert await told(town, call) == [*BEGUN, ("message_taken", "1 DTMF"), ("message_confirmed", "1 key")]
    assert await takes(town, call) == [(1, "ok")]
    items = (await town.get("/messages", state="all", limit=200))["items"]
    assert len([one for one in items if one["call"] == call["id"]]) == 1
    assert len({one["number"] for one in items}) == len(items)
    assert [one["number"] for one in town.json("messages", "--all")["items"]] == [one["number"] for one in items][:50]
    assert number in town.hotline("messages")


async def test_a_disk_that_takes_no_message_is_no_loss_of_the_citizen_who_is_told_that_he_is_called_back(
    town: Town,
) -> None:
    folder, aside = town.home / "recordings", town.home / "recordings.aside"
    citizen = await hurries(town, "13907333032")
    await begins(citizen, "leave-message")
    folder.rename(aside)
    folder.touch()
    try:
        await begins(citizen, "callback-saved")
    finally:
        folder.unlink()
        aside.rename(folder)
    await citizen.ended(PATIENCE_S)
    call = await town.ended("13907333032")
    assert (call["outcome"], call["ended_by"]) == ("message", "system")
    assert (await told(town, call))[-1] == ("message_taken", "1 ERROR")
    assert (await takes(town, call), (await town.work_of(call["id"]))["reason"]) == ([(1, "missing")], "没有留言内容")


# -- at the desk -------------------------------------------------------------------------------------------------------


async def owed(town: Town, number: str) -> dict[str, Any]:
    """A message of this number that waits for an operator."""
    citizen = await speaks(town, number)
    await citizen.hang_up()
    call = await town.ended(number)
    return await town.work_of(call["id"])


async def test_of_two_operators_who_take_a_message_at_once_one_has_it_and_the_other_is_told_who(town: Town) -> None:
    work = await owed(town, "13907333041")
    path = f"/api/v1/messages/{work['number']}"
    async with await town.operator("op1001") as one, await town.operator("op1002") as other:
        answers = await asyncio.gather(one.post(f"{path}/take"), other.post(f"{path}/take"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (loser,) = (answer.json() for answer in answers if answer.status_code == 409)
        (winner,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert (loser["type"], loser["owner"]) == ("urn:hotline:problem:message-taken", winner["owner"])
        assert winner["owner_name"] in loser["detail"]
        holder: httpx.AsyncClient = one if winner["owner"] == "op1001" else other
        assert (await holder.post(f"{path}/release")).json()["state"] == "open"


async def test_an_operator_takes_a_message_tries_twice_and_turns_it_into_a_case_in_the_page(
    town: Town, voice: Path
) -> None:
    work = await owed(town, "13907333051")
    number = work["number"]
    async with operators(town, voice) as (operator,):
        page = operator.page
        await operator.sign_in("op1003")
        await page.get_by_role("button", name=f"查看 {number}").click()
        panel = page.get_by_role("region", name=f"待回电 {number}")
        await expect(panel).to_contain_text("139 0733 3051")
        await panel.get_by_role("button", name=f"领取 {number}").click()
        note = panel.get_by_label("回电备注")
        await note.fill("无人接听，稍后再拨")
        await page.reload()
        await page.get_by_role("button", name=f"查看 {number}").click()
        await expect(note).to_have_value("无人接听，稍后再拨")
        await panel.get_by_role("button", name="无人应答").click()
        await expect(panel.get_by_role("listitem").filter(has_text="无人接听，稍后再拨")).to_be_visible()
        await expect(note).to_have_value("")
        await panel.get_by_role("button", name="已接通").click()
        await expect(panel).to_contain_text("已回电 2 次")
        await panel.get_by_role("button", name=f"登记工单 {number}").click()
        await page.get_by_role("radio", name="投诉").check()
        await page.get_by_label("内容").fill("留言反映夜间施工噪声")
        await page.get_by_role("button", name="保存工单").click()
        await operator.sees("已保存 ")
        await expect(panel).to_contain_text("已办结")
    item = await town.get(f"/messages/{number}")
    (case,) = (await town.get("/cases", caller="13907333051"))["items"]
    assert (item["state"], item["ending"], item["case"], item["owner"]) == ("done", "case", case["number"], "op1003")
    assert case["call"] == item["call"]
    deeds = [(move["deed"], move["result"], move["note"]) for move in item["history"]]
    assert deeds == [
        ("opened", "", "message"),
        ("take", "", ""),
        ("try", "no_answer", "无人接听，稍后再拨"),
        ("try", "talked", ""),
        ("close", "case", ""),
    ]
    assert 0 < (await town.get("/messages/figures"))["to_attempt_s"] < 600


async def test_who_signs_out_gives_back_what_he_had_taken_and_the_supervisor_sees_it(town: Town, voice: Path) -> None:
    work = await owed(town, "13907333061")
    async with operators(town, voice, 2) as (operator, supervisor):
        await operator.sign_in("op1004")
        await operator.page.get_by_role("button", name=f"查看 {work['number']}").click()
        await operator.page.get_by_role("button", name=f"领取 {work['number']}").click()
        await operator.page.get_by_role("button", name=f"放回 {work['number']}").wait_for()
        await supervisor.sign_in("sup1")
        row = supervisor.page.get_by_role("region", name="待回电").get_by_role("row").filter(has_text=work["number"])
        with closing(town.store()) as store:
            names = {account.login: account.name for account in store.accounts()}
        await expect(row).to_contain_text(names["op1004"])
        await expect(row.get_by_role("button", name=f"播放录音 {work['number']}")).to_be_enabled()
        for one in (operator, supervisor):
            await Viewer(one.page, (1280, 800)).sees(f"call-back-{one.page.url.rpartition('/')[2]}")
        await operator.leave()
        await expect(row).not_to_contain_text(names["op1004"])
    item = await town.get(f"/messages/{work['number']}")
    assert (item["state"], item["owner"]) == ("open", "")
    assert [(move["deed"], move["note"]) for move in item["history"]][-1] == ("return", "op1004")
