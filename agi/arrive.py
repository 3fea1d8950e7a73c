"""The script of an arriving call: tell the desk, walk the line's menu, say where the dialplan goes on. Then it ends.

The menu may leave greeting and queue to the line that was dialled. Who comes to wait is told of incidents that concern
him; he has his place in the queue already.
"""

from collections.abc import Awaitable, Callable, Container
from itertools import islice

from agi import notices
from agi.caller import Arrival, arrival
from agi.fastagi import Session, wait_for
from agi.walk import Walk
from ivr import engine
from ivr.menu import Menu
from routing import events as ev
from routing.policy import Line, Notice
from routing.snapshot import Snapshot

GREETING = "greeting"
KEYS = "0123456789*#"
MOST_NOTICES = 2
"""So many are told at the beginning; the others while he waits."""


Progress = Callable[[str, str], Awaitable[str]]
"""A caller, and the digits of a case's number -> the prompt that tells how it stands; "" if it is none of his."""


class Arrive:
    """`menus`: the name of a menu, or none -> the one that a call begins with now. `prompts`: those that are there."""

    def __init__(
        self,
        post: Callable[[ev.Event], None],
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        residents: notices.Residents,
        menus: Callable[[str], Menu],
        prompts: Container[str],
        country: str,
        progress: Progress,
    ) -> None:
        self._post, self._snapshot, self._clock, self._residents = post, snapshot, clock, residents
        self._progress = progress
        self._menus, self._prompts, self._country = menus, prompts, country

    def __call__(self, agi: Session) -> None:
        came = arrival(agi.env, self._country)
        snapshot = self._snapshot()
        line = snapshot.policy.line(came.called, came.diverted_from)
        self._post(
            ev.CallArrived(came.call, came.caller, came.caller_name, came.called, came.channel, came.diverted_from)
        )
        usual = line.queue if line is not None else snapshot.policy.default.name
        menu = self._menus(line.menu if line is not None else "")
        if line is not None and line.survey:
            agi.set_variable("SURVEY", "1")
        match self._walked(agi, came, menu, self._greeting(line), usual):
            case engine.Wait(queue=queue, urgent=urgent):
                self._waits(agi, came, queue or usual, urgent)
            case engine.Forward(number=number) if number in self._snapshot().policy.lines:
                self._waits(agi, came, usual, urgent=False)  # it would come in again, and be put through again
            case engine.Forward(number=number):
                agi.set_variable("FORWARD_TO", number)
                agi.set_variable("NEXT", "forward")
            case engine.AskCallBack():
                agi.set_variable("NEXT", "callback")
            case engine.Record():
                agi.set_variable("NEXT", "message")
            case engine.Leave():  # no menu of a call ends so
                agi.set_variable("NEXT", "wait")

    def _walked(self, agi: Session, came: Arrival, menu: Menu, greeting: str, usual: str) -> engine.End:
        """Where the menu has led him."""
        passed = 0

        def entered(node: str) -> None:
            nonlocal passed
            if passed:  # at the start everybody is
                self._post(ev.MenuStepped(came.call, menu.name, node, passed))
            passed += 1

        def is_open(queue: str) -> bool:
            policy = self._snapshot().policy
            return policy.is_open(policy.queue(queue or usual).hours, self._clock())

        walk = Walk(agi, greeting, is_open, lambda digits: wait_for(self._progress(came.caller, digits)), entered)
        end = walk(engine.walk(menu))
        if passed > 1:  # else it is where everybody of this line comes to, or a key of the greeting, which it tells
            entered(end.at)
        if passed:
            agi.set_variable("GREETED", "1")
        return end

    def _waits(self, agi: Session, came: Arrival, queue: str, urgent: bool) -> None:
        snapshot = self._snapshot()
        self._post(ev.MenuFinished(came.call, queue, urgent))
        if not urgent:
            untold = notices.untold(snapshot, self._residents, came.caller, None, self._clock())
            for notice in islice(untold, MOST_NOTICES):
                if self._joins(agi, came.call, notice):
                    agi.set_variable("CASE", notice.case)
                    agi.set_variable("NEXT", "joined")
                    return
        agi.set_variable("NEXT", "wait")

    def _greeting(self, line: Line | None) -> str:
        """A greeting that is not there must not leave the citizen without any."""
        return line.greeting if line is not None and line.greeting in self._prompts else GREETING

    def _joins(self, agi: Session, call: str, notice: Notice) -> bool:
        """Tell him of it; whether he says that this is what he calls about."""
        self._post(ev.NoticeTold(call, notice.id))
        for prompt in notices.words(notice):
            key = _say(agi, prompt, KEYS)
            if key:
                return key == notices.KEY and bool(notice.case)
        return bool(notice.case) and agi.wait_for_digit(notices.AFTER_MS) == notices.KEY


def _say(agi: Session, prompt: str, keys: str) -> str:
    """Play the prompt; the key that broke it off, if one did."""
    return str(agi.stream_file(f"hotline/{prompt}", keys))
