"""The AGI listener against peers that do not keep to the protocol, and the commands that pyst2 sends through it."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agi import fastagi
from agi.fastagi import Script, Server, Session, UnsafeArgumentError

ENVIRONMENT = b"agi_network: yes\nagi_network_script: script\nagi_accountcode: c1\nagi_callerid: 13907330001\n\n"


@asynccontextmanager
async def listening(script: Script, **options: float) -> AsyncIterator[int]:
    server = Server({"script": script}, **options)
    await server.start("127.0.0.1", 0)
    assert server._server is not None
    try:
        yield server._server.sockets[0].getsockname()[1]
    finally:
        await server.stop()


def greet(agi: Session) -> None:
    agi.stream_file("hotline/greeting", "#")
    agi.set_variable("OK", "1")


async def read_all(reader: asyncio.StreamReader, seconds: float = 8.0) -> bytes:
    try:
        return await asyncio.wait_for(reader.read(), seconds)
    except ConnectionError:
        return b""


async def test_commands_go_out_one_by_one_as_their_results_come() -> None:
    async with listening(greet) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ENVIRONMENT)
        assert await reader.readline() == b'STREAM FILE hotline/greeting "#" 0\n'
        writer.write(b"200 result=0 endpos=33600\n")
        assert await reader.readline() == b'SET VARIABLE "OK" "1"\n'
        writer.write(b"200 result=1\n")
        assert await read_all(reader) == b""
        writer.close()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "connects and closes"),
        (b"agi_network: yes\nagi_net", "ends in the middle of a line"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "speaks HTTP"),
        (b"\xff\xfe\n\n", "bad UTF-8"),
        (ENVIRONMENT.replace(b"script: script", b"script: nothing"), "asks for a script that is not there"),
        (ENVIRONMENT + b"HANGUP\n", "hangs up instead of a result"),
        (ENVIRONMENT + b"HANGUP\n200 result=-1\n", "HANGUP inside a reply"),
        (
            ENVIRONMENT + b"520-Invalid command syntax.  Proper usage follows:\nUsage: x\n520 End of proper usage.\n",
            "520",
        ),
        (ENVIRONMENT + b"520-Invalid\n" + b"more\n" * 1000, "a usage without end"),
        (ENVIRONMENT + b"510 Invalid or unknown command\n", "510"),
        (ENVIRONMENT + b"nonsense\n", "no code"),
        (ENVIRONMENT + b"\xff\xff\n", "bad UTF-8 in a result"),
    ],
)
async def test_a_peer_that_does_not_keep_to_the_protocol_is_left(sent: bytes, why: str) -> None:
    async with listening(greet) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writer.write_eof()
        answer = await read_all(reader)
        assert answer in (b"", b'STREAM FILE hotline/greeting "#" 0\n'), why
        writer.close()
        await _still_serves(port)


async def test_a_peer_that_sends_no_blank_line_is_left_after_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastagi, "ENVIRONMENT_S", 0.2)
    async with listening(greet) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"agi_network: yes\n")
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_ten_megabytes_without_a_line_break_cost_no_memory() -> None:
    async with listening(greet) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        block = b"x" * 65536
        tracemalloc.start()
        try:
            for _ in range(160):
                writer.write(block)
                try:
                    await asyncio.wait_for(writer.drain(), 5)
                except ConnectionError:
                    break
            assert await read_all(reader) == b""
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        writer.close()
        assert most < 8 << 20
        await _still_serves(port)


async def test_more_sessions_than_allowed_are_closed_at_once_and_the_others_go_on() -> None:
    async with listening(greet, sessions=2) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in held:
            writer.write(ENVIRONMENT)
        for reader, _ in held:
            await reader.readline()
        reader, refused = await asyncio.open_connection("127.0.0.1", port)
        assert await read_all(reader) == b""
        refused.close()
        for reader, writer in held:
            writer.write(b"200 result=0\n")
            assert await reader.readline() == b'SET VARIABLE "OK" "1"\n'
            writer.close()


@pytest.mark.parametrize("poison", ["1\nEXEC System rm", "1\r\n", "\0"])
async def test_a_line_break_in_a_variable_is_refused_before_anything_is_sent(poison: str) -> None:
    caught: list[Exception] = []

    def script(agi: Session) -> None:
        try:
            agi.set_variable("NAME", poison)
        except UnsafeArgumentError as refused:
            caught.append(refused)
        agi.set_variable("OK", "1")

    assert await _first_command(script) == b'SET VARIABLE "OK" "1"\n'
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("value", "sent"),
    [('a"b', r'"a\"b"'), ("a\\", r'"a\\"'), ("a,b&c|d;e", '"a,b&c|d;e"'), ("张三", '"张三"'), ("a b", '"a b"')],
)
async def test_quotes_and_the_dialplans_own_signs_arrive_as_they_are(value: str, sent: str) -> None:
    assert await _first_command(lambda agi: agi.set_variable("NAME", value)) == f'SET VARIABLE "NAME" {sent}\n'.encode()


async def _first_command(script: Script) -> bytes:
    async with listening(script) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ENVIRONMENT)
        line = await reader.readline()
        writer.close()
        return line


async def _still_serves(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ENVIRONMENT)
    assert await reader.readline() == b'STREAM FILE hotline/greeting "#" 0\n'
    writer.close()


async def test_a_session_that_is_open_at_the_end_is_closed_without_a_word_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening(greet) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ENVIRONMENT)
        assert await reader.readline()
    assert await read_all(reader) == b""
    writer.close()
    assert caplog.records == []


def patient(agi: Session) -> None:
    agi.takes_time()
    agi.set_variable("STEP", "1")
    agi.takes_time()
    agi.set_variable("STEP", "2")


async def _told(port: int) -> list[bytes]:
    """The commands of a session whose commands succeed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ENVIRONMENT)
    told = []
    while line := await reader.readline():
        told.append(line)
        writer.write(b"200 result=1\n")
    writer.close()
    return told


async def test_a_step_that_may_take_its_time_is_waited_for_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [b'SET VARIABLE "STEP" "1"\n', b'SET VARIABLE "STEP" "2"\n']
    more = b'SET VARIABLE "TIMEOUT(absolute)" "180"\n'
    async with listening(patient) as port:
        assert await _told(port) == steps  # the dialplan has just begun to wait
    monkeypatch.setattr(fastagi, "GRANTED_S", 0.0)
    async with listening(patient) as port:
        assert await _told(port) == [more, steps[0], more, steps[1]]
    monkeypatch.setattr(fastagi, "WHOLE_S", 0.0)  # who presses for so long comes to a person at last
    async with listening(patient) as port:
        assert await _told(port) == steps


async def test_a_session_whose_step_takes_its_time_is_not_closed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastagi, "GRANTED_S", 0.0)
    async with listening(patient, session_s=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ENVIRONMENT)
        assert await reader.readline() == b'SET VARIABLE "TIMEOUT(absolute)" "180"\n'
        closed = asyncio.create_task(reader.readline())
        done, _ = await asyncio.wait([closed], timeout=0.6)
        assert not done
        writer.close()
        await closed
