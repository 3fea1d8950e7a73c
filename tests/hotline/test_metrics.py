"""What Prometheus is told of the line."""

from dataclasses import replace
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from agent_console.hub import Hub
from agent_console.news import News
from agent_console.session import SignedIn
from agi.ami import Ami
from agi.fastagi import Server
from hotline.metrics import Figures, MeteredDesk
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.loop import Loop
from routing.outside import OutboundPurpose
from routing.records import Account, Role
from tests.policies import ENV, MAIN, policy
from tests.work import backlog

CALLER, NAME = "13907330001", "李晓雯"


class Line:
    def __init__(self) -> None:
        self.now = 1000.0
        self.registry = CollectorRegistry()
        self.desk = MeteredDesk(policy(MAIN, ENV), self.registry)
        self.hub = Hub(lambda: self.now, bound=4)
        self.news = News(self.hub, lambda: self.desk.snapshot, lambda: self.now, ZoneInfo("Asia/Shanghai"))
        self.ami = Ami(port=1, username="desk", secret="")
        workers = dict.fromkeys(get_args(fx.Effect), self.idle)
        loop = Loop(self.desk, lambda: self.now, workers, term=7)
        loop.post(ev.Tick())
        self.registry.register(Figures(self.desk, loop, self.hub, Server({}), {"desk": self.ami}, 7, lambda: self.now))

    async def idle(self, order: fx.Order) -> None:
        """Nobody carries out anything here."""

    def tell(self, *events: ev.Event) -> list[fx.Effect]:
        return [effect for event in events for effect in self.desk.handle(event, self.now)]

    def arrives(self, call: str) -> None:
        self.tell(
            ev.CallArrived(call, CALLER, NAME, "12345", f"ch-{call}"),
            ev.MenuFinished(call, "main"),
            ev.CallerWaiting(call, f"ch-{call}"),
        )

    def told(self) -> dict[str, float]:
        text = generate_latest(self.registry).decode()
        assert CALLER not in text
        assert NAME not in text
        return {
            sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


def test_calls_queues_and_operators_are_told_as_they_stand() -> None:
    line = Line()
    line.tell(ev.TelephonyChanged(True), pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))
    line.arrives("c1")
    line.now += 30
    line.arrives("c2")
    line.now += 12.5
    told = line.told()
    assert (told["hotline_queue_waiting main"], told["hotline_queue_longest_wait_seconds main"]) == (2, 42.5)
    assert (told["hotline_queue_waiting env"], told["hotline_queue_longest_wait_seconds env"]) == (0, 0)
    assert (told["hotline_calls_running waiting"], told["hotline_calls_running talking"]) == (2, 0)
    assert (told["hotline_operators paused"], told["hotline_operators ready"]) == (1, 0)
    assert (told["hotline_telephony_up"], told["hotline_ami_up desk"], told["hotline_desk_term"]) == (1, 0, 7)
    assert (told["hotline_inbox_events"], told["hotline_agi_sessions"]) == (1, 0)
    assert told["hotline_event_seconds_count"] == 9


def test_calls_that_ended_are_counted_once_by_what_became_of_them() -> None:
    line = Line()
    for call in ("c1", "c2", "c3"):
        line.arrives(call)
    line.tell(ev.MessageStarted("c1"), ev.CallEnded("c1", 16), ev.CallEnded("c1", 16), ev.CallEnded("c2", 16))
    told = line.told()
    counts = {key: value for key, value in told.items() if key.startswith("hotline_calls_total")}
    assert counts == {
        "hotline_calls_total answered": 0,
        "hotline_calls_total message": 1,
        "hotline_calls_total abandoned": 1,
        "hotline_calls_total forwarded": 0,
        "hotline_calls_total joined": 0,
        "hotline_calls_total call_back": 0,
        "hotline_calls_total unreached": 0,
        "hotline_calls_total unknown": 0,
    }


def test_calls_outside_are_counted_by_purpose_and_by_what_became_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    noted = fx.NoteOutbound("c1", CALLER, "op1001", OutboundPurpose.TRANSFER, 1000.0)
    all_noted = [noted, replace(noted, refusal="not_allowed"), replace(noted, refusal="not_allowed")]
    monkeypatch.setattr(line.desk, "_take_in", lambda event: line.desk._board.order(*all_noted))
    line.tell(ev.Tick())
    told = {key: count for key, count in line.told().items() if key.startswith("hotline_outbound_calls_total")}
    assert len(told) == 4 * 7
    assert {key: count for key, count in told.items() if count} == {
        "hotline_outbound_calls_total transfer placed": 1,
        "hotline_outbound_calls_total transfer not_allowed": 2,
    }


async def test_live_connections_and_those_that_did_not_read_are_counted() -> None:
    line = Line()
    links = [
        line.hub.claim(SignedIn(Account(login, NAME, role), login, "page", 9e9))
        for login, role in (("sup1", Role.SUPERVISOR), ("sup1", Role.SUPERVISOR), ("op1001", Role.OPERATOR))
    ]
    told = line.told()
    assert [told[f"hotline_live_connections {role}"] for role in ("operator", "supervisor", "admin")] == [1, 2, 0]
    line.hub.join(links[0], None, line.news.whole)
    for count in range(8):
        line.news.messages(backlog(count), [])
    line.hub.leave(links[0])
    line.hub.leave(links[2])
    told = line.told()
    assert [told[f"hotline_live_connections {role}"] for role in ("operator", "supervisor", "admin")] == [0, 1, 0]
    assert told["hotline_live_dropped_total"] == 1


def test_an_action_that_asterisk_does_not_take_is_counted() -> None:
    line = Line()
    line.ami.failed = 3
    assert line.told()["hotline_ami_actions_failed_total desk"] == 3
