"""The roster, attendance and handovers as the JSON that pages and integrators see."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from typing_extensions import TypedDict

from agent_console.shapes.calls import PersonJson
from agent_console.views.times import Times
from routing.operators import Operator
from routing.records import Account, Role
from worktime.handover import Handover, Open
from worktime.roster import Attendance, DutyError, Extra, Roster, Shift, Turn, attendance, gaps, parts


class ShiftJson(TypedDict):
    name: str
    title: str
    begins: str
    ends: str


class TurnJson(TypedDict):
    """One shift of one day. `version`: null where nobody was ever set down."""

    id: str
    day: str
    shift: str
    title: str
    begins_at: str
    ends_at: str
    operators: list[PersonJson]
    needed: int
    version: int | None


class DayJson(TypedDict):
    day: str
    turns: list[TurnJson]


class RosterJson(TypedDict):
    """`operators`: all who can be chosen. `gaps`: when no shift goes on, as [from, to] of every day."""

    today: str
    shifts: list[ShiftJson]
    gaps: list[list[str]]
    operators: list[PersonJson]
    days: list[DayJson]


class DueJson(TypedDict):
    """`state`: as the desk has him, `offline` where he is not there; then `missing_since` says since when."""

    login: str
    name: str
    duty: TurnJson
    state: str
    since: str | None
    missing_since: str | None


class ExtraJson(TypedDict):
    """`duty`: his that begins soon or was just over; null: he is not on the roster at all."""

    login: str
    name: str
    state: str
    since: str
    duty: TurnJson | None


class AttendanceJson(TypedDict):
    at: str
    turns: list[TurnJson]
    due: list[DueJson]
    extra: list[ExtraJson]


class OpenJson(TypedDict):
    waiting: int
    messages: int
    calls: int
    notices: list[str]


class DutyJson(TypedDict):
    """A duty as a handover names it; the title is the shift's name where that shift is there no more."""

    id: str
    day: str
    title: str


class HandoverJson(TypedDict):
    id: str
    at: str
    of: DutyJson
    to: DutyJson | None
    by: PersonJson
    note: str
    open: OpenJson
    taken_by: PersonJson | None
    taken_at: str | None


class HandoversJson(TypedDict):
    """`now`: what is open at this moment. `mine`: the shifts that whoever asks may hand over, the likeliest first."""

    items: list[HandoverJson]
    next: None
    now: OpenJson
    mine: list[DutyJson]


class RosterViews:
    """`times`: how they are told; `accounts`: who is called what."""

    def __init__(self, times: Times, accounts: Iterable[Account]) -> None:
        self._times = times
        self._accounts = list(accounts)
        self._names: Mapping[str, str] = {one.login: one.name for one in self._accounts}
        self._leaders = {one.login for one in self._accounts if one.role is Role.LEADER}

    def person(self, login: str) -> PersonJson:
        return {"login": login, "name": self._names.get(login, login)}

    def shift(self, shift: Shift) -> ShiftJson:
        return {"name": shift.name, "title": shift.title, "begins": shift.begins, "ends": shift.ends}

    def turn(self, turn: Turn, roster: Roster) -> TurnJson:
        return {
            "id": turn.duty.id,
            "day": turn.duty.day.isoformat(),
            "shift": turn.shift.name,
            "title": turn.shift.title,
            "begins_at": self._times.time(turn.begins_at),
            "ends_at": self._times.time(turn.ends_at),
            "operators": [self.person(login) for login in turn.duty.logins],
            "needed": turn.duty.needed,
            "version": roster.versions.get(turn.duty.id),
        }

    def roster(self, roster: Roster, first: date, days: int, now: float) -> RosterJson:
        zone = self._times.timezone
        return {
            "today": datetime.fromtimestamp(now, zone).date().isoformat(),
            "shifts": [self.shift(one) for one in roster.shifts],
            "gaps": [[_clock(at) for at in gap] for gap in gaps(roster.shifts)] if roster.shifts else [],
            "operators": [self.person(one.login) for one in self._accounts if one.role is Role.OPERATOR],
            "days": [
                {
                    "day": day.isoformat(),
                    "turns": [self.turn(turn, roster) for turn in roster.turns([day], zone)],
                }
                for day in (first + timedelta(one) for one in range(days))
            ],
        }

    def attendance(self, roster: Roster, operators: Mapping[str, Operator], now: float) -> AttendanceJson:
        """`roster`: with the days around; `operators`: as the desk has them.

        A leader at his seat is nobody's surprise: he has no place in the roster.
        """
        found = present(roster, operators, self._times, now)
        return {
            "at": self._times.time(now),
            "turns": [self.turn(turn, roster) for turn in found.turns],
            "due": [
                {
                    **self.person(one.login),
                    "duty": self.turn(one.turn, roster),
                    "state": "offline" if one.missing_since is not None else operators[one.login].state.value,
                    "since": None if one.missing_since is not None else self._times.time(operators[one.login].since),
                    "missing_since": self._times.maybe(one.missing_since),
                }
                for one in found.due
            ],
            "extra": [
                self._extra(one, operators[one.login], roster) for one in found.extra if one.login not in self._leaders
            ],
        }

    def _extra(self, extra: Extra, operator: Operator, roster: Roster) -> ExtraJson:
        return {
            **self.person(extra.login),
            "state": operator.state.value,
            "since": self._times.time(operator.since),
            "duty": None if extra.turn is None else self.turn(extra.turn, roster),
        }

    def open(self, figures: Open) -> OpenJson:
        return {
            "waiting": figures.waiting,
            "messages": figures.messages,
            "calls": figures.calls,
            "notices": list(figures.notices),
        }

    def duty(self, key: str, shifts: Iterable[Shift]) -> DutyJson:
        try:
            day, name = parts(key)
        except DutyError:
            return {"id": key, "day": "", "title": key}
        return {
            "id": key,
            "day": day.isoformat(),
            "title": next((shift.title for shift in shifts if shift.name == name), name),
        }

    def handover(self, handover: Handover, shifts: Iterable[Shift]) -> HandoverJson:
        known = list(shifts)
        return {
            "id": handover.id,
            "at": self._times.time(handover.at),
            "of": self.duty(handover.from_duty, known),
            "to": self.duty(handover.to_duty, known) if handover.to_duty else None,
            "by": self.person(handover.by),
            "note": handover.note,
            "open": self.open(handover.open),
            "taken_by": self.person(handover.taken_by) if handover.taken else None,
            "taken_at": self._times.maybe(handover.taken_at),
        }


def present(roster: Roster, operators: Mapping[str, Operator], times: Times, now: float) -> Attendance:
    """Who should be there and who is, as the desk has its operators."""
    return attendance(
        roster,
        times.timezone,
        now,
        [login for login, one in operators.items() if one.signed_in],
        {login: one.since for login, one in operators.items() if not one.signed_in},
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
