"""The AMI client: what panoramisk alone would get wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agi.ami import Ami, AmiError, Event, UnsafeValueError
from tests.fakes.asterisk import FakeManager, manager

TRANSCRIPT = (Path(__file__).parents[1] / "transcripts" / "one_call.ami").read_bytes()
EVENT = "Event: UserEvent\r\nUserEvent: Waiting\r\nCall: c{}\r\nName: 张三李四\r\n\r\n"


@asynccontextmanager
async def connected(
    fake: FakeManager, on_event: Callable[[Event, float], None] | None = None, **options: float
) -> AsyncIterator[Ami]:
    up = asyncio.Event()

    async def on_up() -> None:
        up.set()

    ami = Ami(port=fake.port, username="desk", secret="s", on_up=on_up, on_event=on_event, retry_s=0.01, **options)
    task = asyncio.create_task(ami.run())
    try:
        await asyncio.wait_for(up.wait(), 5)
        yield ami
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Seen(list[Event]):
    """Events as they come, and a way to wait for so many."""

    def __init__(self) -> None:
        super().__init__()
        self.grew = asyncio.Event()

    def __call__(self, event: Event, at: float) -> None:
        assert at > 0
        self.append(event)
        self.grew.set()

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self) < count:
                self.grew.clear()
                await self.grew.wait()


async def test_names_are_whole_wherever_a_read_ends() -> None:
    stream = EVENT.format(1).encode()
    for cut in range(1, len(stream)):
        seen = Seen()
        async with manager() as fake, connected(fake, seen):
            writer = fake.writers[0]
            writer.write(stream[:cut])
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(stream[cut:])
            await seen.reach(1)
        assert seen[0]["Name"] == "张三李四"


async def test_an_exception_in_a_handler_ends_neither_the_connection_nor_the_next_event() -> None:
    seen = Seen()

    def handler(event: Event, at: float) -> None:
        seen(event, at)
        if event["Call"] == "c1":
            raise RuntimeError("bug")

    async with manager() as fake:
        fake.greet = lambda number: (EVENT.format(1) + EVENT.format(2)).encode()
        async with connected(fake, handler):
            await seen.reach(2)
    assert [event["Call"] for event in seen] == ["c1", "c2"]
    assert fake.connections == 1


async def test_a_slow_reader_loses_nothing_and_keeps_the_connection() -> None:
    seen = Seen()
    async with manager() as fake:
        fake.greet = lambda number: "".join(EVENT.format(n) for n in range(5000)).encode()
        async with connected(fake, seen):
            await seen.reach(5000)
    assert [event["Call"] for event in seen] == [f"c{n}" for n in range(5000)]
    assert fake.connections == 1


@pytest.mark.parametrize("poison", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b"])
async def test_a_line_break_in_a_value_is_refused_before_anything_is_sent(poison: str) -> None:
    async with manager() as fake, connected(fake) as ami:
        for fields in ({"Channel": poison}, {"Channel": "x", "Exten": poison}):
            with pytest.raises(UnsafeValueError):
                await ami.action("Redirect", **fields)
        await ami.action("Ping")
    assert fake.names() == ["Login", "Ping"]


@pytest.mark.parametrize("harmless", ['"quoted"', "a&b", "a,b", "a|b", "a;b", "张三", "a: b"])
async def test_signs_that_mean_nothing_to_ami_pass_byte_for_byte(harmless: str) -> None:
    async with manager() as fake, connected(fake) as ami:
        await ami.action("Hangup", Channel=harmless)
    assert fake.actions[-1]["Channel"] == harmless
    assert len(fake.actions) == 2


async def test_an_action_without_answer_ends_in_an_error_and_is_never_sent_again() -> None:
    async with manager() as fake, connected(fake) as ami:
        fake.silent = True
        with pytest.raises(AmiError, match="no answer within"):
            await ami.action("Redirect", timeout=0.05, Channel="x")
        fake.silent = False
        fake.writers[0].close()
        while fake.connections < 2 or not ami.up:
            await asyncio.sleep(0.005)
        await ami.action("Ping")
    assert fake.names("Redirect") == ["Redirect"]


async def test_whoever_waits_for_a_reply_learns_at_once_that_the_connection_is_lost() -> None:
    async with manager() as fake, connected(fake) as ami:
        fake.silent = True
        waiting = asyncio.create_task(ami.action("Redirect", timeout=60, Channel="x"))
        while "Redirect" not in fake.names():
            await asyncio.sleep(0.005)
        fake.writers[0].close()
        with pytest.raises(AmiError, match="lost"):
            await asyncio.wait_for(waiting, 5)


async def test_a_peer_that_no_longer_answers_pings_is_left() -> None:
    async with manager() as fake, connected(fake, ping_s=0.05):
        fake.silent = True
        async with asyncio.timeout(5):
            while fake.connections < 2:
                await asyncio.sleep(0.01)


async def test_a_snapshot_that_fails_for_whatever_reason_is_tried_again() -> None:
    tries: list[int] = []

    async def on_up() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise TypeError("a row from another century")

    async with manager() as fake:
        ami = Ami(port=fake.port, username="desk", secret="s", on_up=on_up, retry_s=0.0)
        task = asyncio.create_task(ami.run())
        async with asyncio.timeout(5):
            while not ami.up:
                await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(tries) == 3


async def test_a_peer_that_falls_silent_under_an_order_ends_it_with_an_error_of_ours() -> None:
    async with manager() as fake, connected(fake, ping_s=0.05) as ami:
        fake.silent = True
        with pytest.raises(AmiError):
            await ami.action("Redirect", timeout=60, Channel="x")


async def test_a_refused_action_and_a_refused_list_say_why() -> None:
    def refuse(action_id: str) -> bytes:
        return f"Response: Error\r\nActionID: {action_id}\r\nMessage: Permission denied\r\n\r\n".encode()

    def nothing(action_id: str) -> bytes:
        return f"Response: Error\r\nActionID: {action_id}\r\nMessage: No Contacts found\r\n\r\n".encode()

    async with manager() as fake, connected(fake) as ami:
        fake.replies = {"Originate": refuse, "CoreShowChannels": refuse, "PJSIPShowContacts": nothing}
        with pytest.raises(AmiError, match="Permission denied"):
            await ami.action("Originate")
        with pytest.raises(AmiError, match="Permission denied"):
            await ami.listing("CoreShowChannels", "CoreShowChannel")
        assert await ami.listing("PJSIPShowContacts", "ContactList") == []


async def test_a_message_without_end_closes_the_connection() -> None:
    async with manager() as fake, connected(fake):
        for _ in range(80):
            fake.writers[0].write(b"x" * 8192)
        async with asyncio.timeout(5):
            while fake.connections < 2:
                await asyncio.sleep(0.01)


async def test_a_recorded_stream_gives_its_events_whatever_the_size_of_the_reads() -> None:
    body = TRANSCRIPT.split(b"Message: Authentication accepted\r\n\r\n", 1)[1]
    for size in (1, 7, 1000):
        seen = Seen()
        async with manager() as fake, connected(fake, seen):
            for at in range(0, len(body), size):
                fake.writers[0].write(body[at : at + size])
                if size == 1 and at % 64 == 0:
                    await fake.writers[0].drain()
            await seen.reach(10)
        kinds = [event["Event"] for event in seen if "ActionID" not in event]
        assert kinds == [
            *("FullyBooted", "ContactStatus", "UserEvent", "DialBegin", "DialEnd"),
            *("Hangup", "Hangup", "ContactStatus"),
        ]
