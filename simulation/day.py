"""A day as planned, and the citizens that chance makes of it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from importlib.resources import files
from math import expm1, inf, log, sqrt
from random import Random
from statistics import NormalDist
from typing import Any

HOURS = 24
HOUR_S = 3600
MOST_CALLS = 1_000_000
MOST_OPERATORS = 10_000


class PlanError(ValueError):
    """A plan that cannot be used; the message names the key and says what it should be."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long something takes: `mean_s` in seconds, and how chance spreads it. `cv`: standard deviation / mean."""

    mean_s: float
    shape: str = "exponential"
    cv: float = 1.0

    def draw(self, chance: Random) -> float:
        if not 0 < self.mean_s < inf or self.shape == "fixed":
            return self.mean_s
        if self.shape == "exponential":
            return chance.expovariate(1 / self.mean_s)
        return chance.lognormvariate(*self._logs())

    def mean_up_to(self, limit_s: float) -> float:
        """The mean of what is cut off at `limit_s`: min(length, limit)."""
        if limit_s <= 0 or self.mean_s <= 0:
            return 0.0
        if inf in {self.mean_s, limit_s} or self.shape == "fixed" or (self.shape == "lognormal" and not self.cv):
            return min(self.mean_s, limit_s)
        if self.shape == "exponential":
            return -self.mean_s * expm1(-limit_s / self.mean_s)
        middle, spread = self._logs()
        below = NormalDist(middle, spread)
        return self.mean_s * below.cdf(log(limit_s) - spread**2) + limit_s * (1 - below.cdf(log(limit_s)))

    def _logs(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of a lognormal length."""
        variance = log(1 + self.cv**2)
        return log(self.mean_s) - variance / 2, sqrt(variance)


SHAPES = ("exponential", "lognormal", "fixed")


@dataclass(frozen=True, slots=True)
class Plan:
    """What `plan.toml` says, where every key is explained."""

    calls: float
    seed: int
    date: date
    hours: tuple[float, ...]
    operators: tuple[int, ...]
    shrinkage: float
    again: float
    urgent: float
    citizen_ends: float
    leaves_message: float
    wants_call_back: float
    forward_fails: float
    round_s: float
    back_s: float
    lines: Mapping[str, float] = field(hash=False)
    menu: Length
    talk: Length
    wrap_up: Length
    patience: Length
    answer: Length
    message: Length

    def arrivals(self, hour: int) -> float:
        """How many citizens call in this hour, on average."""
        return self.calls * self.hours[hour] / sum(self.hours)


@dataclass(frozen=True, slots=True)
class Citizen:
    """One call, and all that this citizen would do in it, whoever answers. `at`: seconds since the day began."""

    call: str
    at: float
    caller: str
    called: str
    urgent: bool
    menu_s: float
    patience_s: float
    talk_s: float
    wrap_up_s: float
    message_s: float
    ends_it: bool
    leaves_message: bool
    wants_call_back: bool
    forward_fails: bool


def citizens(plan: Plan, day: int = 0, hours: range = range(HOURS)) -> Iterator[Citizen]:
    """Those who call in `hours` of the day, in order; another `day` is another throw of the same dice.

    At random with the rate of each hour. Nothing of it depends on what the desk does, so that two staffings meet the
    same citizens.
    """
    numbers, weights = list(plan.lines), list(plan.lines.values())
    known: list[str] = []
    for hour in hours:
        chance = Random(f"{plan.seed} {day} {hour}")  # noqa: S311 - dice, no secret
        rate = plan.arrivals(hour) / HOUR_S
        at = float(hour * HOUR_S)
        while rate > 0 and (at := at + chance.expovariate(rate)) < (hour + 1) * HOUR_S:
            repeats = chance.random() < plan.again
            caller = f"139{chance.randrange(10**8):08}"
            if repeats and known:
                caller = chance.choice(known)
            known.append(caller)
            yield Citizen(
                call=f"{day}-{hour:02}-{len(known)}",
                at=at,
                caller=caller,
                called=chance.choices(numbers, weights)[0],
                urgent=chance.random() < plan.urgent,
                menu_s=plan.menu.draw(chance),
                patience_s=plan.patience.draw(chance),
                talk_s=plan.talk.draw(chance),
                wrap_up_s=plan.wrap_up.draw(chance),
                message_s=plan.message.draw(chance),
                ends_it=chance.random() < plan.citizen_ends,
                leaves_message=chance.random() < plan.leaves_message,
                wants_call_back=chance.random() < plan.wants_call_back,
                forward_fails=chance.random() < plan.forward_fails,
            )


def read(*texts: str) -> Plan:
    """The default plan with these TOML texts laid over it, the last on top; raises `PlanError`."""
    keys = _parsed((files("simulation") / "plan.toml").read_text(encoding="utf-8"))
    for text in texts:
        for key, value in _parsed(text).items():
            if key not in keys:
                raise PlanError(f"{key} is no key of a plan; it knows {', '.join(keys)}")
            keys[key] = {**keys[key], **value} if key in LENGTHS and isinstance(value, dict) else value
    return _plan(keys)


def staffed(plan: Plan, operators: tuple[int, ...]) -> Plan:
    """The plan with these operators, an hour each or one for all."""
    return replace(plan, operators=_operators(list(operators) if len(operators) > 1 else operators[0]))


LENGTHS = tuple(one.name for one in fields(Plan) if one.type is Length)
SHARES = ("shrinkage", "again", "urgent", "citizen_ends", "leaves_message", "wants_call_back", "forward_fails")


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise PlanError(f"the plan is not TOML: {wrong}") from wrong


def _plan(keys: Mapping[str, Any]) -> Plan:
    made: dict[str, Any] = {
        "calls": _number("calls", keys["calls"], 0, MOST_CALLS),
        "seed": _whole("seed", keys["seed"], 0, 2**63),
        "date": _date(keys["date"]),
        "hours": _hours(keys["hours"]),
        "operators": _operators(keys["operators"]),
        "round_s": _number("round_s", keys["round_s"], 1, HOUR_S),
        "back_s": _number("back_s", keys["back_s"], 0, HOUR_S),
        "lines": _lines(keys["lines"]),
    }
    made |= {share: _number(share, keys[share], 0, 1) for share in SHARES}
    made |= {name: _length(name, keys[name]) for name in LENGTHS}
    if made["shrinkage"] == 1:
        raise PlanError("shrinkage must be below 1: with all time off nobody sits at a telephone")
    return Plan(**made)


def _number(key: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise PlanError(f"{key} = {value!r}: it must be a number from {low:g} to {high:g}")
    return float(value)


def _whole(key: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise PlanError(f"{key} = {value!r}: it must be a whole number from {low} to {high}")
    return value


def _date(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PlanError(f"date = {value!r}: it must be a day, as in 2026-11-23, without quotes")
    return value


def _hours(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != HOURS:
        raise PlanError("hours must be 24 weights, one an hour from 00:00 on")
    weights = tuple(_number("hours", one, 0, MOST_CALLS) for one in value)
    if not sum(weights):
        raise PlanError("hours: one weight at least must be above 0")
    return weights


def _operators(value: object) -> tuple[int, ...]:
    each = value if isinstance(value, list) else [value] * HOURS
    if len(each) != HOURS:
        raise PlanError(f"operators must be one number, or 24, one an hour from 00:00 on; these are {len(each)}")
    return tuple(_whole("operators", one, 0, MOST_OPERATORS) for one in each)


def _lines(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        raise PlanError('lines must name the numbers that are called and their shares, as in lines = { "12345" = 1.0 }')
    shares = {number: _number(f"lines.{number}", share, 0, MOST_CALLS) for number, share in value.items()}
    if not sum(shares.values()):
        raise PlanError("lines: one share at least must be above 0")
    return shares


def _length(name: str, value: object) -> Length:
    if not isinstance(value, dict) or not value.keys() <= {"mean_s", "shape", "cv"} or "mean_s" not in value:
        raise PlanError(f'{name} must be as in {name} = {{ mean_s = 240, shape = "lognormal", cv = 0.9 }}')
    mean_s = value["mean_s"]
    if name != "patience" or mean_s != inf:
        mean_s = _number(f"{name}.mean_s", mean_s, 0, HOURS * HOUR_S)
    shape, cv = value.get("shape", "exponential"), _number(f"{name}.cv", value.get("cv", 1.0), 0, 100)
    if shape not in SHAPES:
        raise PlanError(f"{name}.shape = {shape!r}: it must be one of {', '.join(SHAPES)}")
    return Length(mean_s, shape, cv)
