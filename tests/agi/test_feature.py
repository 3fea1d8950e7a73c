"""Feature codes at a desk phone: what is spoken is what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from agi import feature
from agi.fastagi import Server
from agi.feature import Feature
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.desk import Desk
from routing.operators import OperatorState
from tests.policies import policy


class Room:
    """A desk with a feature script; Asterisk is played by the test."""

    def __init__(self) -> None:
        self.desk = Desk(policy())
        self.told: list[ev.Event] = []
        self.spoken: list[bytes] = []

    async def ask(self, event: ev.Event) -> Sequence[fx.Effect]:
        self.told.append(event)
        return self.desk.handle(event, 0.0)

    def state(self) -> OperatorState:
        return self.desk.snapshot.operators["1007"].state

    async def dial(self, code: str, *, hangs_up_early: bool = False) -> list[bytes]:
        """The AGI commands of the script; ends when it ends."""
        server = Server({"feature": Feature(self.ask, lambda: self.desk.snapshot)})
        await server.start("127.0.0.1", 0)
        assert server._server is not None
        reader, writer = await asyncio.open_connection(*server._server.sockets[0].getsockname())
        writer.write(
            b"agi_network_script: feature\nagi_channel: PJSIP/desk_1007-00000001\nagi_extension: %b\n\n" % code.encode()
        )
        commands: list[bytes] = []
        try:
            while command := await asyncio.wait_for(reader.readline(), 5):
                commands.append(command.strip())
                over = hangs_up_early or command.startswith(b"HANGUP")
                if not hangs_up_early:
                    writer.write(b"200 result=1 endpos=1\n")
                if over:
                    writer.write_eof()
            return commands
        finally:
            writer.close()
            for _ in range(500):
                if not server._running:
                    break
                await asyncio.sleep(0.01)
            await server.stop()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature, "SETTLE_S", 0.0)


REFUSED = [b'SET VARIABLE "SAY" "not-now"']


async def test_ready_signs_in_and_counts_from_the_hang_up() -> None:
    room = Room()
    room.desk.handle(pe.PhoneRegistered("1007"), 0.0)
    commands = await room.dial("*71")
    assert [command.split()[0] for command in commands] == [b"STREAM", b"HANGUP"]
    assert b"now-ready" in commands[0]
    assert room.told == [pe.DeskPhoneSignedIn("1007"), pe.ReadyRequested("1007")]
    assert room.state() is OperatorState.READY


async def test_who_hangs_up_in_the_confirmation_is_ready_all_the_same() -> None:
    room = Room()
    room.desk.handle(pe.PhoneRegistered("1007"), 0.0)
    await room.dial("*71", hangs_up_early=True)
    assert room.state() is OperatorState.READY


async def test_a_phone_that_cannot_be_rung_is_not_told_that_it_is_ready() -> None:
    room = Room()
    assert await room.dial("*71") == REFUSED
    assert room.told == []


async def test_pause_and_sign_out_are_spoken_after_they_happened() -> None:
    room = Room()
    room.desk.handle(pe.PhoneRegistered("1007"), 0.0)
    await room.dial("*71")
    assert await room.dial("*72") == [b'SET VARIABLE "SAY" "now-paused"']
    assert room.state() is OperatorState.PAUSED
    assert await room.dial("*70") == [b'SET VARIABLE "SAY" "now-signed-out"']
    assert room.state() is OperatorState.OFFLINE


@pytest.mark.parametrize("code", ["*70", "*71", "*72"])
async def test_in_a_talk_nothing_changes_and_it_is_said(code: str) -> None:
    room = Room()
    room.desk.handle(pe.PhoneRegistered("1007"), 0.0)
    room.desk.handle(pe.DeskPhoneSignedIn("1007"), 0.0)
    room.desk.handle(ev.CallArrived("c1", "", "", "12345", "PJSIP/trunk-1"), 0.0)
    room.desk.handle(ev.CallerWaiting("c1", "PJSIP/trunk-1"), 0.0)
    room.desk.handle(ev.OperatorAnswered("c1", "1007", "PJSIP/desk_1007-1"), 0.0)
    before = room.desk.snapshot.operators["1007"]
    assert await room.dial(code) == REFUSED
    assert room.desk.snapshot.operators["1007"] == before
