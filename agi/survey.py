"""The script after a talk: lead the citizen through the survey of his line, and tell the desk how he answered.

The operator has said goodbye; whenever the citizen hangs up, what he answered until then counts.
"""

from collections.abc import Callable

from agi.caller import arrival
from agi.fastagi import Session
from agi.walk import Walk
from ivr import engine
from ivr.menu import Menu
from routing import events as ev
from routing.snapshot import Snapshot


class Survey:
    """`menus`: the name of a menu for after the talk -> the one that holds now, None where there is none."""

    def __init__(
        self,
        post: Callable[[ev.Event], None],
        snapshot: Callable[[], Snapshot],
        menus: Callable[[str], Menu | None],
        country: str,
    ) -> None:
        self._post, self._snapshot, self._menus, self._country = post, snapshot, menus, country

    def __call__(self, agi: Session) -> None:
        came = arrival(agi.env, self._country)
        line = self._snapshot().policy.line(came.called, came.diverted_from)
        menu = self._menus(line.survey) if line is not None else None
        if menu is None:  # taken away since he came
            return
        self._post(ev.SurveyStarted(came.call, menu.name))

        def noted(question: str, key: str) -> None:
            self._post(ev.SurveyAnswered(came.call, question, key))

        # whether a queue is open, and how a case stands, is asked by no menu after the talk
        Walk(agi, "", lambda queue: False, lambda digits: "", noted=noted)(engine.walk(menu))
