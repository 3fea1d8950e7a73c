"""A page that comes and goes ends up where one that never left is, whatever happens in between."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_console.hub import Hub, Link
from agent_console.news import News
from agent_console.session import SignedIn
from hotline.board import Board, told
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.desk import Desk
from routing.records import Account, Role
from tests.policies import ENV, MAIN, policy
from tests.work import backlog

CALLS, CREW = ("c1", "c2", "c3"), ("op1001", "op1002")


class Line:
    """The desk, the hub and its news without anything around them."""

    def __init__(self, kept: int, bound: int) -> None:
        self.now = 1_795_000_000.0
        self.desk = Desk(policy(MAIN, ENV))
        self.hub = Hub(lambda: self.now, kept=kept, bound=bound)
        self.news = News(self.hub, lambda: self.desk.snapshot, lambda: self.now, ZoneInfo("Asia/Shanghai"))

    async def tell(self, event: ev.Event) -> None:
        self.now += 1
        for effect in self.desk.handle(event, self.now):
            worker = self.news.workers().get(type(effect))
            if worker is not None:
                await worker(fx.Order(1, effect))


@dataclass
class Page:
    """A page that keeps what it was told, as docs/live-protocol.md says."""

    line: Line
    who: SignedIn
    link: Link | None = None
    seq: int | None = None
    board: Board = field(default_factory=Board)
    operator: Any = None
    call: Any = None
    snapshots: int = 0

    def come(self) -> None:
        if self.link is None:
            self.link = self.line.hub.claim(self.who)
            self.line.hub.join(self.link, self.seq, self.line.news.whole)

    def stay(self) -> None:
        """Come, and read however much there is; outside the account's bound, so that nobody sends it away."""
        self.link = Link(self.who, 0)
        self.line.hub.join(self.link, None, self.line.news.whole)

    def go(self, *, reads_before: int) -> None:
        """The line breaks: of what was on its way, `reads_before` frames still come."""
        if self.link is not None:
            self.read(reads_before)
            self.line.hub.leave(self.link)
            self.link = None

    def read(self, count: int = 10_000) -> None:
        while self.link is not None and count and not self.link.frames.empty():
            self.hear(json.loads(self.link.frames.get_nowait()))
            count -= 1
        if self.link is not None and self.link.over.done():  # too slow
            self.line.hub.leave(self.link)
            self.link = None

    def hear(self, frame: dict[str, Any]) -> None:
        kind, data = frame["type"], frame["data"]
        assert kind == "snapshot" or self.seq is None or frame["seq"] > self.seq
        self.seq = frame["seq"]
        self.board = told(self.board, frame, self.line.now)
        if kind == "snapshot":
            self.operator, self.call = data["operator"], data["call"]
            self.snapshots += 1
        elif kind == "operator" and data["login"] == self.who.account.login:
            self.operator = data
            if data["call"] is None:
                self.call = None
        elif kind == "call" and self.operator is not None and self.operator["call"] == data["id"]:
            self.call = data

    def state(self) -> object:
        board = replace(self.board, ahead_s=0.0, seq=None)
        if self.who.account.role is Role.OPERATOR:  # who is told of himself alone keeps no lists
            return replace(board, operators={}, calls={}), self.operator, self.call
        return board


def signed_in(login: str, role: Role) -> SignedIn:
    return SignedIn(Account(login, login, role), login, "page", 9e9)


calls = st.sampled_from(CALLS)
crew = st.sampled_from(CREW)
events = st.one_of(
    st.builds(lambda call: ev.CallArrived(call, "13907330001", "<b>", "12345", f"ch-{call}"), calls),
    st.builds(ev.MenuFinished, calls, st.sampled_from(("main", "env"))),
    st.builds(lambda call: ev.CallerWaiting(call, f"ch-{call}"), calls),
    st.builds(lambda call, login: ev.OperatorAnswered(call, login, "PJSIP/op"), calls, crew),
    st.builds(ev.RingEnded, calls, crew, st.sampled_from(ev.RingResult)),
    st.builds(lambda call, login: ev.OperatorLegEnded(call, login, 44), calls, crew),
    st.builds(lambda call: ev.CallEnded(call, 16), calls),
    st.builds(lambda login: pe.OperatorSignedIn(login), crew),
    st.builds(pe.PhoneRegistered, crew),
    st.builds(pe.ReadyRequested, crew),
    st.builds(pe.PauseRequested, crew),
    st.builds(pe.OperatorSignedOut, crew),
    st.builds(ev.TelephonyChanged, st.booleans()),
    st.just(ev.Tick()),
)
steps = st.one_of(
    st.tuples(st.just("event"), events),
    st.tuples(st.just("messages"), st.integers(0, 3)),
    st.tuples(st.just("come"), st.none()),
    st.tuples(st.just("go"), st.integers(0, 8)),
    st.tuples(st.just("read"), st.none()),
)


@pytest.mark.parametrize(("login", "role"), [("sup1", Role.SUPERVISOR), ("op1001", Role.OPERATOR)])
@settings(max_examples=300)
@given(story=st.lists(steps, max_size=60), kept=st.integers(1, 40), bound=st.integers(6, 40))
async def test_a_page_that_comes_and_goes_knows_at_the_end_what_one_that_stayed_knows(
    login: str, role: Role, story: list[tuple[str, Any]], kept: int, bound: int
) -> None:
    line = Line(kept, bound)
    for one in CREW:
        line.hub.introduce(one, one)
    stayed, flighty = Page(line, signed_in(login, role)), Page(line, signed_in(login, role))
    stayed.stay()
    for kind, what in story:
        match kind:
            case "event":
                await line.tell(what)
            case "messages":
                line.news.messages(backlog(what), [])
            case "come":
                flighty.come()
            case "go":
                flighty.go(reads_before=what)
            case "read":
                flighty.read()
    stayed.read()
    assert stayed.snapshots == 1
    flighty.read()
    flighty.come()
    flighty.read()
    assert flighty.state() == stayed.state()
