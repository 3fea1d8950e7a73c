"""All that an administrator or supervisor changes while calls are up, as one immutable value.

Each part is a document with a `key` that is unique among its kind. The desk is told of a new policy by an event; what
it decided before stays as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from routing.change import replace
from routing.outside import Contact, Destination, dialable
from routing.queues import Queue
from worktime.calendar import NOTHING_DECREED, Calendar, SpecialDay, Statutory
from worktime.weekly import parse


@dataclass(frozen=True, slots=True)
class Line:
    """A number that citizens dial. `greeting`: the prompt that welcomes them; `tag`: whose matters these are.

    `menu`: what they are led through, empty: the usual one; `survey`: the menu after the talk, empty: none.
    `diverted_from`: calls that the network diverts from this number are of this line, whatever they were sent to.
    """

    number: str
    title: str
    tag: str
    queue: str
    greeting: str = "greeting"
    diverted_from: str = ""
    menu: str = ""
    survey: str = ""

    @property
    def key(self) -> str:
        return self.number


@dataclass(frozen=True, slots=True)
class Skill:
    name: str
    title: str

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Member:
    """What an operator serves: `queues`, and his `skills` with their levels from 1 to 10."""

    login: str
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.login


@dataclass(frozen=True, slots=True)
class PauseKind:
    """A reason for 小休. `limit_s`: longer than this is told to the supervisor, 0: no limit.

    `approval`: a supervisor must agree first. `at_once`: so many may be on it together, 0: any number.
    """

    name: str
    title: str
    limit_s: int = 0
    approval: bool = False
    at_once: int = 0

    @property
    def key(self) -> str:
        return self.name


class MarkKind(StrEnum):
    SPECIAL_CARE = "special_care"
    NUISANCE = "nuisance"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of a caller's number. `until`: seconds since 1970 UTC, None: until somebody takes it away.

    `note`: why, for the operator to read.
    """

    number: str
    kind: MarkKind
    note: str = ""
    until: float | None = None

    @property
    def key(self) -> str:
        return self.number

    def holds(self, now: float) -> bool:
        return self.until is None or now < self.until

    def yields_to(self, other: "Mark | None", now: float) -> bool:
        """Whether the other one stays where a pattern of calls sets this one: it holds and says as much, or more."""
        if other is None or not other.holds(now):
            return False
        longer = other.until is None or (self.until is not None and self.until <= other.until)
        return other.kind is not MarkKind.NUISANCE or longer


@dataclass(frozen=True, slots=True)
class Area:
    """A district. A caller is of it whose number begins with one of `prefixes`, or who named it as a case's place."""

    name: str
    prefixes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Notice:
    """An incident that citizens are told of (突发事件播报), as `text` and by `prompts`, said one after the other.

    `area`: only callers of this area hear it, empty: all. `case`: the number of the parent case, to which those who
    press the key are attached. From `since` until `until`, seconds since 1970 UTC.
    """

    id: str
    text: str
    prompts: tuple[str, ...]
    case: str
    since: float
    until: float
    area: str = ""

    @property
    def key(self) -> str:
        return self.id

    def holds(self, now: float) -> bool:
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the whole house. Head starts in seconds: so much earlier does a citizen count as come.

    `special_care_s`: callers of the list of the elderly and of those in special care; `urgent_s`: who pressed the
    urgent key; `returned_s`: whose talk was broken off, or who gave up waiting within the last `returned_within_s`.
    `nuisance_s`: so much later do callers of the nuisance list count as come.
    A number with `nuisance_calls` calls within `nuisance_within_s` in which nobody talked for `nuisance_talk_s` is put
    on the nuisance list for `nuisance_for_s` seconds; `nuisance_calls` 0: never.
    Who left a message or asked for it is to be called back within `call_back_s`; who is not reached, `call_back_tries`
    times. So is who gave up waiting after `missed_after_s` or later: who gave up sooner had dialled a wrong number.
    In an hour at most `outbound_per_hour` calls to numbers outside are placed, `outbound_per_operator` of them by one
    operator, `outbound_per_number` to one number; 0: none at all. Emergency numbers that are contacts are not counted;
    call-backs that are made by themselves are no operator's. They are made from `call_back_begins` until
    `call_back_ends`, and again after `call_back_retry_s`.
    From `quiet_begins` until `quiet_ends` on the city's clock no text is sent; the same twice: it is sent at any time.
    """

    default_queue: str = "main"
    urgent_s: int = 600
    special_care_s: int = 180
    returned_s: int = 300
    returned_within_s: int = 1800
    nuisance_s: int = 3600
    nuisance_calls: int = 6
    nuisance_within_s: int = 600
    nuisance_talk_s: int = 5
    nuisance_for_s: int = 86400
    call_back_s: int = 3600
    call_back_tries: int = 3
    call_back_retry_s: int = 600
    call_back_begins: str = "08:00"
    call_back_ends: str = "21:00"
    missed_after_s: int = 5
    outbound_per_hour: int = 300
    outbound_per_operator: int = 30
    outbound_per_number: int = 4
    quiet_begins: str = "21:00"
    quiet_ends: str = "08:00"

    @property
    def key(self) -> str:
        return RULES


RULES: Final = "rules"
"""The key of the one document of its kind."""

Document = Queue | Line | Skill | Member | PauseKind | Mark | Area | Notice | SpecialDay | Contact | Destination | Rules

KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "queues": Queue,
        "lines": Line,
        "skills": Skill,
        "members": Member,
        "pauses": PauseKind,
        "marks": Mark,
        "areas": Area,
        "notices": Notice,
        "days": SpecialDay,
        "contacts": Contact,
        "destinations": Destination,
        "rules": Rules,
    }
)
"""Kind of document -> its type. A kind is named as the policy names the mapping that holds it."""


def kind_of(document: Document) -> str:
    return next(kind for kind, made in KINDS.items() if type(document) is made)


@dataclass(frozen=True, slots=True)
class Policy:
    """Every document by its key, in the order in which they are shown.

    `zone`: the city's time; `statutory`: the public holidays, of which `days` has the exceptions. Both are no
    documents: they come with the program. `revision` rises with every change.
    """

    queues: Mapping[str, Queue] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    skills: Mapping[str, Skill] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    pauses: Mapping[str, PauseKind] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    areas: Mapping[str, Area] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    days: Mapping[str, SpecialDay] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    rules: Rules = Rules()
    zone: tzinfo = UTC
    statutory: Statutory = NOTHING_DECREED
    revision: int = 0

    @classmethod
    def of(
        cls,
        documents: Iterable[Document],
        zone: tzinfo = UTC,
        revision: int = 0,
        statutory: Statutory = NOTHING_DECREED,
    ) -> "Policy":
        """The policy that these documents make; of two with one key the later counts."""
        held: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        for document in documents:
            held[kind_of(document)][document.key] = document
        rules = held.pop("rules").get(RULES, Rules())
        return cls(
            rules=rules,
            zone=zone,
            statutory=statutory,
            revision=revision,
            **{kind: MappingProxyType(by_key) for kind, by_key in held.items()},
        )

    def with_(self, document: Document) -> "Policy":
        """The policy with this document in place of the one with its key, or added at the end."""
        if isinstance(document, Rules):
            return replace(self, rules=document)
        kind = kind_of(document)
        held: Any = MappingProxyType({**getattr(self, kind), document.key: document})
        return replace(self, **{kind: held})

    def without(self, kind: str, key: str) -> "Policy":
        """The policy without this document. Raises `KeyError` where there is none; the rules can only be changed."""
        if kind == "rules":
            raise KeyError(key)
        held = dict(getattr(self, kind))
        del held[key]
        after: Any = MappingProxyType(held)
        return replace(self, **{kind: after})

    def documents(self) -> Iterable[Document]:
        """All of them, kind by kind."""
        for kind in KINDS:
            if kind != "rules":
                yield from getattr(self, kind).values()
        yield self.rules

    @property
    def default(self) -> Queue:
        """The queue of calls that were told none."""
        return self.queues[self.rules.default_queue]

    def queue(self, name: str | None) -> Queue:
        """The queue of this name, or the default one for none and for one that is gone."""
        return self.queues.get(name or "") or self.default

    def queue_of(self, line: str) -> Queue:
        """The queue of the line with this number, or the default one."""
        found = self.lines.get(line)
        return self.queue(None if found is None else found.queue)

    def line(self, called: str, diverted_from: str = "") -> Line | None:
        """Whose call it is, by the number that diverted it, if any, else by the one that was dialled."""
        if diverted_from:
            for line in self.lines.values():
                if line.diverted_from == diverted_from:
                    return line
        return self.lines.get(called)

    def mark(self, caller: str, now: float) -> Mark | None:
        """What is known of this number now."""
        mark = self.marks.get(caller) if caller else None
        return mark if mark is not None and mark.holds(now) else None

    def allows(self, number: str) -> bool:
        """Whether a call to this number outside may be placed at all."""
        return dialable(number) and any(one.allows(number) for one in self.destinations.values())

    def unfit(self, number: str) -> str:
        """Why citizens cannot be put through to this number outside, as `routing.check` names it; "" where they can."""
        if number in self.lines:  # it would come in again, and be put through again
            return "own_line"
        return "" if self.allows(number) else "not_allowed"

    def local(self, now: float) -> datetime:
        """The city's time."""
        return datetime.fromtimestamp(now, self.zone)

    @property
    def calendar(self) -> Calendar:
        """What kind of day each day is."""
        return Calendar(self.statutory, self.days)

    def is_open(self, hours: tuple[str, ...], now: float) -> bool:
        """Whether it is open by these rules, as `worktime.weekly` reads them; without any always."""
        return not hours or parse(hours).open_at(self.local(now), self.calendar)
