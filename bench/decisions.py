"""One decision of the desk, and how it grows: beside a plain sort of those who wait and those who are free.

An operator ends his writing while everybody else is busy and the queues are full: the event in which he becomes ready
is the decision, with all that the desk does in it. Whoever is put through, another citizen comes in his place. The
plain sort orders all calls by rank and all operators by idle time once, as a desk would that kept nothing from event to
event.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import CallState
from routing.desk import Desk
from routing.floor import rank
from routing.policy import Member, Policy, Rules
from routing.queues import Queue

SIZES = ((1_000, 500), (2_500, 800), (5_000, 1_200), (10_000, 2_000))
QUEUES = 16
SERVED = 4
"""Queues that an operator serves."""
DECISIONS = 300
LIMIT_MS = 1.0
"""What a decision at the first of `SIZES` may take."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Milliseconds of one decision with so many `waiting` and `operators` all the while, and of the sort beside it."""

    waiting: int
    operators: int
    p50_ms: float
    p99_ms: float
    sort_ms: float


def measure(waiting: int, operators: int, decisions: int = DECISIONS) -> Growth:
    """A desk with so many waiting, and every operator in a talk, of whom one after the other becomes ready."""
    chance = random.Random(12345)  # noqa: S311 - the same room each time, and no secret
    desk, talks = _full(waiting, operators, chance)
    now, took, sorts = desk.snapshot.at, [], []
    for number in range(decisions):
        now += 0.01
        call, login = talks.pop(0)
        desk.handle(ev.CallEnded(call, 16), now)
        began = time.perf_counter()
        effects = desk.handle(pe.ReadyRequested(login), now)
        took.append(1000 * (time.perf_counter() - began))
        talks += _answered(desk, effects, now)
        _comes(desk, waiting + operators + number, chance, now)
        if number % 10 == 0:
            sorts.append(_sorted(desk))
        assert len(talks) == operators
    took.sort()
    still = sum(call.state is CallState.WAITING for call in desk.snapshot.calls.values())
    return Growth(still, len(talks), took[len(took) // 2], took[len(took) * 99 // 100], sorted(sorts)[len(sorts) // 2])


def _full(waiting: int, operators: int, chance: random.Random) -> tuple[Desk, list[tuple[str, str]]]:
    names = [f"q{number}" for number in range(QUEUES)]
    members = [Member(f"op{number}", tuple(chance.sample(names, SERVED))) for number in range(operators)]
    desk = Desk(Policy.of([*(Queue(name, name) for name in names), *members, Rules(default_queue=names[0])]))
    now = 1_000_000.0
    desk.handle(ev.TelephonyChanged(True), now)
    for number in range(waiting + operators):
        now += 0.01
        _comes(desk, number, chance, now)
    talks: list[tuple[str, str]] = []
    for member in members:
        for event in (pe.OperatorSignedIn(member.login), pe.PhoneRegistered(member.login)):
            desk.handle(event, now)
        talks += _answered(desk, desk.handle(pe.ReadyRequested(member.login), now), now)
    return desk, talks


def _comes(desk: Desk, number: int, chance: random.Random, now: float) -> None:
    """A citizen comes to wait in one of the queues."""
    call, channel = f"call-{number}", f"PJSIP/trunk-{number}"
    desk.handle(ev.CallArrived(call, f"1390{number:07d}", "", "12345", channel), now)
    desk.handle(ev.MenuFinished(call, f"q{chance.randrange(QUEUES)}"), now)
    desk.handle(ev.CallerWaiting(call, channel), now)


def _answered(desk: Desk, effects: Sequence[fx.Effect], now: float) -> list[tuple[str, str]]:
    """Everybody who is rung answers: call and operator of each."""
    rung = [(one.call, one.operators[0]) for one in effects if isinstance(one, fx.ConnectCall)]
    for call, login in rung:
        desk.handle(ev.OperatorAnswered(call, login, f"PJSIP/{login}-1"), now)
    return rung


def _sorted(desk: Desk) -> float:
    """Milliseconds of ordering all calls by rank and all operators by their idle time."""
    snapshot = desk.snapshot
    began = time.perf_counter()
    sorted(snapshot.calls.values(), key=lambda call: (rank(call, snapshot.policy), call.id))
    sorted(snapshot.operators.values(), key=lambda one: (one.idle_since, one.login))
    return 1000 * (time.perf_counter() - began)


HEAD = ("waiting × operators", "decision p50", "p99", "plain sort", "p50 : sort")


def rows(grown: Sequence[Growth]) -> list[tuple[str, ...]]:
    return [
        (
            f"{one.waiting:,} × {one.operators:,}",
            f"{one.p50_ms:.3f} ms",
            f"{one.p99_ms:.3f} ms",
            f"{one.sort_ms:.3f} ms",
            f"{one.p50_ms / one.sort_ms:.2f}",
        )
        for one in grown
    ]
