"""A day at the real desk: nobody is lost, nobody talks with two, and the same dice give the same day."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from routing import effects as fx
from routing import events as ev
from routing.call import Outcome
from routing.desk import Desk
from routing.operators import OperatorState
from simulation import engine
from simulation.day import Plan, citizens, read
from simulation.engine import run
from simulation.figures import BUSY
from simulation.played import Run, crewed
from tests.simulation.towns import CROWDED, MANIFOLD, MARKOV, PLAIN


def played(plan: Plan, day: int = 0, **how: Any) -> Run:
    return run(plan, MANIFOLD, citizens(plan, day), day, **how)


@pytest.fixture(scope="module")
def crowded() -> Run:
    return played(read(CROWDED))


def talks(done: Run) -> Iterator[tuple[str, float, float]]:
    """Operator, begin and end of every talk, as the desk wrote them down."""
    for call in done.calls:
        for leg in call.legs:
            if leg.answered_at is not None:
                assert leg.ended_at is not None
                yield leg.operator, leg.answered_at, leg.ended_at


def test_every_citizen_has_one_call_with_one_outcome(crowded: Run) -> None:
    people = list(citizens(read(CROWDED)))
    assert sorted(call.id for call in crowded.calls) == sorted(one.call for one in people)
    assert all(call.outcome not in (None, Outcome.UNKNOWN) and call.ended_at is not None for call in crowded.calls)
    assert crowded.faults == ()


def test_no_operator_talks_with_two_citizens_at_once(crowded: Run) -> None:
    found = sorted(talks(crowded))
    assert len(found) == sum(call.outcome is Outcome.ANSWERED for call in crowded.calls) > 300
    assert all(one[0] != other[0] or one[2] <= other[1] for one, other in pairwise(found))


def test_the_desk_refuses_nothing_of_what_telephone_and_people_tell_it(crowded: Run) -> None:
    assert crowded.refused == ()


def test_a_crowded_day_sees_every_way_out(crowded: Run) -> None:
    assert {call.outcome for call in crowded.calls} == {
        *(Outcome.ANSWERED, Outcome.ABANDONED, Outcome.MESSAGE, Outcome.CALL_BACK, Outcome.FORWARDED)
    }
    assert any(call.passed == ("main",) for call in crowded.calls)
    assert any(leg.result == "not_answered" for call in crowded.calls for leg in call.legs)
    assert any(
        len(call.legs) > 1 and {leg.result for leg in call.legs} == {"answered", "taken"} for call in crowded.calls
    )
    orders = {"ConnectCall", "TakeMessage", "OfferCallBack", "ForwardCall", "EndCall", "OpenWork", "EndOffer"}
    assert orders <= crowded.orders.keys()


def test_at_every_moment_as_many_operators_are_there_as_the_plan_wants_or_finish_what_they_do(crowded: Run) -> None:
    plan = read(CROWDED)
    for hour, wanted in enumerate(plan.operators):
        later = hour * 3600 + 1800  # whoever was in a talk at the hour has ended it, or is about to
        there = {
            one.operator
            for one in crowded.stays
            if one.since <= later < one.until and one.state is not OperatorState.OFFLINE
        }
        over = [one for one in crowded.stays if one.operator in there and one.since <= later < one.until]
        idle = sum(one.state not in BUSY for one in over)
        assert len(there) >= wanted, hour
        assert len(there) == wanted or idle <= wanted, hour


def test_what_an_operator_did_follows_without_a_gap(crowded: Run) -> None:
    by_login: dict[str, list[Any]] = {}
    for stay in crowded.stays:
        by_login.setdefault(stay.operator, []).append(stay)
    for stays in by_login.values():
        assert all(one.until == other.since for one, other in pairwise(stays))


def test_the_same_seed_gives_the_same_day_to_the_last_line(crowded: Run) -> None:
    again = played(read(CROWDED))
    assert again.calls == crowded.calls
    assert again.orders == crowded.orders
    assert played(read(CROWDED), 1).calls != crowded.calls


def test_ticks_where_something_may_be_due_give_the_day_that_one_every_second_gives(crowded: Run) -> None:
    ticking = played(read(CROWDED), every_second=True)
    assert ticking.events["Tick"] > 86_400 > crowded.events["Tick"]
    assert ticking.calls == crowded.calls
    assert ticking.told == crowded.told


def test_the_citys_own_operators_come_first_and_others_are_made_after_them() -> None:
    policy, logins = crewed(MANIFOLD, read(CROWDED, "operators = 5"))
    assert logins == ("op1001", "op1002", "op1003", "sim0004", "sim0005")
    assert policy.members["sim0004"].skills == {"law": 8}
    assert policy.members["sim0005"].queues == ("main", "all")


def test_where_nobody_is_a_member_all_serve_every_queue() -> None:
    policy, logins = crewed(
        MANIFOLD.without("members", "op1001").without("members", "op1002").without("members", "op1003"),
        read("operators = 2"),
    )
    assert logins == ("sim0001", "sim0002")
    assert policy.members["sim0002"].queues == tuple(MANIFOLD.queues)


def test_with_nobody_at_the_telephones_everybody_is_asked_for_a_message_or_gives_up_before() -> None:
    plan = read("operators = 0", "calls = 200", "lines = { 12345 = 1 }")
    done = played(plan)
    assert done.faults == ()
    assert Counter(call.outcome for call in done.calls).keys() == {Outcome.MESSAGE, Outcome.ABANDONED}
    assert done.orders["ConnectCall"] == 0


def test_citizens_who_never_give_up_and_are_never_sent_away_do_not_hold_the_day_up_for_ever() -> None:
    done = run(plan := read(MARKOV, "operators = 0", "calls = 5", "patience = { mean_s = inf }"), PLAIN, citizens(plan))
    assert [call.outcome for call in done.calls] == [Outcome.ABANDONED] * len(done.calls)
    assert all(call.wait_s == pytest.approx(engine.LONGEST_WAIT_S) for call in done.calls)


class Forgetful(Desk):
    """It forgets to write one call in ten."""

    def handle(self, event: ev.Event, now: float) -> list[fx.Effect]:
        orders = super().handle(event, now)
        return [one for one in orders if not (isinstance(one, fx.SaveCall) and one.call.id.endswith("0"))]


class Hasty(Desk):
    """It rings for one call again when that is talking already."""

    def handle(self, event: ev.Event, now: float) -> list[fx.Effect]:
        orders = super().handle(event, now)
        if isinstance(event, ev.OperatorAnswered):
            orders.append(fx.ConnectCall(event.call, "", (event.operator,), 15))
        return orders


@pytest.mark.parametrize(("desk", "said"), [(Forgetful, "it has no end"), (Hasty, "connected while TALKING")])
def test_a_desk_that_loses_a_citizen_or_rings_one_who_talks_is_found_out(
    monkeypatch: pytest.MonkeyPatch, desk: type[Desk], said: str
) -> None:
    monkeypatch.setattr(engine, "Desk", desk)
    assert any(said in fault for fault in played(read(CROWDED, "calls = 100")).faults)
