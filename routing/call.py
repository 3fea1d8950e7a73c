"""One citizen's call, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.outside import OutboundPurpose
from routing.talk import Party, Talk


class CallState(StrEnum):
    GREETING = "greeting"
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    MESSAGE = "message"
    FORWARDED = "forwarded"
    LEAVING = "leaving"
    DIALLING = "dialling"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of a call, once and for all. `answered` means by a person of ours, `forwarded` by one elsewhere.

    `joined`: he was attached to an incident that he had been told of; `call_back`: he asked to be called back.
    `unreached`: we called him, and did not reach him.
    """

    ANSWERED = "answered"
    MESSAGE = "message"
    FORWARDED = "forwarded"
    JOINED = "joined"
    CALL_BACK = "call_back"
    ABANDONED = "abandoned"
    UNREACHED = "unreached"
    UNKNOWN = "unknown"


class EndedBy(StrEnum):
    CITIZEN = "citizen"
    OPERATOR = "operator"
    SYSTEM = "system"


GIVEN = ("transferred", "taken")
"""Kinds of moments in which an operator gave the citizen to another: unseen, or after he had spoken with him."""


class IllegalMove(Exception):
    """The table knows no such move; the call is as it was."""

    def __init__(self, subject: str, state: str, event: object) -> None:
        super().__init__(f"{subject}: no {type(event).__name__} in state {state}")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the call's timeline. `at`: seconds since 1970 UTC."""

    at: float
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One ring at one operator's phone, with the talk that came of it, if any. Times: seconds since 1970 UTC.

    `held_s`: for how long the citizen heard music during the talk.
    """

    operator: str
    offered_at: float
    channel: str | None = None
    rung_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    result: str | None = None
    held_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """All that is known of a call. Times: seconds since 1970 UTC.

    `queued_at` is set once and survives rings that came to nothing: the citizen keeps his place. `waits_since` is when
    he last came to wait, after a talk whose operator was lost for instance: his patience is counted from there.
    `at_music` says that the citizen's channel stands where it may be redirected to an operator.
    `operator`: who talks with him, or whose phone rings if it is one alone. `prefer` is the operator who is waited for,
    until `prefer_until`: his leg was lost, or he talked with this citizen before.
    `line`: the number of the line whose call it is, `tag` its tag. `urgent`: he pressed the urgent key; `returned`: his
    talk was broken off, or he gave up waiting a short while ago. `full`: the queue had no room for him when he came to
    it; `closed`: it was closed. `passed`: the queues that sent him on; `turned`: the numbers outside that he was put
    through to. `ring_until`: when the phones that ring give up.
    `told_place`, `told_wait_s`: what he was told last, at `told_at`; `notices`: the incidents he heard of.
    `message_takes`: how often he began to speak a message; `message_confirmed`: which of them he let count, 0 for none.
    `settled`: he needs no person any more, and why; `joined`: the number of the case that he was attached to.
    `purpose`: of a call that we place ourselves, None of one that came in; `work`: the call that left what it is placed
    for. Until an operator is free for it, it is a place in the queue, which is not offered `not_before` this time.
    `talk`: who is with whom while he talks; `parties`: who was asked into his talks, and is gone.
    """

    id: str
    caller: str
    caller_name: str
    called: str
    channel: str
    arrived_at: float
    diverted_from: str = ""
    line: str = ""
    tag: str = ""
    state: CallState = CallState.GREETING
    queue: str | None = None
    urgent: bool = False
    returned: bool = False
    full: bool = False
    closed: bool = False
    passed: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    queued_at: float | None = None
    waits_since: float | None = None
    at_music: bool = False
    operator: str | None = None
    prefer: str | None = None
    prefer_until: float = 0.0
    ring_until: float | None = None
    answered_at: float | None = None
    message_at: float | None = None
    message_takes: int = 0
    message_confirmed: int = 0
    told_place: int | None = None
    told_wait_s: int | None = None
    told_at: float | None = None
    notices: tuple[str, ...] = ()
    joined: str = ""
    settled: Outcome | None = None
    settled_at: float | None = None
    forwarded_to: str = ""
    forward_answered_at: float | None = None
    hang_up_asked: bool = False
    goodbye_said: bool = False
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    cause: int | None = None
    outcome: Outcome | None = None
    abandon_stage: CallState | None = None
    purpose: OutboundPurpose | None = None
    work: str = ""
    not_before: float = 0.0
    talk: Talk | None = None
    legs: tuple[Leg, ...] = ()
    parties: tuple[Party, ...] = ()
    timeline: tuple[Moment, ...] = ()

    @property
    def wait_s(self) -> float | None:
        """Seconds from the queue to the first answer, or to the end for a citizen who was never answered."""
        if self.purpose is not None:
            return None
        ends = (self.answered_at, self.message_at, self.settled_at, self.forward_answered_at)
        until = next((at for at in ends if at is not None), self.ended_at)
        return None if self.queued_at is None or until is None else max(0.0, until - self.queued_at)

    @property
    def waiting_since(self) -> float | None:
        """Since when who waits now has waited, in whatever queues; after a talk from its end."""
        return self.queued_at if self.answered_at is None else self.waits_since

    @property
    def is_place(self) -> bool:
        """Whether he is not on the line, and only his place waits."""
        return self.purpose is not None and self.state is CallState.WAITING and not self.channel

    @property
    def menu_step(self) -> str:
        """The menu and the node in it that he came to last; "" where he was not led further than the greeting."""
        return next((moment.detail for moment in reversed(self.timeline) if moment.kind == "menu"), "")

    @property
    def transferred_by(self) -> str:
        """The operator who gave the citizen to whoever has him now; "" where nobody did."""
        told = (moment.detail for moment in reversed(self.timeline) if moment.kind in GIVEN)
        return next(told, "").partition(" ")[0]

    @property
    def forwarded_by(self) -> str:
        """The operator who gave the citizen to the number outside that he last was put through to; "" if none did."""
        told = (moment.detail for moment in reversed(self.timeline) if moment.kind in (*GIVEN, "handed"))
        operator, _, to = next(told, "").partition(" ")
        return operator if to and to == self.forwarded_to else ""

    @property
    def taken_over(self) -> bool:
        """Whether a supervisor took the citizen from `transferred_by`, who did not give him away."""
        giver = self.transferred_by
        last = next((leg for leg in reversed(self.legs) if leg.operator == giver), None)
        return last is not None and last.result == "taken_over"

    @property
    def ratings(self) -> Mapping[str, str]:
        """Question -> the key that he answered it by after the talk."""
        told = [moment.detail.rpartition(" ") for moment in self.timeline if moment.kind == "rated"]
        return {question: key for question, _, key in told}

    @property
    def talk_s(self) -> float:
        """Seconds in which the citizen heard an operator and was heard, over all legs that are over."""
        return sum(leg.ended_at - leg.answered_at - leg.held_s for leg in self.legs if leg.answered_at and leg.ended_at)

    @property
    def leg(self) -> Leg | None:
        """The last leg of who has the call, or of all, whether it still lives or not."""
        mine = (leg for leg in reversed(self.legs) if self.operator in (None, leg.operator))
        return next(mine, None)

    @property
    def ringing(self) -> tuple[str, ...]:
        """Whose phones ring with this call."""
        return tuple(leg.operator for leg in self.legs if leg.ended_at is None and leg.answered_at is None)
