"""The script of an arriving call: tell the desk, walk the menu, say where the dialplan goes on. Then the AGI ends."""

from collections.abc import Callable, Mapping

from agi.caller import arrival
from agi.fastagi import Session
from ivr import engine
from ivr.menu import Menu
from routing import events as ev


class Arrive:
    """`menus` by the number dialled; `fallback` for a number that has none."""

    def __init__(
        self, post: Callable[[ev.Event], None], menus: Mapping[str, Menu], fallback: Menu, country: str
    ) -> None:
        self._post, self._menus, self._fallback, self._country = post, menus, fallback, country

    def __call__(self, agi: Session) -> None:
        came = arrival(agi.env, self._country)
        self._post(ev.CallArrived(came.call, came.caller, came.caller_name, came.called, came.channel))
        menu = self._menus.get(came.called, self._fallback)
        step = engine.start(menu)
        while isinstance(step, engine.Say):
            agi.stream_file(f"hotline/{step.prompt}", "0123456789*#")
            agi.set_variable("GREETED", "1")
            step = engine.answer(menu, step.at)
        if isinstance(step, engine.Wait):
            agi.set_variable("NEXT", "wait")
            self._post(ev.MenuFinished(came.call, step.queue))
        else:
            agi.set_variable("NEXT", "message")
