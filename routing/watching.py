"""Supervisors at talks that are others': one book of who is where, and what a change of the talk does to it.

A supervisor is at one talk at a time; several may be at one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from routing import effects as fx
from routing import watch_events as we
from routing.call import Call, CallState, IllegalMove
from routing.change import replace
from routing.operators import Operator
from routing.watch import WATCHES, Watch, WatchState, refusal
from routing.watch_events import WatchEnd, WatchMode

W = WatchState

SPY_RING_S = 30
"""How long a supervisor's telephone rings."""
SLACK_S = 8.0
"""How long after it a ring may stay unreported before the desk stops believing in it."""


class Watches:
    """Who is at which talk. `now` and times: seconds since 1970 UTC."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}

    @property
    def all(self) -> Mapping[str, Watch]:
        """By supervisor."""
        return MappingProxyType(dict(self._watches))

    def of(self, supervisor: str) -> Watch | None:
        return self._watches.get(supervisor)

    def told(self, event: we.WatchEvent, call: Call | None, supervisor: Operator | None, now: float) -> list[fx.Effect]:
        """What follows from `event`. Raises `IllegalMove` where it cannot be granted, or nobody knows of it.

        A supervisor who is to be heard by all is put where they are by `joins`, one who takes over by the desk.
        """
        watch = self._watches.get(event.supervisor)
        if isinstance(event, we.WatchWish) and (why := refusal(call, event, supervisor, watch)) is not None:
            raise IllegalMove(event.call, why.value, event)
        if isinstance(event, we.SuperviseEndRequested):
            assert watch is not None
            return self.end(watch, WatchEnd.ASKED, now)
        if isinstance(event, we.SpyGone):
            if (
                watch is None
                or watch.call != event.call
                or (watch.channel and event.channel not in ("", watch.channel))
            ):
                return []  # of a watch that is over the end was told
            return self.end(replace(watch, channel=""), event.end, now)
        if isinstance(event, we.SpyRang | we.SpyPlaced) and (watch is None or watch.call != event.call):
            return [fx.DropLegs(event.call, (event.channel,))]  # he was called back while the order was on its way
        if watch is None:
            assert call is not None
            assert call.leg is not None
            new = Watch(call.id, event.supervisor, call.operator or "", call.leg.channel or "", now)
            asked = _asked(new, event)
            mode = WatchMode.WHISPER if asked.wanted is WatchMode.WHISPER else WatchMode.LISTEN
            ring = fx.RingSpy(call.id, event.supervisor, new.operator, new.spied, call.channel, mode, SPY_RING_S)
            return [ring, *self._put(asked)]
        state = WATCHES[watch.state].get(type(event))
        if state is None:
            raise IllegalMove(f"{event.supervisor} at {event.call}", watch.state, event)
        match event:
            case we.SpyRang(channel=channel):
                return self._put(replace(watch, channel=channel))
            case we.SpyPlaced(channel=channel) if watch.take and supervisor is not None and supervisor.call is not None:
                # a queue rings him, or he was asked into a talk, since he wished it: he cannot be in two
                return self.end(replace(watch, channel=channel), WatchEnd.BUSY, now)
            case we.SpyPlaced(channel=channel, mode=mode):
                return self._placed(replace(watch, state=state, channel=channel, mode=mode), watch, now)
            case _:
                asked = _asked(watch, event)
                quiet = state is W.RINGING or asked.wanted in (watch.mode, WatchMode.BARGE)
                moved = [] if quiet else [fx.MoveSpy(watch.call, watch.supervisor, watch.channel, asked.wanted)]
                return [*moved, *self._put(asked)]

    def joins(self, supervisor: str) -> list[fx.Effect]:
        """He takes his seat in the room, where citizen and operator are by an order before this one."""
        watch = self._watches[supervisor]
        return [fx.MoveSpy(watch.call, watch.supervisor, watch.channel, WatchMode.BARGE)]

    def barges(self, supervisor: str) -> bool:
        """Whether he is to be heard by all, and is not yet."""
        watch = self._watches.get(supervisor)
        return watch is not None and watch.state is W.ON and watch.mode is not watch.wanted is WatchMode.BARGE

    def takes(self, supervisor: str) -> Watch | None:
        """His watch, if he is there and wants the talk for himself."""
        watch = self._watches.get(supervisor)
        return watch if watch is not None and watch.state is W.ON and watch.take else None

    def follow(self, before: Call, call: Call, now: float) -> list[fx.Effect]:
        """What the call as it now stands does to those who are at its talk.

        Who listens does so anew when its operator is with others than before: a channel that was led elsewhere while
        somebody listened may be heard in one direction only. Who was to be heard by both listens where the room could
        not be made: he would be in it alone.
        """
        was, talk = before.talk, call.talk
        elsewhere = was is not None and talk is not None and (was.state, was.room) != (talk.state, talk.room)
        no_room = was is not None and talk is not None and was.room and not talk.room
        effects: list[fx.Effect] = []
        for watch in [one for one in self._watches.values() if one.call == call.id]:
            channel = call.leg.channel if call.leg is not None else None
            if call.state is not CallState.TALKING:
                effects += self.end(watch, WatchEnd.TALK_OVER, now)
            elif call.operator != watch.operator or channel != watch.spied:
                effects += self.end(watch, WatchEnd.GIVEN_AWAY, now)
            elif no_room and watch.wanted is WatchMode.BARGE:
                effects.append(fx.MoveSpy(watch.call, watch.supervisor, watch.channel, WatchMode.LISTEN))
                effects += self._put(replace(watch, wanted=WatchMode.LISTEN))
            elif elsewhere and watch.state is W.ON and watch.mode is watch.wanted is not WatchMode.BARGE:
                effects.append(fx.MoveSpy(watch.call, watch.supervisor, watch.channel, watch.mode))
        return effects

    def found(self, event: we.SpiesFound, calls: Mapping[str, Call], now: float) -> list[fx.Effect]:
        """What runs, and what was believed: who is at a talk that goes on stays there, everybody else leaves."""
        effects: list[fx.Effect] = []
        there = {spy.supervisor: spy for spy in event.spies}
        for watch in list(self._watches.values()):
            if watch.channel and (watch.supervisor not in there or there[watch.supervisor].channel != watch.channel):
                effects += self.end(replace(watch, channel=""), WatchEnd.LOST, now)
        for spy in event.spies:
            known, call = self._watches.get(spy.supervisor), calls.get(spy.call)
            if known is not None and known.call == spy.call:
                if known.mode is not spy.mode or known.state is W.RINGING:
                    effects += self._placed(replace(known, state=W.ON, channel=spy.channel, mode=spy.mode), known, now)
            elif call is not None and call.state is CallState.TALKING and call.leg is not None and call.leg.channel:
                adopted = Watch(call.id, spy.supervisor, call.operator or "", call.leg.channel, now, spy.mode, spy.mode)
                effects += self._put(replace(adopted, state=W.ON, channel=spy.channel, began_at=now))
            else:
                effects.append(fx.DropLegs(spy.call, (spy.channel,)))
        return effects

    def overdue(self, now: float) -> list[fx.Effect]:
        """The end of rings of which nothing is heard any more."""
        effects: list[fx.Effect] = []
        for watch in list(self._watches.values()):
            if watch.state is W.RINGING and now > watch.asked_at + SPY_RING_S + SLACK_S:
                effects += self.end(watch, WatchEnd.NOT_ANSWERED, now)
        return effects

    def end(self, watch: Watch, why: WatchEnd, now: float) -> list[fx.Effect]:
        """He is at the talk no more; his channel ends, unless he took the talk over on it."""
        del self._watches[watch.supervisor]
        gone = [fx.DropLegs(watch.call, (watch.channel,))] if watch.channel and why is not WatchEnd.TOOK else []
        noted = [_note(watch, now, why)] if watch.began_at is not None else []
        return [*gone, *noted, fx.ShowWatch(watch, why)]

    def _put(self, watch: Watch) -> list[fx.Effect]:
        self._watches[watch.supervisor] = watch
        return [fx.ShowWatch(watch)]

    def _placed(self, watch: Watch, before: Watch, now: float) -> list[fx.Effect]:
        """He is there, or in another mode than `before`; what he asked for meanwhile follows."""
        if before.state is W.ON and before.mode is watch.mode:
            return []
        wanted = watch.wanted
        if before.state is W.ON and before.mode is WatchMode.BARGE and wanted is WatchMode.BARGE:
            wanted = watch.mode  # the citizen was put on hold, and the room has let him go
        later = wanted not in (watch.mode, WatchMode.BARGE) and not watch.take
        moved = [fx.MoveSpy(watch.call, watch.supervisor, watch.channel, wanted)] if later else []
        there = replace(watch, wanted=wanted, began_at=now if before.began_at is None else before.began_at)
        return [_note(there, now), *moved, *self._put(there)]


def _asked(watch: Watch, event: we.WatchEvent) -> Watch:
    match event:
        case we.SuperviseRequested(mode=mode):
            return replace(watch, wanted=mode, take=False)
        case _:
            return replace(watch, take=True)


def _note(watch: Watch, now: float, end: WatchEnd | None = None) -> fx.NoteWatch:
    return fx.NoteWatch(watch.call, watch.supervisor, watch.operator, watch.mode, now, end)
