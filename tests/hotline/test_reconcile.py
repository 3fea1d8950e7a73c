"""The AMI stream of a real call, cut anywhere: after the snapshot nothing is lost and nothing doubled."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from agi import witness
from agi.ami import Ami, Event
from agi.endpoints import Endpoints
from agi.facts import Facts
from hotline.reconcile import Channels, Reconcile, bring, of_channels, spies
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import Call, CallState, Leg, Outcome
from routing.course import advance
from routing.desk import Desk
from routing.operators import OperatorState
from routing.outside import OutboundPurpose
from routing.records import StoreFault
from routing.watch_events import SpyPlaced, WatchMode
from tests.fakes.asterisk import FakeManager, manager
from tests.policies import policy

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
CALL = "5b05d863-5824-4d48-a653-889515ebaf73"
CHANNEL = "PJSIP/trunk-00000000"

WHOLE = (TRANSCRIPTS / "one_call.ami").read_bytes().split(b"Authentication accepted\r\n\r\n", 1)[1]
LIST = WHOLE[WHOLE.index(b"Response: Success") : WHOLE.index(b"Event: Hangup")]
STREAM = WHOLE.replace(LIST, b"")
HANGUP = STREAM.index(b"Event: Hangup")
LOG = (TRANSCRIPTS / "one_call.csv").read_text(encoding="utf-8")
ARRIVED_AT, TALK_AT, OVER_AT = 1795433745.75, 1795433750.38, 1795433756.47


async def settled() -> None:
    """Nothing is on its way to the store."""


class Disk:
    """What the store is asked for in a reconciliation."""

    def __init__(self, open_calls: tuple[Call, ...] = (), known: tuple[str, ...] = ()) -> None:
        self._open, self.known = open_calls, set(known)
        self.asked: list[str] = []
        self.away = 0
        """How many times more it does not serve."""

    async def read(self, look: Any, *given: Any) -> Any:
        self.asked.append(look.__name__)
        if self.away:
            self.away -= 1
            raise StoreFault("the database is away")
        return look(*given)

    def open_calls(self) -> list[Call]:
        return list(self._open)

    def unknown_calls(self, ids: Iterable[str]) -> set[str]:
        return set(ids) - self.known


class Room:
    """The joined parts, without sockets but the one to the fake Asterisk."""

    def __init__(self, fake: FakeManager, log_file: Path, disk: Disk) -> None:
        self.now = ARRIVED_AT
        self.set_forward = 0.0
        self.disk = disk
        self.desk = Desk(policy())
        self.facts = Facts(Endpoints())
        self.effects: list[fx.Effect] = []
        self.finished: list[Call] = []
        self.ups = 0
        self.ami = Ami(port=fake.port, username="desk", secret="s", on_up=self._up, on_event=self._event, retry_s=0.0)
        self.reconcile = Reconcile(
            desk=self.ami,
            phones=self.ami,
            facts=self.facts,
            store=disk,
            log_file=log_file,
            snapshot=lambda: self.desk.snapshot,
            clock=lambda: self.now,
            post=self.post,
            finish=lambda _, ended: self.finished.append(ended),
            settled=settled,
            set_forward=lambda: self.set_forward,
            country="CN",
        )

    def post(self, event: ev.Event, at: float | None = None) -> None:
        fresh = self.desk.handle(event, self.now if at is None else at)
        self.effects += fresh
        self.disk.known |= {effect.call.id for effect in fresh if isinstance(effect, fx.SaveCall)}

    async def _up(self) -> None:
        await self.reconcile.run()
        self.ups += 1
        if self.ups == 1:
            self.post(ev.CallArrived(CALL, "13907330001", "", "12345", CHANNEL))
            self.post(pe.OperatorSignedIn("op1001"))
            self.post(pe.PhoneRegistered("op1001"))
            self.post(pe.ReadyRequested("op1001"))
            self.now = ARRIVED_AT + 4.2
            self.post(ev.MenuFinished(CALL, "main"))

    def _event(self, event: Event, _at: float) -> None:
        if event["Event"] == "DialEnd":
            self.now = TALK_AT
        elif event["Event"] == "Hangup":
            self.now = OVER_AT
        for fact in self.facts.of(event):
            self.post(fact)

    def saved(self) -> list[Call]:
        return [effect.call for effect in self.effects if isinstance(effect, fx.SaveCall)]


NOTHING = (
    b"Response: Success\r\nActionID: 2\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    b"Event: CoreShowChannelsComplete\r\nActionID: 2\r\nEventList: Complete\r\nListItems: 0\r\n\r\n"
)


def channels(*, running: bool) -> Any:
    return lambda action_id: re.sub(
        rb"ActionID: 2\r\n", f"ActionID: {action_id}\r\n".encode(), LIST if running else NOTHING
    )


async def cut_at(cut: int, folder: Path, *, missed_the_end: bool) -> Room:
    """A session cut after `cut` bytes; what was under way then is over (or still running) when it is back."""
    log_file = folder / "calls.csv"
    log_file.unlink(missing_ok=True)
    async with manager() as fake:
        fake.replies["CoreShowChannels"] = channels(running=False)
        fake.greet = lambda number: STREAM[:cut] if number == 1 else (b"" if missed_the_end else STREAM[HANGUP:])
        fake.greet_after = "CoreShowChannels"
        fake.cut = lambda number: number == 1
        room = Room(fake, log_file, Disk())
        task = asyncio.create_task(room.ami.run())
        try:
            async with asyncio.timeout(10):
                while room.ups < 1:
                    await asyncio.sleep(0)
                fake.replies["CoreShowChannels"] = channels(running=not missed_the_end)
                whole = LOG if missed_the_end else LOG[: LOG.index('"BRIDGE_EXIT"')]
                log_file.write_text(whole, encoding="utf-8")
                while room.ups < 2 or CALL in room.desk.snapshot.calls:
                    if room.ups < 2:
                        await asyncio.sleep(0)
                        continue
                    room.now = OVER_AT
                    await asyncio.sleep(0)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    return room


def assert_whole(room: Room) -> None:
    saved = room.saved()
    assert {call.id for call in saved} == {CALL}
    last = saved[-1]
    assert (last.state, last.outcome) == (CallState.ENDED, Outcome.ANSWERED)
    assert sum(call.state is CallState.ENDED for call in saved) == 1
    assert [leg.operator for leg in last.legs if leg.answered_at] == ["op1001"]
    assert 5.0 < last.talk_s < 8.0
    assert room.finished == []
    assert room.desk.snapshot.operators["op1001"].state in (OperatorState.WRAP_UP, OperatorState.READY)
    assert len([effect for effect in room.effects if isinstance(effect, fx.ConnectCall)]) <= 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize("missed_the_end", [True, False], ids=["ended meanwhile", "still running"])
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.faults)])
async def test_wherever_the_stream_is_cut_the_call_is_whole(tmp_path: Path, missed_the_end: bool, step: int) -> None:
    """At every byte in `make faults`, at every seventh in every run."""
    for cut in range(0, len(STREAM) + 1 if missed_the_end else HANGUP + 1, step):
        assert_whole(await cut_at(cut, tmp_path, missed_the_end=missed_the_end))


async def test_a_call_that_came_and_went_without_us_is_written_once(tmp_path: Path) -> None:
    log_file = tmp_path / "calls.csv"
    log_file.write_text(LOG, encoding="utf-8")
    for known, finished in (((), [CALL]), ((CALL,), [])):
        async with manager() as fake:
            fake.replies["CoreShowChannels"] = channels(running=False)
            room = Room(fake, log_file, Disk(known=known))
            room.ups = 1
            task = asyncio.create_task(room.ami.run())
            async with asyncio.timeout(10):
                while room.ups < 2:
                    await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert [call.id for call in room.finished] == finished
        assert all(call.outcome is Outcome.ANSWERED and call.called == "12345" for call in room.finished)


async def up(room: Room) -> None:
    """One connection more, reconciled; at the end it is hung up."""
    before = room.ups
    task = asyncio.create_task(room.ami.run())
    async with asyncio.timeout(10):
        while room.ups == before:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_store_is_asked_once_for_all_calls_of_the_log_and_may_be_away_later_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_file = tmp_path / "calls.csv"
    calls = [f"call-{index}" for index in range(50)]
    log_file.write_text("".join(LOG.replace(CALL, call) for call in calls), encoding="utf-8")
    async with manager() as fake:
        fake.replies["CoreShowChannels"] = channels(running=False)
        room = Room(fake, log_file, Disk(known=tuple(calls[:-1])))
        room.ups = 1
        await up(room)
        assert [call.id for call in room.finished] == calls[-1:]
        assert room.disk.asked == ["open_calls", "unknown_calls"]

        real = room.disk.unknown_calls

        def away(ids: Iterable[str]) -> set[str]:
            monkeypatch.setattr(room.disk, "unknown_calls", real)
            raise StoreFault("the database is away")

        monkeypatch.setattr(room.disk, "unknown_calls", away)
        await up(room)
        assert room.disk.unknown_calls is real
        assert len(room.finished) == 1


async def test_calls_that_ended_before_they_arrived_are_asked_for_until_the_store_serves_and_share_one_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.reconcile.WITNESS_S", 0.0)
    monkeypatch.setattr("hotline.reconcile.RETRY_S", 0.0)
    readings = 0
    recent = witness.recent

    def counted(path: Path) -> list[witness.Line]:
        nonlocal readings
        readings += 1
        if readings == 1:
            raise OSError(24, "Too many open files")
        return recent(path)

    monkeypatch.setattr(witness, "recent", counted)
    log_file = tmp_path / "calls.csv"
    calls = [f"call-{index}" for index in range(30)]
    log_file.write_text("".join(LOG.replace(CALL, call) for call in calls), encoding="utf-8")
    async with manager() as fake:
        room = Room(fake, log_file, Disk())
        room.disk.away = 40
        asked = [room.reconcile.ask_witness(fx.Order(1, fx.AskWitness(call))) for call in calls]
        await asyncio.wait_for(asyncio.gather(*asked), 10)
    assert sorted(call.id for call in room.finished) == sorted(calls)
    assert readings <= 4


async def test_a_clock_that_was_set_forward_makes_no_old_line_new(tmp_path: Path) -> None:
    log_file = tmp_path / "calls.csv"
    log_file.write_text(LOG[: LOG.index('"BRIDGE_EXIT"')], encoding="utf-8")
    known = Call(CALL, "13907330001", "", "12345", CHANNEL, ARRIVED_AT - 30)
    for at, event in (
        (-26.0, ev.MenuFinished(CALL, "main")),
        (-25.6, ev.CallerWaiting(CALL, CHANNEL)),
        (-25.5, ev.CallOffered(CALL, ("op1001",))),
        (TALK_AT - ARRIVED_AT - 30, ev.OperatorAnswered(CALL, "op1001", "PJSIP/op1001-00000001")),
    ):
        known = advance(known, event, ARRIVED_AT + at)
    async with manager() as fake:
        fake.replies["CoreShowChannels"] = channels(running=True)
        room = Room(fake, log_file, Disk())
        room.ups, room.set_forward = 1, 30.0
        room.post(ev.CallAdopted(known))
        await up(room)
    assert room.desk.snapshot.calls[CALL] == known


async def test_a_call_that_arrives_while_asterisk_is_asked_is_not_taken_for_one_that_is_gone(tmp_path: Path) -> None:
    async with manager() as fake:
        room = Room(fake, tmp_path / "calls.csv", Disk())
        room.ups = 1

        def arrives_meanwhile(action_id: str) -> bytes:
            room.post(ev.CallArrived("new", "", "", "12345", "PJSIP/trunk-00000009"))
            return bytes(channels(running=False)(action_id))

        fake.replies["CoreShowChannels"] = arrives_meanwhile
        task = asyncio.create_task(room.ami.run())
        async with asyncio.timeout(10):
            while room.ups < 2:
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert room.desk.snapshot.calls["new"].state is CallState.GREETING
    assert room.finished == []


async def test_a_talk_that_runs_when_we_start_is_adopted_with_its_operator(tmp_path: Path) -> None:
    log_file = tmp_path / "calls.csv"
    log_file.write_text(LOG[: LOG.index('"BRIDGE_EXIT"')], encoding="utf-8")
    async with manager() as fake:
        fake.replies["CoreShowChannels"] = channels(running=True)
        room = Room(fake, log_file, Disk())
        room.ups, room.now = 1, OVER_AT
        task = asyncio.create_task(room.ami.run())
        async with asyncio.timeout(10):
            while room.ups < 2:
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    call = room.desk.snapshot.calls[CALL]
    assert (call.state, call.operator) == (CallState.TALKING, "op1001")
    assert call.answered_at == pytest.approx(1795433750.372, abs=0.001)
    assert room.desk.snapshot.operators["op1001"].state is OperatorState.TALKING


def test_two_who_are_seen_together_talk_whatever_was_told_before() -> None:
    call = Call(CALL, "13907330001", "", "12345", CHANNEL, 100.0)
    for at, event in (
        (101.0, ev.CallerWaiting(CALL, CHANNEL)),
        (102.0, ev.OperatorAnswered(CALL, "op1001", "PJSIP/op1001-1")),
        (110.0, ev.SoundLost(CALL, "op1001")),
    ):
        call = advance(call, event, at)
    together = Channels(CHANNEL, "connect", frozenset({"op1001"}), "op1001", "PJSIP/op1001-1")
    found, told = bring(call, [], together, 120.0)
    assert (found.state, found.operator, [type(event) for event, _ in told]) == (
        CallState.TALKING,
        "op1001",
        [ev.OperatorAnswered],
    )
    assert found.talk_s == 8.0  # until the sound was lost; the talk that goes on is not over


def test_a_telephone_that_rings_for_a_call_that_we_place_is_found_where_its_ring_was_not_told() -> None:
    call = Call(
        CALL, "13907330001", "", "", "", 100.0, state=CallState.DIALLING, operator="op1001",
        purpose=OutboundPurpose.CLICK_TO_CALL, legs=(Leg("op1001", 100.0),), ring_until=160.0,
    )  # fmt: skip
    rung = Channels("", "callout", frozenset({"op1001"}), None, "", rung="PJSIP/op1001-1")
    found, told = bring(call, [], rung, 105.0)
    assert [event for event, _ in told] == [ev.RingStarted(CALL, "op1001", "PJSIP/op1001-1")]
    assert (found.state, found.legs[-1].channel) == (CallState.DIALLING, "PJSIP/op1001-1")
    assert bring(found, [], rung, 106.0)[1] == []  # once


def test_a_supervisor_who_listens_is_found_and_a_guest_of_the_room_is_no_third_in_the_talk() -> None:
    def channel(name: str, account: str, context: str, exten: str = "s", bridge: str = "b1") -> Event:
        return {"Channel": name, "AccountCode": account, "Context": context, "Exten": exten, "BridgeId": bridge}

    listed = [
        channel(CHANNEL, CALL, "room"),
        channel("PJSIP/op1001-1", CALL, "seat"),
        channel("PJSIP/sup1-1", f"spy-{CALL}", "spy", "barge"),
        channel("PJSIP/sup2-1", f"spy-{CALL}", "spy", "listen", ""),
        channel("PJSIP/desk_sup3-1", f"spy-{CALL}", "phone", "", ""),  # still rings
    ]
    assert spies(listed) == (
        SpyPlaced(CALL, "sup1", "PJSIP/sup1-1", WatchMode.BARGE),
        SpyPlaced(CALL, "sup2", "PJSIP/sup2-1", WatchMode.LISTEN),
    )
    assert of_channels(listed)[CALL].seats == (("op1001", "PJSIP/op1001-1"),)
    assert of_channels(listed)[CALL].operators == frozenset({"op1001"})
