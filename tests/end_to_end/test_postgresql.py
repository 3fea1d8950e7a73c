"""The whole hotline on PostgreSQL: one call with its case and its recording."""

from pathlib import Path

from tests.postgres import Server
from tests.rows import rows

from . import sound
from .browser import operators
from .town import Town, until


async def test_a_call_its_case_and_its_recording_stand_in_postgresql(
    tmp_path: Path, postgres: Server, voice: Path
) -> None:
    url = postgres.create()
    town = Town(tmp_path / "home", url)
    with town.running():
        assert (await town.fetch("/healthz")).json() == {"status": "ok"}
        async with operators(town, voice) as (operator,):
            await operator.ready("op1001")
            citizen = town.phone("13907330301", sound.tone(1000))
            await operator.takes(citizen)
            await operator.page.get_by_role("radio", name="求助").check()
            await operator.page.get_by_label("内容").fill("路灯坏了三天。")
            await operator.press("保存工单")
            case = (await until(lambda: _cases(town)))[0]
            await until(lambda: len(citizen.report.heard) > 3 * sound.RATE or None)
            await operator.press("挂断")
            await operator.press("结束话后")
            call = await town.ended("13907330301")
        assert (call["outcome"], call["operator"], call["case"]) == ("answered", "op1001", case["number"])
        assert [one["state"] for one in call["recordings"]] == ["ok"]
        left, _right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
        assert all(sound.present(left, 1000))
        await town.close()
        assert "All invariants hold." in town.hotline("verify")
    assert rows(url, "SELECT call_id, content FROM cases") == [(call["id"], "路灯坏了三天。")]
    assert not (tmp_path / "home/hotline.sqlite").exists()
    postgres.drop(url)


async def _cases(town: Town) -> object:
    return (await town.get("/cases"))["items"] or None
