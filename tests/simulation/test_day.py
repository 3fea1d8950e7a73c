"""The plan and its citizens: what is read, what is refused, and that chance keeps to the plan."""

from math import inf, sqrt
from random import Random

import pytest

from simulation.day import Length, PlanError, citizens, read


def test_the_plan_that_comes_with_it_has_the_calls_of_2018_and_an_eighth_of_them_from_nine_to_ten() -> None:
    plan = read()
    assert plan.calls == 698 == round(254_838 / 365)
    assert plan.arrivals(9) == pytest.approx(0.12 * 698)
    assert sum(plan.arrivals(hour) for hour in range(24)) == pytest.approx(698)
    assert (plan.talk.mean_s, plan.patience.mean_s) == (240, 120)


def test_a_plan_of_ones_own_is_laid_over_it_key_by_key() -> None:
    plan = read("calls = 5000\n[talk]\nmean_s = 200", "operators = 60\nlines = { 12345 = 1 }")
    assert (plan.calls, plan.talk, plan.operators) == (5000, Length(200, "lognormal", 0.9), (60,) * 24)
    assert plan.lines == {"12345": 1}
    assert plan.patience == read().patience
    assert read("patience = { mean_s = inf }").patience.mean_s == inf


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("calls = -1", "calls = -1"),
        ("calls = true", "must be a number"),
        ("callz = 5", "callz is no key of a plan; it knows calls, seed"),
        ("calls = ", "not TOML"),
        ("operators = [1, 2]", "24, one an hour from 00:00 on; these are 2"),
        ("operators = 2.5", "whole number"),
        ("hours = [1]", "24 weights"),
        (f"hours = {[0] * 24}", "above 0"),
        ("date = '2026-11-23'", "without quotes"),
        ("talk = 240", 'talk must be as in talk = { mean_s = 240, shape = "lognormal", cv = 0.9 }'),
        ("talk = { mean_s = inf }", "talk.mean_s = inf"),
        ("talk = { mean_s = 240, shape = 'normal' }", "one of exponential, lognormal, fixed"),
        ("shrinkage = 1", "below 1"),
        ("urgent = 1.5", "urgent = 1.5: it must be a number from 0 to 1"),
        ("lines = {}", "numbers that are called"),
        ("lines = { 12345 = 0 }", "one share at least"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused_with_the_key_and_what_it_should_be(text: str, said: str) -> None:
    with pytest.raises(PlanError) as wrong:
        read(text)
    assert said in str(wrong.value)


def test_the_same_seed_gives_the_same_citizens_and_another_day_others() -> None:
    plan = read()
    assert list(citizens(plan)) == list(citizens(plan))
    assert list(citizens(plan)) != list(citizens(plan, 1))
    assert list(citizens(plan)) != list(citizens(read("seed = 2")))


def test_an_hour_played_alone_has_the_citizens_it_has_in_the_day() -> None:
    plan = read("again = 0")
    whole = [(one.at, one.talk_s) for one in citizens(plan) if 9 <= one.at / 3600 < 10]
    assert whole == [(one.at, one.talk_s) for one in citizens(plan, hours=range(9, 10))]


def test_citizens_come_in_order_each_with_a_call_of_his_own() -> None:
    people = list(citizens(read("calls = 5000")))
    assert [one.at for one in people] == sorted(one.at for one in people)
    assert len({one.call for one in people}) == len(people)


def test_over_many_days_each_hour_has_its_share_of_the_calls() -> None:
    """A Poisson count of mean m has the standard deviation √m; 24 hours, four of them: once in 700 tries one is out."""
    plan, days = read("calls = 5000"), 10
    counts = [0] * 24
    for day in range(days):
        for one in citizens(plan, day):
            counts[int(one.at // 3600)] += 1
    for hour, count in enumerate(counts):
        mean = days * plan.arrivals(hour)
        assert abs(count - mean) < 4 * sqrt(mean), hour


@pytest.mark.parametrize("shape", ["exponential", "lognormal", "fixed"])
@pytest.mark.parametrize("limit_s", [20.0, 60.0, 1e9])
def test_lengths_have_the_mean_that_is_planned_also_where_they_are_cut_off(shape: str, limit_s: float) -> None:
    length, chance, count = Length(40, shape, 0.9), Random(5), 40_000
    drawn = [min(limit_s, length.draw(chance)) for _ in range(count)]
    mean = sum(drawn) / count
    error = sqrt(sum((one - mean) ** 2 for one in drawn)) / count
    assert abs(mean - length.mean_up_to(limit_s)) <= 4 * error + 1e-9
