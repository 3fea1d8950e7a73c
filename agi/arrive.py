"""The script of an arriving call: tell the desk, walk the menu, say where the dialplan goes on. Then the AGI ends.

The menu may leave greeting and queue to the line that was dialled. Who comes to wait is told of incidents that concern
him; he has his place in the queue already.
"""

from collections.abc import Callable, Container, Mapping
from itertools import islice

from agi import notices
from agi.caller import arrival
from agi.fastagi import Session
from ivr import engine
from ivr.menu import Menu
from routing import events as ev
from routing.policy import Line, Notice
from routing.snapshot import Snapshot

GREETING = "greeting"
KEYS = "0123456789*#"
MOST_NOTICES = 2
"""So many are told at the beginning; the others while he waits."""


class Arrive:
    """`menus` by the number dialled; `fallback` for a number that has none. `prompts`: those that are there."""

    def __init__(
        self,
        post: Callable[[ev.Event], None],
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        residents: notices.Residents,
        menus: Mapping[str, Menu],
        fallback: Menu,
        prompts: Container[str],
        country: str,
    ) -> None:
        self._post, self._snapshot, self._clock, self._residents = post, snapshot, clock, residents
        self._menus, self._fallback, self._prompts, self._country = menus, fallback, prompts, country

    def __call__(self, agi: Session) -> None:
        came = arrival(agi.env, self._country)
        snapshot = self._snapshot()
        line = snapshot.policy.line(came.called, came.diverted_from)
        self._post(
            ev.CallArrived(came.call, came.caller, came.caller_name, came.called, came.channel, came.diverted_from)
        )
        menu = self._menus.get(came.called, self._fallback)
        step = engine.start(menu)
        while isinstance(step, engine.Say):
            key = _say(agi, step.prompt or self._greeting(line), KEYS)
            agi.set_variable("GREETED", "1")
            step = engine.answer(menu, step.at, key)
        if not isinstance(step, engine.Wait):
            agi.set_variable("NEXT", "message")
            return
        queue = step.queue or (line.queue if line is not None else snapshot.policy.default.name)
        self._post(ev.MenuFinished(came.call, queue, step.urgent))
        if not step.urgent:
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
