"""The operators of a call that changed, and whoever was left behind by one that is over."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import talk_events as te
from routing.board import Board
from routing.call import Call, CallState, Leg
from routing.following import follow, free_left_over
from routing.operators import Operator, OperatorState
from routing.talk import Party, Talk, TalkState
from tests.policies import policy

from .hall import MAIN

NOW = 1000.0
CALL = Call("a", "13907330001", "", "12345", "PJSIP/trunk-a", 900.0, queue="main")
RINGS = replace(CALL, state=CallState.RINGING, legs=(Leg("op1001", 990.0), Leg("op1002", 990.0)))
ASKED = Party(te.PartyKind.OPERATOR, "op1002", "op1002", 990.0)
TALKS = replace(
    CALL,
    state=CallState.TALKING,
    operator="op1001",
    legs=(Leg("op1001", 950.0, answered_at=955.0),),
    talk=Talk(990.0, TalkState.CALLING, party=ASKED),
)


def board(call: Call | None, **states: OperatorState) -> Board:
    one = Board(policy(MAIN))
    one.begin(NOW)
    if call is not None:
        one.keep(call)
    for login, state in states.items():
        one.put(Operator(login, state=state, call="a", phone=True, page=True))
    one.begin(NOW)
    return one


@pytest.mark.parametrize(
    ("call", "freed"),
    [
        (RINGS, ["op1003"]),
        (TALKS, ["op1003"]),
        (replace(RINGS, legs=(Leg("op1001", 990.0),)), ["op1002", "op1003"]),
        (replace(TALKS, talk=Talk(990.0)), ["op1002", "op1003"]),
        (None, ["op1001", "op1002", "op1003"]),
    ],
)
def test_who_rings_or_talks_with_a_call_that_knows_nothing_of_him_is_free(call: Call | None, freed: list[str]) -> None:
    talking = call is not None and call.state is CallState.TALKING
    first = OperatorState.TALKING if talking else OperatorState.RINGING
    one = board(call, op1001=first, op1002=OperatorState.RINGING, op1003=OperatorState.TALKING)
    free_left_over(one)
    ready = [login for login, operator in one.operators.items() if operator.state is OperatorState.READY]
    assert ready == freed
    assert len([effect for effect in one.effects if isinstance(effect, fx.Refuse)]) == len(freed)


def test_one_whose_own_table_does_not_allow_his_move_keeps_no_other_from_his() -> None:
    one = board(RINGS, op1001=OperatorState.RINGING, op1002=OperatorState.RINGING)
    one.put(Operator("op1003", state=OperatorState.TALKING, call="b", phone=True))
    one.begin(NOW)
    answered = ev.OperatorAnswered("a", "op1003", "PJSIP/op1003-1")
    after = replace(RINGS, state=CallState.TALKING, operator="op1003", legs=(Leg("op1003", NOW, answered_at=NOW),))
    follow(one, RINGS, after, answered)
    assert [operator.state for operator in one.operators.values()] == [
        OperatorState.READY, OperatorState.READY, OperatorState.TALKING,
    ]  # fmt: skip
    assert one.operators["op1003"].call == "b"
    (refused,) = (effect for effect in one.effects if isinstance(effect, fx.Refuse))
    assert refused == fx.Refuse("OperatorAnswered", "op1003: no OperatorAnswered in state talking")
