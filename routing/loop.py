"""One inbox, the desk, and the workers of effects.

Events are handled one at a time, in the order they came. Effects of one call (or of one operator, where there is no
call) are carried out in order; those of different calls at the same time, bounded per kind, so that one hung Redirect
delays nobody else.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import get_args

from routing import effects as fx
from routing import events as ev
from routing.desk import Desk

log = logging.getLogger(__name__)

Worker = Callable[[fx.Order], Awaitable[None]]
"""Carries out one kind of effect. Raises only for faults of the program; what fails outside is told as an event."""


class Loop:
    """`clock` gives seconds since 1970 UTC. `workers` maps every kind of effect to the one who carries it out.

    Raises `ValueError` where a kind of effect has no worker.
    """

    def __init__(
        self,
        desk: Desk,
        clock: Callable[[], float],
        workers: Mapping[type, Worker],
        *,
        term: int = 1,
        tick_s: float = 1.0,
        at_once: int = 64,
    ) -> None:
        if idle := [kind.__name__ for kind in get_args(fx.Effect) if kind not in workers]:
            raise ValueError(f"nobody carries out {', '.join(idle)}")
        self._desk = desk
        self._clock = clock
        self._workers = workers
        self._term = term
        self._tick_s = tick_s
        self._inbox: asyncio.Queue[tuple[ev.Event, float, asyncio.Future[list[fx.Effect]] | None]] = asyncio.Queue()
        self._lanes: dict[str, deque[fx.Effect]] = {}
        self._bounds = {kind: asyncio.Semaphore(at_once) for kind in workers}

    @property
    def waiting(self) -> int:
        """How many events wait in the inbox."""
        return self._inbox.qsize()

    def post(self, event: ev.Event, at: float | None = None) -> None:
        """Put `event` into the inbox; `at` when it happened, if not now."""
        self._inbox.put_nowait((event, self._clock() if at is None else at, None))

    async def ask(self, event: ev.Event) -> list[fx.Effect]:
        """Put a person's wish into the inbox and wait for what followed; a `Refuse` among it: it was not granted."""
        answer: asyncio.Future[list[fx.Effect]] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, self._clock(), answer))
        return await answer

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick(), name="tick")
            while True:
                event, at, answer = await self._inbox.get()
                try:
                    effects = self._desk.handle(event, at)
                except Exception as fault:  # the wall: one poisoned event must not stop the desk
                    log.exception("event failed: %s", type(event).__name__)
                    effects = [fx.Refuse(event=type(event).__name__, reason=f"a fault of the program: {fault}")]
                for effect in effects:
                    self._give_out(effect, tasks)
                if answer is not None and not answer.done():
                    answer.set_result(effects)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            self.post(ev.Tick())

    def _give_out(self, effect: fx.Effect, tasks: asyncio.TaskGroup) -> None:
        key = _lane_of(effect)
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(effect)
            return
        self._lanes[key] = deque([effect])
        tasks.create_task(self._drain(key), name=f"lane {key}")

    async def _drain(self, key: str) -> None:
        lane = self._lanes[key]
        while lane:
            effect = lane.popleft()
            async with self._bounds[type(effect)]:
                try:
                    await self._workers[type(effect)](fx.Order(self._term, effect))
                except Exception:  # the outermost wall of an edge: one broken order must not stop the desk
                    log.exception("order failed: %s", type(effect).__name__)
        del self._lanes[key]


def _lane_of(effect: fx.Effect) -> str:
    match effect:
        case (
            fx.ConnectCall(call=call)
            | fx.ReturnCaller(call=call)
            | fx.TransferCaller(call=call)
            | fx.MoveTalk(call=call)
            | fx.DropLegs(call=call)
            | fx.RingSpy(call=call)
            | fx.MoveSpy(call=call)
            | fx.TakeMessage(call=call)
            | fx.OfferCallBack(call=call)
            | fx.ForwardCall(call=call)
            | fx.EndCall(call=call)
        ):
            return f"control {call}"
        case fx.CheckSound(call=call):  # takes a while: no order to the call waits for it
            return f"sound {call}"
        case fx.SaveCall(call=saved):
            return f"save {saved.id}"
        case (
            fx.OpenWork(call=call)
            | fx.AttachCaller(call=call)
            | fx.NoteOutbound(call=call)
            | fx.NoteAttempt(call=call)
            | fx.CallOut(call=call)
        ):
            return f"save {call}"  # nobody is dialled before it is written down
        case fx.NoteWatch(supervisor=login):
            return f"save watch {login}"
        case fx.ShowWatch(watch=watch):
            return f"show {watch.supervisor}"
        case fx.MarkCaller(mark=mark):
            return f"save mark {mark.number}"
        case fx.AskWitness(call=call):  # waits a while
            return f"witness {call}"
        case fx.SaveOperator(operator=operator):
            return f"save operator {operator.login}"
        case fx.ShowOperator(operator=operator):
            return f"show {operator.login}"
        case fx.EndOffer(operator=login) | fx.TellPartyEnded(operator=login) | fx.TellForwardFailed(operator=login):
            return f"show {login}"
        case fx.ShowCall(call=shown):
            return f"show {shown.id}"
        case fx.ShowQueue() | fx.ShowPolicy() | fx.ShowTelephony():
            return "show"
        case fx.Refuse():
            return "refuse"
