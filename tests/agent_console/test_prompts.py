"""The library of prompts: what there is, what uses it, and its sound."""

from .conftest import SOUND
from .house import House

PROMPTS = "/api/v1/prompts"


async def test_every_prompt_is_told_with_what_uses_it(house: House) -> None:
    async with house.client("sup1") as http:
        items = {one["name"]: one for one in (await http.get(PROMPTS)).json()["items"]}
    assert items["greeting"]["text"] == "这是greeting。"
    assert (items["greeting"]["voice"], items["greeting"]["seconds"], items["greeting"]["version"]) == (
        "zf_001",
        4.6,
        "ab12cd34",
    )
    lines = [one for one in house.store.policy().lines.values() if one.greeting == "greeting"]
    used = [{"kind": "lines", "key": one.number, "title": one.title} for one in lines]
    assert [one for one in items["greeting"]["used"] if one["kind"] == "lines"] == used
    assert {one["kind"] for one in items["waiting"]["used"]} == {"queues"}
    assert items["incident-water"]["used"] == []


async def test_a_prompt_can_be_heard_and_one_that_is_not_there_cannot(house: House) -> None:
    async with house.client("sup1") as http:
        heard = await http.get(f"{PROMPTS}/greeting/sound")
        assert (heard.status_code, heard.headers["content-type"], heard.content) == (
            200,
            "audio/wav",
            SOUND.read_bytes(),
        )
        assert (await http.get(f"{PROMPTS}/none/sound")).status_code == 404
        assert (await http.get(f"{PROMPTS}/..%2F..%2Fpyproject.toml/sound")).status_code == 404
