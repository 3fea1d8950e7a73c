"""The roster and its handovers among the documents: how they are read, and what may not stand in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from routing.check import Finding
from routing.documents import DutiesThere
from routing.records import Role
from storage import documents, tables
from worktime.handover import Handover
from worktime.roster import ClockError, Duty, DutyError, Roster, Shift, duty_id, minute, overlaps, parts

YEARS = range(2000, 2100)
"""Days of the roster are in these."""
MOST_NEEDED = 999
UNTAKEN = '"taken_by":""'
"""How it stands in a document that nobody has taken. Within a text its quotes would be escaped."""


def shifts(session: Session) -> list[Shift]:
    """In the order in which they begin; those that cannot be read are left out."""
    rows = session.exec(select(tables.Document.data).where(col(tables.Document.kind) == "shifts"))
    found = []
    for data in rows:
        try:
            shift: Shift = documents.load("shifts", data)
            found.append((shift.minutes(), shift))
        except ValueError:
            continue
    return [shift for _, shift in sorted(found, key=lambda one: (one[0], one[1].name))]


def roster(session: Session, days: Iterable[date]) -> Roster:
    """The shifts and the duties of these days."""
    known = shifts(session)
    keys = [duty_id(day, shift.name) for day in days for shift in known]
    wanted = select(tables.Document.key, tables.Document.data, tables.Document.version)
    wanted = wanted.where(col(tables.Document.kind) == "duties", col(tables.Document.key).in_(keys))
    duties, versions = {}, {}
    for key, data, version in session.exec(wanted):
        versions[key] = version
        try:
            duties[key] = documents.load("duties", data)
        except ValueError:
            continue  # shown as empty, and can be written anew
    return Roster(tuple(known), duties, versions)


def copied(session: Session, source: date, target: date, days: int, *, overwrite: bool) -> list[Duty]:
    """The duties that make `days` days from `target` on the same as those from `source` on.

    Raises `DutiesThere` where other people have duty there, unless they may be written over.
    """
    span = [timedelta(one) for one in range(days)]
    there, wanted = (roster(session, [day + one for one in span]) for day in (source, target))
    made = []
    for shift in there.shifts:
        for one in span:
            before, now = there.duty(source + one, shift.name), wanted.duty(target + one, shift.name)
            duty = Duty(now.id, before.logins, before.needed)
            if duty != now:
                made.append(duty)
    taken = [duty.id for duty in made if wanted.duty(duty.day, duty.shift).logins]
    if taken and not overwrite:
        raise DutiesThere(sorted(taken))
    return made


def handovers(session: Session, newest: int) -> list[Handover]:
    """All that nobody has taken yet, and the newest of the others; the newest first."""
    kind = col(tables.Document.kind) == "handovers"
    untaken = col(tables.Document.data).contains(UNTAKEN, autoescape=True)
    columns = select(tables.Document.data).order_by(col(tables.Document.position).desc())
    rows = [*session.exec(columns.where(kind, untaken)), *session.exec(columns.where(kind, ~untaken).limit(newest))]
    found = []
    for data in rows:
        try:
            found.append(documents.load("handovers", data))
        except ValueError:
            continue
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def findings(session: Session, changed: Sequence[Any], today: date) -> Iterable[Finding]:
    """What is wrong with shifts and duties that are to be written: form, names, and who would be in two at once."""
    wrong = [fault for document in changed for fault in _form(document)]
    if wrong:
        return wrong
    known = {shift.name: shift for shift in shifts(session)}
    new = {one.name: one for one in changed if isinstance(one, Shift)}
    duties = [one for one in changed if isinstance(one, Duty)]
    wrong = [fault for duty in duties for fault in _names(session, duty, {*known, *new})]
    if wrong:
        return wrong
    return [*_two_at_once(session, duties, new), *_two_of_shift(session, known, new, today)]


def _form(document: Any) -> Iterable[Finding]:
    match document:
        case Shift():
            for name in ("begins", "ends"):
                try:
                    minute(getattr(document, name))
                except ClockError as unreadable:
                    yield Finding("shifts", document.name, name, "form", str(unreadable))
            if document.begins == "24:00":
                yield Finding("shifts", document.name, "begins", "form", document.begins)
        case Duty():
            try:
                day, _ = parts(document.id)
            except DutyError:
                yield Finding("duties", document.id, "id", "form", document.id)
            else:
                if day.year not in YEARS:
                    yield Finding("duties", document.id, "id", "form", document.id)
            if not 0 <= document.needed <= MOST_NEEDED:
                yield Finding("duties", document.id, "needed", "range", str(document.needed))
            twice = sorted({login for login in document.logins if document.logins.count(login) > 1})
            yield from (Finding("duties", document.id, "logins", "twice", login) for login in twice)


def _names(session: Session, duty: Duty, known: set[str]) -> Iterable[Finding]:
    if duty.shift not in known:
        yield Finding("duties", duty.id, "shift", "unknown", duty.shift)
    for login in duty.logins:
        account = session.get(tables.Account, login)
        if account is None or not account.active:
            yield Finding("duties", duty.id, "logins", "account", login)
        elif account.role != Role.OPERATOR:
            yield Finding("duties", duty.id, "logins", "operator", login)


def _two_at_once(session: Session, duties: Sequence[Duty], new: Mapping[str, Shift]) -> Iterable[Finding]:
    """A shift may pass midnight, so that the days before and after tell too."""
    days = {duty.day + timedelta(one) for duty in duties for one in (-1, 0, 1)}
    kept = roster(session, days)
    known = {**{shift.name: shift for shift in kept.shifts}, **new}
    after = Roster(tuple(known.values()), {**kept.duties, **{duty.id: duty for duty in duties}})
    changed = {duty.id for duty in duties}
    for clash in overlaps(after):
        mine, other = (clash.one, clash.other) if clash.one in changed else (clash.other, clash.one)
        if mine in changed:
            yield Finding("duties", mine, "logins", "overlap", f"{clash.login} {_named(after, mine, other)}")


def _two_of_shift(
    session: Session, known: Mapping[str, Shift], new: Mapping[str, Shift], today: date
) -> Iterable[Finding]:
    """Who is put into two shifts at once by a shift's new hours, from yesterday on: what was is not changed by it."""
    if not any(name in known and known[name].minutes() != shift.minutes() for name, shift in new.items()):
        return
    duties = {duty.id: duty for duty in _every(session) if duty.day >= today - timedelta(1)}
    was = set(overlaps(Roster(tuple(known.values()), duties)))
    after = Roster(tuple({**known, **new}.values()), duties)
    for clash in overlaps(after):
        names = [parts(key)[1] for key in (clash.one, clash.other)]
        if clash not in was:
            name = next(name for name in names if name in new)
            yield Finding("shifts", name, "begins", "overlap", f"{clash.login} {_named(after, clash.one, clash.other)}")


def _named(roster: Roster, one: str, other: str) -> str:
    """Both duties as people name them: the day and the shift's title."""
    shown = []
    for key in (one, other):
        day, name = parts(key)
        shift = roster.shift(name)
        shown.append(f"{day} {shift.title if shift else name}")
    return "/".join(shown)


def needing(session: Session, shift: str, today: date) -> list[Finding]:
    """Why this shift cannot be taken away: somebody has duty in it, today or later."""
    return [
        Finding("duties", duty.id, "shift", "needed", f"duties/{duty.id}")
        for duty in _every(session)
        if duty.shift == shift and duty.logins and duty.day >= today
    ][:5]


def _every(session: Session) -> list[Duty]:
    rows = session.exec(select(tables.Document.data).where(col(tables.Document.kind) == "duties"))
    found = []
    for data in rows:
        try:
            duty: Duty = documents.load("duties", data)
            parts(duty.id)
            found.append(duty)
        except ValueError:
            continue
    return found
