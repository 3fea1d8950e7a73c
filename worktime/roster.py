"""The roster (排班): shifts of a day, who has duty in them, and so who should be there at a moment.

A shift's hours are the city's clock; where the clock is set, a shift is that much shorter or longer, and two that meet
still meet.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

DAY_MINUTES = 24 * 60
NEAR_S = 1800.0
"""Who has duty so soon, or had until so lately, is there for that."""
_CLOCK = re.compile(r"(\d\d):(\d\d)")
_ID = re.compile(r"(\d{4}-\d\d-\d\d)\.(.+)")


class ClockError(ValueError):
    """A time of day that cannot be read; the message shows it."""


class DutyError(ValueError):
    """The id of a duty names no day; the message shows it."""


@dataclass(frozen=True, slots=True)
class Shift:
    """`begins` from 00:00 to 23:59, `ends` from 00:00 to 24:00; if that is no later, the shift passes midnight."""

    name: str
    title: str
    begins: str
    ends: str

    @property
    def key(self) -> str:
        return self.name

    def minutes(self) -> tuple[int, int]:
        """Beginning and end in minutes since its day's midnight, up to two days. Raises `ClockError`."""
        begin, end = minute(self.begins), minute(self.ends)
        if begin == DAY_MINUTES:
            raise ClockError(self.begins)
        return begin, end if end > begin else end + DAY_MINUTES

    def span(self, day: date, zone: tzinfo) -> tuple[float, float]:
        """From when until when it lasts if it begins on this day; seconds since 1970 UTC."""
        begin, end = self.minutes()
        return instant(day, begin, zone), instant(day, end, zone)


@dataclass(frozen=True, slots=True)
class Duty:
    """Who works in a shift that begins on a day. `id`: both, as `2026-11-23.day`; `needed`: how many it takes."""

    id: str
    logins: tuple[str, ...] = ()
    needed: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def day(self) -> date:
        """Raises `DutyError`."""
        return parts(self.id)[0]

    @property
    def shift(self) -> str:
        """Raises `DutyError`."""
        return parts(self.id)[1]


def duty_id(day: date, shift: str) -> str:
    return f"{day.isoformat()}.{shift}"


def parts(duty: str) -> tuple[date, str]:
    """Day and shift of the duty with this id. Raises `DutyError`."""
    found = _ID.fullmatch(duty)
    try:
        if found is not None:
            return date.fromisoformat(found[1]), found[2]
    except ValueError:
        pass
    raise DutyError(duty)


def minute(clock: str) -> int:
    """Minutes since midnight of `08:30`, up to `24:00`. Raises `ClockError`."""
    found = _CLOCK.fullmatch(clock)
    at = 60 * int(found[1]) + int(found[2]) if found and clock.isascii() and int(found[2]) < 60 else DAY_MINUTES + 1
    if at > DAY_MINUTES:
        raise ClockError(clock)
    return at


def instant(day: date, minutes: int, zone: tzinfo) -> float:
    """When the clocks of `zone` first show so many minutes after this day's midnight; seconds since 1970 UTC.

    A time that they jump over is the moment of the jump.
    """
    days, rest = divmod(minutes, DAY_MINUTES)
    wanted = datetime.combine(day + timedelta(days), time(rest // 60, rest % 60))
    at = wanted.replace(tzinfo=zone).timestamp()
    if datetime.fromtimestamp(at, zone).replace(tzinfo=None) == wanted:
        return at
    before = wanted.replace(tzinfo=zone, fold=1).timestamp()
    while datetime.fromtimestamp(before, zone).replace(tzinfo=None) < wanted:
        before += 60
    return before


@dataclass(frozen=True, slots=True)
class Turn:
    """A duty with its shift and the time that it takes, seconds since 1970 UTC."""

    duty: Duty
    shift: Shift
    begins_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Clash:
    """One person in two duties that go on at the same time."""

    login: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The shifts as they are shown, and the duties of some days by id.

    `versions`: of the duties as they are kept, for whoever changes one.
    """

    shifts: tuple[Shift, ...] = ()
    duties: Mapping[str, Duty] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def shift(self, name: str) -> Shift | None:
        return next((one for one in self.shifts if one.name == name), None)

    def duty(self, day: date, shift: str) -> Duty:
        """An empty one where nobody has been set down."""
        key = duty_id(day, shift)
        return self.duties.get(key) or Duty(key)

    def turns(self, days: Iterable[date], zone: tzinfo) -> list[Turn]:
        """Every shift of these days, also those without anybody, in the order in which they begin."""
        found = [
            Turn(self.duty(day, shift.name), shift, *shift.span(day, zone))
            for day in set(days)
            for shift in self.shifts
        ]
        return sorted(found, key=lambda turn: (turn.begins_at, turn.ends_at))

    def around(self, now: float, zone: tzinfo) -> list[Turn]:
        """The turns of yesterday, today and tomorrow."""
        today = datetime.fromtimestamp(now, zone).date()
        return self.turns((today + timedelta(days) for days in (-1, 0, 1)), zone)

    def on_duty(self, now: float, zone: tzinfo) -> list[Turn]:
        """What goes on at this moment: whoever is named there should be there."""
        return [turn for turn in self.around(now, zone) if turn.begins_at <= now < turn.ends_at]

    def following(self, turn: Turn, zone: tzinfo) -> Turn | None:
        """The turn to which this one is handed over: the first to begin when it ends, or later."""
        later = (one for one in self.around(turn.ends_at, zone) if one.begins_at >= turn.ends_at)
        return next(later, None)


def overlaps(roster: Roster) -> list[Clash]:
    """Everybody who is in two duties at once, by the clock. A duty of no shift of ours tells nothing."""
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for key, duty in roster.duties.items():
        try:
            day, name = parts(key)
            shift = roster.shift(name)
            if shift is None:
                continue
            begin, end = (day.toordinal() * DAY_MINUTES + at for at in shift.minutes())
        except (DutyError, ClockError):
            continue
        for login in duty.logins:
            spans.setdefault(login, []).append((begin, end, key))
    found = []
    for login, theirs in spans.items():
        theirs.sort()
        for place, (_, end, key) in enumerate(theirs):
            found += [
                Clash(login, key, other) for begin, _, other in theirs[place + 1 :] if begin < end and other != key
            ]
    return found


def gaps(shifts: Iterable[Shift]) -> list[tuple[int, int]]:
    """When no shift goes on, day by day: (from, to) in minutes since midnight. Raises `ClockError`."""
    covered = bytearray(DAY_MINUTES)
    for shift in shifts:
        for at in range(*shift.minutes()):
            covered[at % DAY_MINUTES] = 1
    found: list[tuple[int, int]] = []
    for at in range(DAY_MINUTES):
        if covered[at]:
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody who should be there. `missing_since`: seconds since 1970 UTC, None: he is there."""

    login: str
    turn: Turn
    missing_since: float | None


@dataclass(frozen=True, slots=True)
class Extra:
    """Somebody who is there without having duty now. `turn`: his that is about to begin or was just over, if any."""

    login: str
    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who should be there and who is. `turns`: what goes on, also where nobody was set down for it."""

    turns: tuple[Turn, ...]
    due: tuple[Due, ...]
    extra: tuple[Extra, ...]


def attendance(
    roster: Roster, zone: tzinfo, now: float, there: Iterable[str], left_at: Mapping[str, float]
) -> Attendance:
    """`there`: the logins of all who are signed in; `left_at`: when those who were and are no more signed out.

    Who has left in the middle is missing since then, who never came since his duty began.
    """
    present = set(there)
    turns = roster.on_duty(now, zone)
    due = [
        Due(login, turn, None if login in present else max(turn.begins_at, left_at.get(login, 0.0)))
        for turn in turns
        for login in turn.duty.logins
    ]
    expected = {one.login for one in due}
    near = [turn for turn in roster.around(now, zone) if turn.begins_at - NEAR_S <= now < turn.ends_at + NEAR_S]
    extra = [
        Extra(login, next((turn for turn in near if login in turn.duty.logins), None))
        for login in sorted(present - expected)
    ]
    return Attendance(tuple(turns), tuple(due), tuple(extra))
