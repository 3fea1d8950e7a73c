"""The desk asks the guard before anybody outside is called."""

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing.guard import REFUSED_KEPT
from routing.outside import Destination
from routing.policy import Rules
from tests.policies import policy

from .hall import Hall, only

MOBILE = "13907330001"
CAPS = Rules(outbound_per_hour=3, outbound_per_operator=2, outbound_per_number=2)


def hall() -> Hall:
    one = Hall(policy(more=[Destination("1XXXXXXXXXX", "手机"), CAPS]))
    one.ready("op1001")
    return one


def dialled(hall: Hall, call: str) -> str:
    """Why the guard refused it; "" where the operator's telephone rings for it."""
    effects = hall.tell(oe.CallOutRequested(call, "op1001", MOBILE))
    (noted,) = only(fx.NoteOutbound, effects)
    assert bool(noted.refusal) is not bool(only(fx.CallOut, effects))
    assert bool(noted.refusal) is bool(only(fx.Refuse, effects))
    return noted.refusal


def test_a_desk_that_begins_is_told_of_the_last_hour() -> None:
    one = hall()
    one.tell(
        ev.OutboundRemembered(MOBILE, "op1002", one.now - 3000), ev.OutboundRemembered(MOBILE, "op1003", one.now - 9)
    )
    assert dialled(one, "c1") == "number_full"
    one.tell(ev.Tick(), after=601)
    assert dialled(one, "c2") == ""


def test_what_was_placed_before_the_clock_was_set_back_counts_for_an_hour_and_not_until_then() -> None:
    one, tomorrow = hall(), 86400.0
    for login in ("op1002", "op1003"):
        one.tell(ev.OutboundRemembered(MOBILE, login, one.now + tomorrow))
    assert dialled(one, "c1") == "number_full"
    one.tell(ev.Tick(), after=3600)
    assert dialled(one, "c2") == ""


def test_a_page_that_asks_in_a_loop_is_refused_each_time_and_fills_no_table() -> None:
    one = Hall(policy(more=[CAPS]))
    one.ready("op1001")
    asked = [one.tell(oe.CallOutRequested(f"c{place}", "op1001", MOBILE)) for place in range(REFUSED_KEPT + 3)]
    noted = [effect for effects in asked for effect in only(fx.NoteOutbound, effects)]
    assert [effect.refusal for effect in noted] == ["not_allowed"] * len(asked)
    assert [effect.kept for effect in noted] == [True] * REFUSED_KEPT + [False] * 3
    assert all(only(fx.Refuse, effects) for effects in asked)
    one.tell(ev.PolicyChanged(policy(more=[Destination("1XXXXXXXXXX", "手机"), CAPS])))
    (placed,) = only(fx.NoteOutbound, one.tell(oe.CallOutRequested("last", "op1001", MOBILE)))
    assert (placed.refusal, placed.kept) == ("", True)  # what is dialled is always written


def test_a_changed_policy_holds_for_the_next_call_outside() -> None:
    one = hall()
    one.tell(ev.PolicyChanged(policy(more=[CAPS])))
    assert dialled(one, "c1") == "not_allowed"
