"""Whether a call to a number outside may be placed."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.guard import HOUR_S, MOST, REFUSED_KEPT, Guard, Refusal
from routing.outside import EMERGENCY, Contact, ContactKind, Destination
from routing.policy import Policy, Rules
from tests.policies import policy

MOBILE, OTHER = "13907330001", "13907330002"
OPEN = (Destination("1XXXXXXXXXX", "手机"), Destination("110", "公安"), Destination("12345", "热线"))
POLICE = Contact("police", "公安", "110", ContactKind.POLICE)


def rules(hour: int = 300, operator: int = 30, number: int = 4) -> Policy:
    caps = Rules(outbound_per_hour=hour, outbound_per_operator=operator, outbound_per_number=number)
    return policy(more=[*OPEN, POLICE, caps])


def test_a_number_that_is_allowed_may_be_dialled_and_another_not() -> None:
    guard = Guard()
    assert guard.refusal(MOBILE, "op1001", rules(), 1000.0) is None
    assert guard.refusal("+442079460018", "op1001", rules(), 1000.0) is Refusal.NOT_ALLOWED
    assert guard.refusal("073128681201", "op1001", rules(), 1000.0) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize("number", ["", "12", "00442079460018", "anonymous", "1390733000a"])
def test_what_is_no_number_is_refused_as_such(number: str) -> None:
    assert Guard().refusal(number, "op1001", rules(), 1000.0) is Refusal.NOT_A_NUMBER


def test_the_caps_hold_by_number_by_operator_and_for_all_together() -> None:
    guard, now = Guard(), 1000.0
    some = rules(hour=4, operator=3, number=2)
    for _ in range(2):
        assert guard.refusal(MOBILE, "op1001", some, now) is None
        guard.placed(MOBILE, "op1001", now)
    assert guard.refusal(MOBILE, "op1002", some, now) is Refusal.NUMBER_FULL
    assert guard.refusal(OTHER, "op1001", some, now) is None
    guard.placed(OTHER, "op1001", now)
    assert guard.refusal(OTHER, "op1001", some, now) is Refusal.OPERATOR_FULL
    guard.placed(OTHER, "op1002", now)
    assert guard.refusal("13907330003", "op1003", some, now) is Refusal.HOUR_FULL


def test_an_hour_later_it_is_forgotten_and_not_a_moment_earlier() -> None:
    guard, some = Guard(), rules(number=1)
    guard.placed(MOBILE, "op1001", 1000.0)
    assert guard.refusal(MOBILE, "op1001", some, 1000.0 + HOUR_S - 0.001) is Refusal.NUMBER_FULL
    assert guard.refusal(MOBILE, "op1001", some, 1000.0 + HOUR_S) is None


@pytest.mark.parametrize(
    ("some", "refusal"),
    [
        (rules(hour=0), Refusal.HOUR_FULL),
        (rules(operator=0), Refusal.OPERATOR_FULL),
        (rules(number=0), Refusal.NUMBER_FULL),
    ],
)
def test_a_cap_of_0_lets_nothing_through(some: Policy, refusal: Refusal) -> None:
    assert Guard().refusal(MOBILE, "op1001", some, 1000.0) is refusal


@pytest.mark.parametrize("number", sorted(EMERGENCY))
def test_an_emergency_number_that_is_a_contact_is_never_held_back_and_counts_for_nobody(number: str) -> None:
    guard = Guard()
    helpers = Contact("help", "紧急", number)
    none = rules(hour=0, operator=0, number=0).with_(helpers)
    for _ in range(10):
        assert guard.refusal(number, "op1001", none, 1000.0) is None
        guard.placed(number, "op1001", 1000.0)
    assert guard.refusal(MOBILE, "op1001", rules(hour=1, operator=1, number=1), 1000.0) is None
    assert guard.refusal(number, "op1001", policy(more=[helpers]), 1000.0) is None  # its destination was taken away


def test_an_emergency_number_that_is_no_contact_is_not_dialled_even_where_a_destination_allows_it() -> None:
    assert Guard().refusal("110", "op1001", policy(more=OPEN), 1000.0) is Refusal.NOT_ALLOWED


def test_what_is_remembered_is_bounded_and_who_reaches_the_bound_is_refused() -> None:
    guard = Guard()
    for at in range(MOST + 5):
        guard.placed(str(1000 + at), "op1001", 1000.0)
    assert len(guard._placed) == len(guard._to_number) == MOST
    assert guard._of_operator == {"op1001": MOST}
    assert guard.refusal(MOBILE, "op1002", rules(hour=MOST * 2), 1000.0) is Refusal.HOUR_FULL


def test_of_one_operator_so_many_refused_wishes_are_kept_in_an_hour_and_of_another_no_fewer() -> None:
    guard = Guard()
    assert [guard.refused("op1001", 1000.0 + place) for place in range(REFUSED_KEPT + 2)] == [
        *[True] * REFUSED_KEPT,
        False,
        False,
    ]
    assert guard.refused("op1002", 1100.0)
    assert [guard.refused("op1001", 1000.0 + HOUR_S) for _ in range(2)] == [True, False]  # the first is an hour ago
    assert len(guard._refused["op1001"]) == REFUSED_KEPT


def test_what_is_forgotten_leaves_nothing_behind() -> None:
    guard = Guard()
    for place in range(100):
        guard.placed(str(1000 + place), f"op{place}", 1000.0)
    assert guard.refusal(MOBILE, "op1001", rules(), 1000.0 + HOUR_S) is None
    assert (len(guard._placed), len(guard._of_operator), len(guard._to_number)) == (0, 0, 0)


TRIES = st.lists(
    st.tuples(
        st.floats(0.0, 900.0), st.sampled_from(("op1001", "op1002")), st.sampled_from((MOBILE, OTHER, "12345", "110"))
    ),
    max_size=60,
)


@given(TRIES, st.integers(0, 6), st.integers(0, 5), st.integers(0, 4))
@settings(max_examples=150)
def test_in_no_hour_is_more_placed_than_the_caps_say_and_nothing_is_refused_below_them(
    tries: list[tuple[float, str, str]], hour: int, operator: int, number: int
) -> None:
    guard, some, now = Guard(), rules(hour, operator, number), 0.0
    placed: list[tuple[float, str, str]] = []
    for after, login, called in tries:
        now += after
        last = [one for one in placed if one[0] > now - HOUR_S]
        mine = sum(one[1] == login for one in last)
        there = sum(one[2] == called for one in last)
        full = len(last) >= hour or mine >= operator or there >= number
        refused = guard.refusal(called, login, some, now)
        assert (refused is not None) == (full and called != "110")
        if refused is None:
            guard.placed(called, login, now)
            if called != "110":
                placed.append((now, login, called))


def test_the_order_of_the_refusals_names_the_cap_of_all_first() -> None:
    guard, numbers = Guard(), count(13907330001)
    for _ in range(3):
        guard.placed(str(next(numbers)), "op1001", 1000.0)
    assert guard.refusal("13907330001", "op1001", rules(3, 3, 1), 1000.0) is Refusal.HOUR_FULL
    assert guard.refusal("13907330001", "op1001", rules(4, 3, 1), 1000.0) is Refusal.OPERATOR_FULL
    assert guard.refusal("13907330001", "op1001", rules(4, 4, 1), 1000.0) is Refusal.NUMBER_FULL
