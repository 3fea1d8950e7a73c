"""Queue policy, as data that an administrator changes."""

from dataclasses import dataclass
from enum import StrEnum


class Strategy(StrEnum):
    """Which of the free operators of a queue is rung."""

    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"
    ROUND_ROBIN = "round_robin"
    RING_ALL = "ring_all"


class OverflowKind(StrEnum):
    """Where a citizen goes whom a queue does not keep."""

    MESSAGE = "message"
    QUEUE = "queue"
    NUMBER = "number"
    CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class Overflow:
    """`target`: name of the queue, or number of the platform; empty for the other kinds."""

    kind: OverflowKind = OverflowKind.MESSAGE
    target: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """From `after_s` seconds of waiting on, an operator needs `level`; 0: the skill is not asked for any more."""

    after_s: int
    level: int


@dataclass(frozen=True, slots=True)
class Need:
    """A skill that a queue asks of its operators, less and less the longer a citizen waits."""

    skill: str
    steps: tuple[Step, ...]

    def level(self, waited_s: float) -> int:
        """The level asked for after so many seconds."""
        level = 0
        for step in self.steps:
            if waited_s < step.after_s:
                break
            level = step.level
        return level


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue. All times in seconds.

    `ring_s`: how long a phone rings; `wrap_up_s`: time for writing; `reconnect_s`: how long the operator whose leg was
    lost is waited for; `prefer_s`: how long the one who talked with this citizen in the last 24 h is, 0: not at all.
    `head_start_s`: the queue's tier, so much earlier do its citizens count as come.
    `answer_within_s`, `answer_share`: the service level that is aimed at, as 0.8 of calls within 15 s.
    `hours`: rules as `worktime.weekly` reads them, none: always open. `max_length`: who may wait, 0: any number.
    With nobody there who can take it a citizen waits `nobody_wait_s`, with all of them busy `max_wait_s`, 0: for ever;
    the four overflows say what comes then.
    `announce_every_s`: at least so long between two announcements of place and wait, 0: none. `comfort`: the prompts
    that are said in turn between them.
    """

    name: str
    title: str
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_s: int = 20
    wrap_up_s: int = 60
    reconnect_s: int = 20
    prefer_s: int = 0
    head_start_s: int = 0
    answer_within_s: int = 15
    answer_share: float = 0.8
    needs: tuple[Need, ...] = ()
    hours: tuple[str, ...] = ()
    max_length: int = 0
    nobody_wait_s: int = 12
    max_wait_s: int = 600
    when_closed: Overflow = Overflow()
    when_full: Overflow = Overflow()
    when_nobody: Overflow = Overflow()
    when_waited: Overflow = Overflow()
    announce_every_s: int = 30
    comfort: tuple[str, ...] = ("waiting",)

    @property
    def key(self) -> str:
        return self.name
