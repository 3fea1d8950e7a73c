"""What is wrong with a policy, before it may hold: every name must lead somewhere, every citizen to somebody."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from routing.guard import MOST
from routing.outside import Contact, Destination, pattern_fault
from routing.policy import Document, Line, Member, Notice, PauseKind, Policy, Rules, kind_of
from routing.queues import Overflow, OverflowKind, Queue
from worktime.calendar import SpecialDay
from worktime.roster import ClockError, minute
from worktime.weekly import HoursError, day_spans, parse

LEVELS = range(11)
"""Levels of a skill; 0 is none."""
OVERFLOWS = ("when_closed", "when_full", "when_nobody", "when_waited")


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` of the document `kind`/`key` is wrong. `code` says how; `value` is what is meant.

    Codes: unknown (it names something that is not there), range (a number out of bounds), form (it cannot be read),
    needed (others name what is to be taken away: `value`), loop (overflows lead back to where they began), not_allowed
    (no destination allows this number), own_line (it is a number of ours), and those of `routing.outside.PatternFault`.
    """

    kind: str
    key: str
    field: str
    code: str
    value: str = ""


def findings(policy: Policy) -> list[Finding]:
    """All that is wrong; a policy without findings may hold."""
    found: list[Finding] = []
    if policy.rules.default_queue not in policy.queues:
        found.append(Finding("rules", policy.rules.key, "default_queue", "unknown", policy.rules.default_queue))
    for document in policy.documents():
        found += _negative(document)
        match document:
            case Queue():
                found += _of_queue(document, policy)
            case Line():
                found += _named(document, "queue", [document.queue], policy.queues)
                found += _number(document, "number", document.number)
                if document.diverted_from:
                    found += _number(document, "diverted_from", document.diverted_from)
            case Member():
                found += _named(document, "queues", document.queues, policy.queues)
                found += _named(document, "skills", document.skills, policy.skills)
                found += [
                    Finding("members", document.login, "skills", "range", skill)
                    for skill, level in document.skills.items()
                    if level not in LEVELS
                ]
            case PauseKind() if not document.name:
                found.append(Finding("pauses", document.name, "name", "form"))
            case Notice():
                if document.area:
                    found += _named(document, "area", [document.area], policy.areas)
                if document.until <= document.since:
                    found.append(Finding("notices", document.id, "until", "range", str(document.until)))
            case Rules():
                for name in ("quiet_begins", "quiet_ends", "call_back_begins", "call_back_ends"):
                    try:
                        minute(getattr(document, name))
                    except ClockError as unreadable:
                        found.append(Finding("rules", document.key, name, "form", str(unreadable)))
                for name in ("outbound_per_hour", "outbound_per_operator", "outbound_per_number"):
                    if getattr(document, name) > MOST:
                        found.append(Finding("rules", document.key, name, "range", str(getattr(document, name))))
            case Contact():
                malformed = list(_number(document, "number", document.number))
                if not malformed and not policy.allows(document.number):
                    malformed = [Finding("contacts", document.name, "number", "not_allowed", document.number)]
                found += malformed
            case Destination():
                if (fault := pattern_fault(document.pattern)) is not None:
                    found.append(Finding("destinations", document.key, "pattern", fault.value, document.pattern))
            case SpecialDay():
                try:
                    day_spans(document.hours)
                except HoursError as unreadable:
                    found.append(Finding("days", document.key, "hours", "form", str(unreadable)))
            case _:
                pass
    return found


def _of_queue(queue: Queue, policy: Policy) -> Iterable[Finding]:
    yield from _named(queue, "needs", [need.skill for need in queue.needs], policy.skills)
    for need in queue.needs:
        after = [step.after_s for step in need.steps]
        if after != sorted(set(after)) or any(step.level not in LEVELS for step in need.steps):
            yield Finding("queues", queue.name, "needs", "range", need.skill)
    if not 0 <= queue.answer_share <= 1:
        yield Finding("queues", queue.name, "answer_share", "range", str(queue.answer_share))
    if not 5 <= queue.ring_s <= 120:
        yield Finding("queues", queue.name, "ring_s", "range", str(queue.ring_s))
    try:
        parse(queue.hours)
    except HoursError as unreadable:
        yield Finding("queues", queue.name, "hours", "form", str(unreadable))
    for name in OVERFLOWS:
        overflow: Overflow = getattr(queue, name)
        if overflow.kind is OverflowKind.QUEUE and overflow.target not in policy.queues:
            yield Finding("queues", queue.name, name, "unknown", overflow.target)
        elif overflow.kind is OverflowKind.NUMBER:
            unfit = policy.unfit(overflow.target)
            malformed = list(_number(queue, name, overflow.target))
            yield from malformed or ([Finding("queues", queue.name, name, unfit, overflow.target)] if unfit else ())
        elif overflow.kind in (OverflowKind.MESSAGE, OverflowKind.CALL_BACK) and overflow.target:
            yield Finding("queues", queue.name, name, "form", overflow.target)
        elif overflow.kind is OverflowKind.QUEUE and _leads_back(queue, overflow, name, policy):
            yield Finding("queues", queue.name, name, "loop", overflow.target)


def _leads_back(queue: Queue, overflow: Overflow, name: str, policy: Policy) -> bool:
    """Whether the same overflow of queue after queue comes back to this one."""
    passed = set()
    while overflow.kind is OverflowKind.QUEUE and overflow.target in policy.queues and overflow.target not in passed:
        if overflow.target == queue.name:
            return True
        passed.add(overflow.target)
        overflow = getattr(policy.queues[overflow.target], name)
    return False


def _number(document: Document, name: str, number: str) -> Iterable[Finding]:
    if not (number.isascii() and number.removeprefix("+").isdecimal() and 3 <= len(number) <= 20):
        yield Finding(kind_of(document), document.key, name, "form", number)


def _named(document: Document, name: str, wanted: Iterable[str], known: Iterable[str]) -> Iterable[Finding]:
    there = set(known)
    for one in wanted:
        if one not in there:
            yield Finding(kind_of(document), document.key, name, "unknown", one)


def _negative(document: Document) -> Iterable[Finding]:
    """No count and no length of time may be below 0."""
    for one in fields(document):
        value = getattr(document, one.name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            yield Finding(kind_of(document), document.key, one.name, "range", str(value))
