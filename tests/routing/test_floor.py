"""Who gets whom. The floor keeps from event to event what `choose` says in one plain sort over all."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.call import Call, CallState, Leg
from routing.floor import RING_AT_ONCE, Floor, fit, rank, waited
from routing.operators import Operator, OperatorState
from routing.policy import Mark, MarkKind, Policy, Rules
from routing.queues import Need, Queue, Step, Strategy
from tests.policies import policy

NOW = 10_000.0
LAW = Need("law", (Step(0, 5), Step(30, 2), Step(60, 0)))
QUEUES = (
    Queue("main", "市长热线"),
    Queue("env", "环保", head_start_s=20, needs=(LAW,)),
    Queue("city", "城管", strategy=Strategy.FEWEST_CALLS),
)


def caller(call: str, queue: str = "main", since: float = NOW, **more: Any) -> Call:
    return replace(
        Call(call, "13907330001", "", "12345", f"PJSIP/trunk-{call}", since),
        state=CallState.WAITING,
        queue=queue,
        queued_at=since,
        waits_since=since,
        at_music=True,
        **more,
    )


def free(login: str, *queues: str, idle: float = 0.0, law: int = 0, taken: int = 0) -> Operator:
    return Operator(
        login,
        queues or ("main",),
        {"law": law},
        taken,
        OperatorState.READY,
        since=idle,
        idle_since=idle,
        page=True,
        phone=True,
    )


def floor(rules: Policy, *there: Call | Operator) -> Floor:
    made = Floor(rules)
    for one in there:
        if isinstance(one, Call):
            made.put_call(one)
        else:
            made.put_operator(one)
    return made


def pairs(made: Floor, now: float = NOW) -> list[tuple[str, ...]]:
    return [(one.call.id, *(operator.login for operator in one.operators)) for one in made.pairs(now)]


def choose(calls: list[Call], operators: list[Operator], rules: Policy, now: float) -> list[tuple[str, ...]]:
    """The rule itself: by rank over all queues, each with the first of the free operators who are fit for him."""
    left, found = list(operators), []
    for call in sorted(calls, key=lambda one: (rank(one, rules), one.id)):
        queue = rules.queue(call.queue)
        only = call.prefer if now < call.prefer_until else None
        tried = {leg.operator for leg in call.legs if leg.answered_at is None}
        able = [one for one in left if fit(one, queue, waited(call, now)) and only in (None, one.login) and one.free]
        turns = (lambda one: one.taken) if queue.strategy is Strategy.FEWEST_CALLS else (lambda one: 0)
        able.sort(key=lambda one: (one.login in tried, turns(one), one.idle_since, one.login))
        if able:
            left.remove(able[0])
            found.append((call.id, able[0].login))
    return found


def test_who_has_waited_longest_over_all_queues_gets_the_operator_who_serves_them() -> None:
    rules = policy(Queue("main", "市长热线"), Queue("env", "环保"))
    made = floor(rules, caller("b", "main", NOW - 5), caller("a", "env", NOW - 6), free("op1001", "main", "env"))
    assert pairs(made) == [("a", "op1001")]
    assert pairs(made) == []


def test_a_queues_head_start_puts_its_citizens_before_those_who_came_a_little_earlier() -> None:
    rules = policy(Queue("main", "市长热线"), Queue("leader", "领导接听", head_start_s=60))
    made = floor(rules, caller("a", "main", NOW - 50), caller("b", "leader"), free("op1001", "main", "leader"))
    assert pairs(made) == [("b", "op1001")]
    late = floor(rules, caller("a", "main", NOW - 61), caller("b", "leader"), free("op1001", "main", "leader"))
    assert pairs(late) == [("a", "op1001")]


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (caller("x", urgent=True), "the urgent key"),
        (caller("x", returned=True), "a talk that was broken off"),
        (caller("x", caller="13907339999"), "the list of special care"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_has_a_head_start_comes_before_who_came_a_minute_earlier(first: Call, why: str) -> None:
    old = Mark("13907339999", MarkKind.SPECIAL_CARE, "独居老人")
    rules = policy(more=[old]).with_(Rules(urgent_s=70, returned_s=70, special_care_s=70))
    assert pairs(floor(rules, caller("a", since=NOW - 60), first, free("op1001"))) == [("x", "op1001")], why
    assert pairs(floor(rules, caller("a", since=NOW - 80), first, free("op1001"))) == [("a", "op1001")]


def test_a_nuisance_caller_comes_after_those_who_came_later_whatever_he_presses() -> None:
    rules = policy(more=[Mark("13907339999", MarkKind.NUISANCE)])
    made = floor(
        rules,
        caller("x", since=NOW - 60, caller="13907339999", urgent=True),
        caller("a", since=NOW - 1),
        free("op1001"),
    )
    assert pairs(made) == [("a", "op1001")]
    made.put_operator(free("op1002"))
    assert pairs(made) == [("x", "op1002")]


def test_a_mark_that_is_over_counts_no_more() -> None:
    rules = policy(more=[Mark("13907339999", MarkKind.NUISANCE, until=NOW - 100)])
    made = floor(rules, caller("x", since=NOW - 60, caller="13907339999"), caller("a", since=NOW - 1), free("op1001"))
    assert pairs(made) == [("x", "op1001")]


def test_a_skill_is_asked_for_less_the_longer_a_citizen_waits() -> None:
    rules = policy(Queue("env", "环保", needs=(LAW,)))
    made = floor(rules, caller("a", "env"), free("op1001", "env", law=1), free("op1002", "env", law=3))
    assert pairs(made, NOW) == []
    assert pairs(made, NOW + 29.9) == []
    assert pairs(made, NOW + 30) == [("a", "op1002")]
    made.put_call(caller("b", "env"))
    assert pairs(made, NOW + 59.9) == []
    assert pairs(made, NOW + 60) == [("b", "op1001")]


def test_who_is_fit_is_not_kept_from_a_later_citizen_by_one_whom_he_cannot_have() -> None:
    rules = policy(*QUEUES)
    made = floor(rules, caller("a", "env", NOW - 10), caller("b", "main", NOW - 1), free("op1001", "env", "main"))
    assert pairs(made) == [("b", "op1001")]


def test_fewest_calls_rings_who_has_taken_the_fewest() -> None:
    rules = policy(Queue("main", "市长热线", strategy=Strategy.FEWEST_CALLS))
    made = floor(
        rules,
        caller("a"),
        free("op1001", idle=1, taken=4),
        free("op1002", idle=3, taken=2),
        free("op1003", idle=2, taken=2),
    )
    assert pairs(made) == [("a", "op1003")]


def test_round_robin_goes_on_behind_who_was_rung_last_also_under_a_new_policy() -> None:
    queue = Queue("main", "市长热线", strategy=Strategy.ROUND_ROBIN)
    made = floor(policy(queue), *(free(login) for login in ("op1003", "op1001", "op1002")))
    rung = []
    for turn in range(5):
        made.put_call(caller(str(turn)))
        ((_, login),) = pairs(made)
        made.put_operator(free(login))
        rung.append(login)
        if turn == 2:
            made.have(policy(replace(queue, ring_s=30)))
    assert rung == ["op1001", "op1002", "op1003", "op1001", "op1002"]


def test_ring_all_rings_everybody_who_is_fit_but_not_more_than_can_be_rung_together() -> None:
    rules = policy(Queue("main", "市长热线", strategy=Strategy.RING_ALL))
    crew = [free(f"op{number}", idle=number) for number in range(1, RING_AT_ONCE + 3)]
    made = floor(rules, caller("a"), caller("b", since=NOW + 1), *crew)
    first, second = pairs(made)
    assert first == ("a", *(one.login for one in crew[:RING_AT_ONCE]))
    assert second == ("b", *(one.login for one in crew[RING_AT_ONCE:]))


def test_an_operator_who_let_this_call_ring_in_vain_comes_last() -> None:
    tried = caller("a", legs=(Leg("op1001", NOW - 5, ended_at=NOW - 1, result="refused"),))
    made = floor(policy(), tried, free("op1001", idle=1), free("op1002", idle=2))
    assert pairs(made) == [("a", "op1002")]
    assert pairs(floor(policy(), tried, free("op1001", idle=1))) == [("a", "op1001")]


def test_who_waits_for_one_operator_is_given_to_no_other_until_it_is_over() -> None:
    made = floor(policy(), caller("a", prefer="op1001", prefer_until=NOW + 20), free("op1002"))
    assert pairs(made, NOW + 19) == []
    assert pairs(made, NOW + 20) == [("a", "op1002")]


LOGINS = st.sampled_from(["op1", "op2", "op3", "op4", "op5", "op6"])
TIMES = st.floats(0, 200).map(lambda ago: NOW - ago)
CALLS = st.builds(
    lambda number, queue, since, urgent, returned, prefer, tried: caller(
        f"c{number}",
        queue,
        since,
        urgent=urgent,
        returned=returned,
        prefer=prefer,
        prefer_until=since + 150 if prefer else 0.0,
        legs=(Leg(tried, since, ended_at=since + 1, result="refused"),) if tried else (),
    ),
    st.integers(0, 20),
    st.sampled_from(["main", "env", "city"]),
    TIMES,
    st.booleans(),
    st.booleans(),
    st.none() | LOGINS,
    st.none() | LOGINS,
)
FREE = st.builds(
    lambda login, queues, idle, law, taken: free(login, *sorted(queues), idle=idle, law=law, taken=taken),
    LOGINS,
    st.sets(st.sampled_from(["main", "env", "city"]), min_size=1),
    st.floats(0, 100),
    st.integers(0, 6),
    st.integers(0, 5),
)
GONE = st.tuples(st.sampled_from(["call", "operator"]), st.integers(0, 20), LOGINS)


@settings(max_examples=300, deadline=None)
@given(st.lists(CALLS | FREE | GONE | st.floats(0, 90), max_size=60), st.booleans())
def test_what_is_kept_from_event_to_event_is_what_a_plain_sort_over_all_says(
    story: list[Call | Operator | tuple[str, int, str] | float], changes: bool
) -> None:
    rules = policy(*QUEUES)
    made, now = Floor(rules), NOW
    waiting: dict[str, Call] = {}
    idle: dict[str, Operator] = {}
    for place, one in enumerate(story):
        match one:
            case Call():
                waiting[one.id] = one
                made.put_call(one)
            case Operator():
                idle[one.login] = one
                made.put_operator(one)
            case ("call", number, _):
                if waiting.pop(f"c{number}", None):
                    made.drop_call(f"c{number}")
            case (_, _, login):
                if login in idle:
                    made.put_operator(replace(idle.pop(login), state=OperatorState.PAUSED))
            case _:
                now += one
        if changes and place % 7 == 6:
            rules = rules.with_(replace(rules.queues["main"], head_start_s=place))
            made.have(rules)
        expected = choose(list(waiting.values()), list(idle.values()), rules, now)
        assert pairs(made, now) == expected
        for call, login in expected:
            del waiting[call], idle[login]
