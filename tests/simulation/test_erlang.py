"""The formulas, held against figures that others published, against each other, and against their own equations."""

from math import exp, inf

import pytest

from simulation.erlang import Load, blocked, erlang_a, erlang_c, least

FIFTY = Load(arrivals_per_s=48 / 60, handling_s=60)
"""48 calls a minute of a minute each: the example of Garnett, Mandelbaum and Reiman (2002), with 50 agents."""


@pytest.mark.parametrize(
    ("erlangs", "operators", "share"),
    [(1, 1, 0.5), (10, 10, 0.2146), (2, 4, 0.0952), (20, 30, 0.0085), (123, 132, 0.0312)],
)
def test_erlang_b_is_as_in_the_tables(erlangs: float, operators: int, share: float) -> None:
    assert blocked(erlangs, operators) == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize(
    ("erlangs", "operators", "share"), [(1, 2, 1 / 3), (20, 25, 0.2091), (123, 132, 0.3211), (48, 55, 0.2387)]
)
def test_erlang_c_is_as_in_the_tables(erlangs: float, operators: int, share: float) -> None:
    assert erlang_c(Load(erlangs, 1.0), operators, 0.0).waits == pytest.approx(share, abs=5e-5)


def test_erlang_c_gives_the_worked_example_of_360_calls_in_half_an_hour_with_55_agents() -> None:
    found = erlang_c(Load(360 / 1800, 240), 55, 15)
    assert found.waits == pytest.approx(0.239, abs=5e-4)
    assert found.within == pytest.approx(0.846, abs=5e-4)
    assert found.mean_wait_s == pytest.approx(8.18, abs=5e-3)
    assert found.occupancy == pytest.approx(0.873, abs=5e-4)


def test_both_formulas_give_the_published_example_of_fifty_agents_with_and_without_patience() -> None:
    without = erlang_c(FIFTY, 50, 10)
    assert without.mean_wait_s == pytest.approx(20.8, abs=0.05)
    assert without.occupancy == pytest.approx(0.96, abs=1e-9)
    patient = erlang_a(Load(FIFTY.arrivals_per_s, FIFTY.handling_s, 120), 50, 10)
    assert patient.abandoned == pytest.approx(0.031, abs=5e-4)
    assert patient.mean_wait_s == pytest.approx(3.7, abs=0.05)
    assert patient.occupancy == pytest.approx(0.93, abs=5e-3)


def test_as_patience_grows_erlang_a_becomes_erlang_c() -> None:
    limit = erlang_c(FIFTY, 50, 10)
    distances = []
    for patience_s in (1e3, 1e4, 1e5, 1e6, 1e7):
        found = erlang_a(Load(FIFTY.arrivals_per_s, FIFTY.handling_s, patience_s), 50, 10)
        distances.append(max(abs(found.within - limit.within), abs(found.waits - limit.waits)))
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 3e-5
    assert erlang_a(FIFTY, 50, 10) == limit


def test_with_patience_as_long_as_handling_the_line_is_that_of_endless_operators() -> None:
    """Everybody leaves at one rate, answered or not: the number in the house is Poisson, whoever serves."""
    load, operators = Load(1 / 20, 120, 120), 7
    poisson: list[float] = []
    for number in range(operators):
        poisson.append(poisson[-1] * load.erlangs / number if number else exp(-load.erlangs))
    assert erlang_a(load, operators, 0).waits == pytest.approx(1 - sum(poisson), rel=1e-12)


def test_one_operator_at_whom_nobody_will_wait_is_erlang_b() -> None:
    found = erlang_a(Load(1 / 60, 90, 1e-4), 3, 10)
    assert found.abandoned == pytest.approx(blocked(1.5, 3), rel=1e-4)


def test_within_no_time_are_those_who_find_somebody_free_and_within_all_time_those_who_did_not_give_up() -> None:
    load = Load(1 / 15, 120, 90)
    at_once, at_all = erlang_a(load, 8, 0.0), erlang_a(load, 8, 1e5)
    assert at_once.within == pytest.approx(1 - at_once.waits, rel=1e-12)
    assert at_all.within == pytest.approx(1 - at_all.abandoned, rel=1e-9)


def test_the_service_level_rises_with_every_second_as_citizens_are_answered() -> None:
    load = Load(1 / 15, 120, 90)
    levels = [erlang_a(load, 7, second).within for second in range(0, 300, 5)]
    assert levels == sorted(levels)


@pytest.mark.parametrize("patience_s", [1.0, 60.0, 1e4])
@pytest.mark.parametrize(("erlangs", "operators"), [(0.01, 60), (5.0, 200), (60.0, 60), (120.0, 60), (500.0, 520)])
def test_whatever_is_asked_the_shares_are_shares_and_the_flow_is_kept(
    erlangs: float, operators: int, patience_s: float
) -> None:
    load = Load(erlangs / 240, 240, patience_s)
    found = erlang_a(load, operators, 15)
    assert 0 <= found.within <= 1 - found.abandoned + 1e-9
    assert 0 <= found.abandoned <= found.waits + 1e-12
    assert 0 <= found.occupancy <= 1 + 1e-9
    assert found.abandoned == pytest.approx(found.mean_wait_s / patience_s, rel=1e-9)


def test_with_less_than_the_load_nobody_patient_is_ever_answered_and_a_share_of_the_impatient_is() -> None:
    assert erlang_c(Load(0.1, 100), 10, 15).mean_wait_s == inf
    found = erlang_a(Load(0.1, 100, 100), 5, 15)
    assert found.occupancy == pytest.approx(1.0, abs=0.02)
    assert found.abandoned == pytest.approx(0.5, abs=0.02)


def test_nobody_calls_and_nobody_sits_there() -> None:
    assert erlang_a(Load(0, 240, 120), 0, 15).within == 1.0
    empty = erlang_a(Load(0.1, 240, 120), 0, 15)
    assert (empty.within, empty.abandoned, empty.mean_wait_s) == (0.0, 1.0, 120)


def test_the_least_number_of_operators_reaches_the_target_and_one_fewer_does_not() -> None:
    load = Load(360 / 1800, 240, 120)
    for formula in (erlang_a, erlang_c):
        found = least(load, 15, 0.8, formula)
        assert formula(load, found, 15).within >= 0.8 > formula(load, found - 1, 15).within
    assert (least(load, 15, 0.8), least(load, 15, 0.8, erlang_c)) == (50, 55)
    assert least(Load(0, 240), 15, 0.8) == 0


def test_all_citizens_in_time_is_out_of_reach() -> None:
    with pytest.raises(ValueError, match="below 1"):
        least(FIFTY, 10, 1.0)
