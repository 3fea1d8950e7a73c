"""The walk through a menu, pure: it yields what is to be done and is sent what came of it, until it returns an end.

steps = walk(menu)
step = next(steps)
step = steps.send("1")   # the key that was pressed; StopIteration.value is the `End`
"""

from collections.abc import Generator
from dataclasses import dataclass

from ivr.check import KEYS
from ivr.menu import (
    Choose,
    Goodbye,
    Hours,
    Language,
    LeaveMessage,
    Menu,
    Node,
    OfferCallBack,
    Play,
    Progress,
    Purpose,
    Rate,
    ToQueue,
    Transfer,
)

STEPS = 100
"""So many nodes are passed; who goes round for longer, as a fax or a key that is stuck does, comes to a person."""
TRIES = 2
"""So often a key or number is asked for; then he is led on to a person."""
DIGITS = 20
"""The most digits of a case's number that can be keyed."""


@dataclass(frozen=True, slots=True)
class Say:
    """Play `prompts` one after the other, then wait `wait_s` seconds for a key. Any of `keys` breaks them off.

    "" among the prompts is the line's greeting. Wants the key, "" if none was pressed.
    """

    at: str
    prompts: tuple[str, ...]
    wait_s: int = 0
    keys: str = KEYS


@dataclass(frozen=True, slots=True)
class Collect:
    """Play `prompt`, then wait for digits up to #, for the first and between two at most `wait_s`. Wants the digits."""

    at: str
    prompt: str
    wait_s: int


@dataclass(frozen=True, slots=True)
class Look:
    """Wants "open" or "closed": whether `queue`, empty: the line's, has its opening hours."""

    at: str
    queue: str


@dataclass(frozen=True, slots=True)
class Find:
    """Wants the name of the prompt that tells how the case stands whose digits were keyed; "" if it is none of his."""

    at: str
    digits: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Play prompts in this language from now on. Wants nothing."""

    at: str
    language: str


@dataclass(frozen=True, slots=True)
class Note:
    """He answered `question` with this key. Wants nothing."""

    at: str
    question: str
    key: str


Step = Say | Collect | Look | Find | Speak | Note


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a person in `queue`, empty: the line's. `urgent`: he counts as come earlier."""

    at: str
    queue: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Take a message."""

    at: str


@dataclass(frozen=True, slots=True)
class Forward:
    """Put him through to another platform."""

    at: str
    number: str


@dataclass(frozen=True, slots=True)
class AskCallBack:
    """Offer to call him back."""

    at: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Hang up."""

    at: str


End = Wait | Record | Forward | AskCallBack | Leave
UNFOUND = "case-unknown"
"""The prompt for who keyed what is none of his cases."""


def walk(menu: Menu) -> Generator[Step, str, End]:
    """Every step from the start to the end."""
    at = menu.start
    for _ in range(STEPS):
        node = menu.nodes[at]
        match node:
            case Play(prompt=prompt, keys=keys, next=following):
                at = keys.get((yield Say(at, (prompt,))), following)
            case Choose():
                at = yield from _choose(at, node)
            case Hours(queue=queue, open=opened, closed=closed):
                at = opened if (yield Look(at, queue)) == "open" else closed
            case Language(language=language, next=following):
                yield Speak(at, language)
                at = following
            case Progress():
                at = yield from _progress(at, node)
            case Rate():
                yield from _rate(at, node)
                at = node.next
            case _:
                return end(at, node)
    return Leave(at) if menu.purpose is Purpose.AFTER_TALK else Wait(at, "")


def end(at: str, node: Node) -> End:
    """What a node stands for at which a menu is over; raises `ValueError` for any other."""
    match node:
        case ToQueue(queue=queue, urgent=urgent):
            return Wait(at, queue, urgent)
        case LeaveMessage():
            return Record(at)
        case Transfer(number=number):
            return Forward(at, number)
        case OfferCallBack():
            return AskCallBack(at)
        case Goodbye():
            return Leave(at)
        case _:
            raise ValueError(f"a menu does not end at {node}")


def _choose(at: str, node: Choose) -> Generator[Step, str, str]:
    prompts: tuple[str, ...] = (node.prompt,)
    for _ in range(TRIES):
        key = yield Say(at, prompts, node.wait_s)
        if key in node.keys:
            return node.keys[key]
        prompts = (node.again, node.prompt) if node.again else (node.prompt,)
    return node.otherwise


def _progress(at: str, node: Progress) -> Generator[Step, str, str]:
    for _ in range(TRIES):
        digits = yield Collect(at, node.prompt, node.wait_s)
        if not digits:
            break
        told = yield Find(at, digits)
        yield Say(at, (told or UNFOUND,))
        if told:
            return node.next
    return node.otherwise


def _rate(at: str, node: Rate) -> Generator[Step, str, None]:
    for _ in range(TRIES):
        key = yield Say(at, (node.prompt,), node.wait_s)
        if key and key in node.keys:
            yield Note(at, node.question, key)
            return
