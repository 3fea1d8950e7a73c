"""The library of prompts: what there is, what uses it, and its sound."""

from dataclasses import replace

import pytest

from agent_console.api.sounds import UNFIT
from agent_console.parts import Recorded, Unfit
from agi.prompts.studio import FAULTS

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


async def test_an_upload_and_a_spoken_text_become_sounds_that_are_heard_before_they_are_saved(house: House) -> None:
    async with house.client("admin") as http:
        recording = b"RIFF" + bytes(1 << 20)  # longer than any other body may be
        made = await http.post(f"{PROMPTS}/sounds", content=recording, headers={"Content-Type": "audio/wav"})
        assert (made.status_code, made.json()) == (
            201,
            {
                "sound": house.booth.SOUND,
                "url": f"{PROMPTS}/sounds/{house.booth.SOUND}",
                "seconds": 2.8,
                "level": -20.0,
                "peak": -4.1,
                "rate": 44100,
                "channels": 2,
                "source_s": 3.1,
                "clipped": False,
            },
        )
        said = {"text": "您好", "voice": "zf_xiaoyi", "speed": 1.1}
        assert (await http.post(f"{PROMPTS}/sounds/speech", json=said)).status_code == 201
        heard = await http.get(made.json()["url"])
        assert (heard.content, heard.headers["content-type"]) == (SOUND.read_bytes(), "audio/wav")
        assert (await http.get(f"{PROMPTS}/sounds/{'6' * 64}")).status_code == 404
    assert house.booth.given == [recording, ("您好", "zf_xiaoyi", 1.1)]


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        (Unfit("slow", "6000"), 422, "采样率只有 6000 Hz，电话里听不清，请用 8000 Hz 或更高的采样率重新录音。"),
        (Unfit("unreadable", "?"), 422, "这个文件读不出声音，请上传 WAV 录音文件。"),
        (OSError(28, "No space left on device"), 507, "没有存下：磁盘写不进去（No space left on device）。"),
    ],
)
async def test_what_no_prompt_can_be_made_of_is_refused_with_what_to_do(
    house: House, fault: Exception, status: int, told: str
) -> None:
    house.booth.fault = fault
    async with house.client("admin") as http:
        refused = await http.post(f"{PROMPTS}/sounds", content=b"x")
    assert (refused.status_code, refused.json()["detail"].startswith(told)) == (status, True)


async def test_every_reason_of_the_studio_has_words() -> None:
    assert {*FAULTS, "large", "late", "broken"} == set(UNFIT)


async def test_digits_and_unknown_voices_are_not_spoken(house: House) -> None:
    async with house.client("admin") as http:
        digits = await http.post(f"{PROMPTS}/sounds/speech", json={"text": "请拨 12345", "voice": "zf_xiaoxiao"})
        voice = await http.post(f"{PROMPTS}/sounds/speech", json={"text": "您好", "voice": "zf_nobody"})
    assert (digits.status_code, digits.json()["errors"][0]["field"]) == (422, "text")
    assert (voice.status_code, voice.json()["errors"][0]["field"]) == (422, "voice")
    assert house.booth.given == []


async def test_a_prompt_of_the_citys_own_is_saved_and_in_force(house: House) -> None:
    own = {"text": "您好，这里是本市热线。", "sound": house.booth.SOUND, "voice": ""}
    async with house.client("admin") as http:
        saved = await http.put("/api/v1/policy/prompts/greeting", json={"data": own, "version": None})
        assert (saved.status_code, saved.json()["data"], house.shelf.renewed) == (200, {"name": "greeting", **own}, 1)
        house.shelf["greeting"] = replace(house.shelf["greeting"], own=True)
        items = {one["name"]: one for one in (await http.get(PROMPTS)).json()["items"]}
        assert (items["greeting"]["stored"]["version"], items["waiting"]["stored"]) == (1, None)
        stale = await http.put("/api/v1/policy/prompts/greeting", json={"data": own, "version": None})
        assert stale.status_code == 409
        gone = await http.delete("/api/v1/policy/prompts/greeting", params={"version": 1})
        assert (gone.status_code, house.shelf.renewed) == (204, 2)


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("greeting", {"text": "您好", "sound": "6" * 64}, "sound"),
        ("greeting", {"text": " ", "sound": "5" * 64}, "text"),
        ("Greeting", {"text": "您好", "sound": "5" * 64}, "name"),
        ("hold", {"text": "您好", "sound": "5" * 64}, "name"),
        ("greeting.zh", {"text": "您好", "sound": "5" * 64}, "name"),
        ("nothing.en", {"text": "Hello", "sound": "5" * 64}, "name"),
    ],
)
async def test_a_prompt_that_nobody_could_hear_is_refused_at_its_field(
    house: House, name: str, data: dict[str, str], field: str
) -> None:
    async with house.client("admin") as http:
        refused = await http.put(f"/api/v1/policy/prompts/{name}", json={"data": data, "version": None})
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, [field])
    assert house.shelf.renewed == 0


async def test_a_prompt_that_is_named_is_taken_away_only_where_a_shipped_one_is_left(house: House) -> None:
    own = {"text": "您好", "sound": house.booth.SOUND}
    async with house.client("admin") as http:
        for name in ("comfort-own", "comfort-own.en", "greeting"):
            house.shelf.setdefault(name, Recorded("", SOUND, own=True, shipped=name == "greeting"))
            made = await http.put(f"/api/v1/policy/prompts/{name}", json={"data": own, "version": None})
            assert made.status_code == 200, made.text
        house.shelf.in_languages["comfort-own.en"] = house.shelf.pop("comfort-own.en")
        main = house.store.policy().queues["main"]
        house.have(replace(main, comfort=("comfort-own",)))
        refused = await http.delete("/api/v1/policy/prompts/comfort-own")
        assert (refused.status_code, refused.json()["detail"]) == (
            409,
            "没有删除：队列 main 还在使用它，请先修改。 提示音 comfort-own.en 还在使用它，请先修改。",
        )
        assert (await http.delete("/api/v1/policy/prompts/greeting")).status_code == 204
        house.have(main)
        del house.shelf.in_languages["comfort-own.en"]
        assert (await http.delete("/api/v1/policy/prompts/comfort-own")).status_code == 204


async def test_a_prompt_that_cannot_be_put_in_place_is_told_to_be_saved_and_not_heard(house: House) -> None:
    house.shelf.fault = OSError(28, "No space left on device")
    own = {"text": "您好", "sound": house.booth.SOUND}
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/prompts/greeting", json={"data": own, "version": None})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-in-force")


async def test_a_supervisor_listens_and_makes_nothing(house: House) -> None:
    async with house.client("sup1") as http:
        assert (await http.get(f"{PROMPTS}/sounds/{house.booth.SOUND}")).status_code == 200
        assert (await http.post(f"{PROMPTS}/sounds", content=b"x")).status_code == 403
        own = {"data": {"text": "您好", "sound": house.booth.SOUND}, "version": None}
        assert (await http.put("/api/v1/policy/prompts/greeting", json=own)).status_code == 403
