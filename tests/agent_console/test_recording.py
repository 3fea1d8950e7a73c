import io
import os
import struct
import wave
from pathlib import Path

import httpx
import pytest

from agent_console.recording import HEADER, Unreadable, Unsatisfiable, header, open_file, wanted
from routing.records import RecordingRow, StoreFault

from .house import House
from .test_calls import one_talk

LEFT_RIGHT = b"".join(struct.pack("<hh", index % 1000, -(index % 1000)) for index in range(40_000))  # 5 s
URL = "/api/v1/calls/c1/recording"


def row(file: str = "2026/c1.raw", *, kind: str = "talk", state: str = "ok", reason: str | None = None) -> RecordingRow:
    message = kind == "message"
    return RecordingRow(
        id=f"c1-{kind}",
        call_id="c1",
        kind="message" if message else "talk",
        file=file,
        channels=1 if message else 2,
        rate=8000,
        seconds=5.0,
        bytes=len(LEFT_RIGHT),
        sha256="",
        state="missing" if state == "missing" else "ok",
        reason=reason,
    )


@pytest.fixture
def recorded(house: House) -> House:
    one_talk(house)
    house.store.save_recording(row())
    (house.recordings / "2026").mkdir()
    (house.recordings / "2026" / "c1.raw").write_bytes(LEFT_RIGHT)
    return house


async def get(house: House, url: str = URL, **headers: str) -> httpx.Response:
    async with house.client("op1001") as http:
        return await http.get(url, headers=headers)


async def test_a_talk_is_a_wav_with_the_citizen_left_and_the_operator_right(recorded: House) -> None:
    answer = await get(recorded)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(answer.content)) == str(44 + len(LEFT_RIGHT))
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getparams()[:4] == (2, 2, 8000, 40_000)
        assert sound.readframes(40_000) == LEFT_RIGHT


async def test_a_message_is_a_wav_of_one_channel(recorded: House) -> None:
    recorded.store.save_recording(row("m.sln", kind="message"))
    (recorded.recordings / "m.sln").write_bytes(b"\1\0" * 16_000 + b"\7")  # killed in the middle of a sample
    answer = await get(recorded, f"{URL}?kind=message")
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getparams()[:4] == (1, 2, 8000, 16_000)


@pytest.mark.parametrize(
    ("asked", "first", "behind"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-43", 0, 44),
        ("bytes=40-50", 40, 51),
        ("bytes=44-", 44, 160_044),
        ("bytes=160043-160043", 160_043, 160_044),
        ("bytes=160000-999999", 160_000, 160_044),
        ("bytes=-1", 160_043, 160_044),
        ("bytes=-100", 159_944, 160_044),
        ("bytes=-999999", 0, 160_044),
        ("bytes=65570-131200", 65_570, 131_201),
    ],
)
async def test_a_part_is_exactly_the_bytes_asked_for(recorded: House, asked: str, first: int, behind: int) -> None:
    answer = await get(recorded, Range=asked)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{behind - 1}/160044"
    assert answer.headers["content-length"] == str(behind - first)
    assert answer.content == (header(row(), len(LEFT_RIGHT)) + LEFT_RIGHT)[first:behind]


@pytest.mark.parametrize("asked", ["bytes=160044-", "bytes=999999-", "bytes=-0", f"bytes={'9' * 5000}-"])
async def test_a_part_outside_the_file_is_refused_with_its_size(recorded: House, asked: str) -> None:
    answer = await get(recorded, Range=asked)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == "bytes */160044"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-2", "bytes=-", "seconds=0-1", "bytes=a-b", "bytes=٣-"])
async def test_what_is_no_single_range_gets_the_whole(recorded: House, asked: str) -> None:
    async with recorded.client("op1001") as http:
        answer = await http.get(URL, headers=[(b"range", asked.encode())])
    assert (answer.status_code, len(answer.content)) == (200, 160_044)


async def test_a_part_of_an_older_file_is_answered_with_the_whole_of_the_present_one(recorded: House) -> None:
    tag = (await get(recorded)).headers["etag"]
    assert (await get(recorded, Range="bytes=0-9", **{"If-Range": tag})).status_code == 206
    with (recorded.recordings / "2026" / "c1.raw").open("ab") as file:
        file.write(b"\0" * 4)
    assert (await get(recorded, Range="bytes=0-9", **{"If-Range": tag})).status_code == 200


async def test_an_empty_file_is_an_empty_wav(recorded: House) -> None:
    (recorded.recordings / "2026" / "c1.raw").write_bytes(b"")
    answer = await get(recorded)
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getnframes() == 0


async def test_a_missing_recording_says_why(recorded: House) -> None:
    recorded.store.save_recording(row(state="missing", reason="磁盘已满"))
    answer = await get(recorded)
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "录音文件缺失或无法读取（磁盘已满），请联系管理员。",
    )
    none = await get(recorded, f"{URL}?kind=message")
    assert (none.status_code, none.json()["detail"]) == (404, "这通电话没有录音。")
    assert (await get(recorded, "/api/v1/calls/c2/recording")).status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "%2e%2e/hotline.db", "c1%00", "c1.raw", "..\\c1"])
async def test_a_path_in_place_of_an_id_finds_nothing(recorded: House, name: str) -> None:
    answer = await get(recorded, f"/api/v1/calls/{name}/recording")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "file",
    [
        "../hotline.db",
        "2026/../../hotline.db",
        "/etc/passwd",
        "",
        ".",
        "..",
        "2026",
        "c1\0.raw",
        "none.raw",
        "x" * 5000,
    ],
)
async def test_a_row_that_points_outside_the_folder_gives_nothing(recorded: House, file: str) -> None:
    recorded.store.save_recording(row(file))
    answer = await get(recorded)
    assert answer.status_code == 404
    assert b"SQLite" not in answer.content


async def test_no_link_is_followed_wherever_it_stands(recorded: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret.raw"
    secret.write_bytes(b"secret" * 100)
    (recorded.recordings / "link.raw").symlink_to(secret)
    (recorded.recordings / "elsewhere").symlink_to(tmp_path)
    os.mkfifo(recorded.recordings / "pipe.raw")
    for file in ("link.raw", "elsewhere/secret.raw", "pipe.raw"):
        recorded.store.save_recording(row(file))
        answer = await get(recorded)
        assert answer.status_code == 404
        assert b"secret" not in answer.content


def test_opening_leaves_no_descriptor_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.raw").write_bytes(b"\0" * 8)
    opened = open_file(tmp_path, row("a/x.raw"))
    os.close(opened.descriptor)
    for file in ("a/none", "none/x", "a", "../x", "a/x.raw/y"):
        with pytest.raises(Unreadable):
            open_file(tmp_path, row(file))
    with pytest.raises(Unreadable):
        open_file(tmp_path / "gone", row("x"))
    ours = [os.path.realpath(descriptor) for descriptor in Path("/proc/self/fd").iterdir()]
    assert [file for file in ours if file.startswith(str(tmp_path))] == []


def test_a_range_is_read_as_the_standard_says() -> None:
    assert wanted(None, 100) is None
    assert wanted("bytes=0-", 100) == (0, 100)
    with pytest.raises(Unsatisfiable):
        wanted("bytes=100-", 100)


def test_the_header_counts_bytes_as_players_expect() -> None:
    assert len(header(row(), 8)) == HEADER
    assert header(row(), 8)[4:8] == struct.pack("<I", 44)
    assert header(row(), 8)[40:] == struct.pack("<I", 8)


async def test_every_refusal_of_a_recording_is_in_the_audit(recorded: House, tmp_path: Path) -> None:
    (recorded.recordings / "link.raw").symlink_to(tmp_path / "hotline.db")
    async with recorded.client("op1001") as http:
        for name in ("..%2f..%2fetc%2fpasswd", "c1%00", "c9", "../../secret"):
            answer = await http.get(f"http://test/api/v1/calls/{name}/recording")
            assert answer.status_code == 404
        assert (await http.get(URL, params={"kind": "message"})).status_code == 404
        for file in ("link.raw", "../hotline.db"):
            recorded.store.save_recording(row(file))
            assert (await http.get(URL)).status_code == 404
    async with recorded.client("hb1") as http:  # a department hears nothing of calls
        assert (await http.get(URL)).status_code == 403
    async with recorded.client() as http:
        assert (await http.get(URL)).status_code == 401  # nobody: there is no who
    rows = [one for one in recorded.audit() if one[1] == "recording_refused"]
    assert [(who, subject) for who, _, subject, _ in rows] == [
        ("op1001", "../../etc/passwd"),
        ("op1001", "c1\ufffd"),
        ("op1001", "c9"),
        ("op1001", "c1"),
        ("op1001", "c1"),
        ("op1001", "c1"),
        ("hb1", "c1"),
    ]
    assert [detail.split(":")[0] for *_, detail in rows] == [
        *["no-such-call"] * 3,
        "no-recording",
        *["recording-missing"] * 2,
        "not-allowed",
    ]


async def test_a_recording_heard_is_in_the_audit_once_for_person_and_session_within_ten_minutes(
    recorded: House,
) -> None:
    async with recorded.client("op1001") as http:
        for first in range(0, 100_000, 10_000):
            assert (await http.get(URL, headers={"Range": f"bytes={first}-{first + 9999}"})).status_code == 206
        recorded.now[0] += 600
        await http.get(URL)
    async with recorded.client("op1001") as again, recorded.client("sup1") as other:
        await again.get(URL)
        await other.get(URL)
    assert [one for one in recorded.audit() if one[1].startswith("recording")] == [
        ("op1001", "recording_played", "c1", "talk"),
        ("op1001", "recording_played", "c1", "talk"),
        ("op1001", "recording_played", "c1", "talk"),
        ("sup1", "recording_played", "c1", "talk"),
    ]


async def test_a_refusal_stands_and_a_recording_plays_though_the_audit_does_not_serve(
    recorded: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise StoreFault("gone")

    async with recorded.client("op1001") as http:
        recorded.audit()
        monkeypatch.setattr("storage.audit.append", away)
        assert (await http.get(URL)).status_code == 200
        assert (await http.get("/api/v1/calls/c9/recording")).status_code == 404
    assert [one[1] for one in recorded.audit()] == ["signed_in"]
    assert "'c9'" in caplog.text
