"""After every connect to Asterisk: what runs there, what the store believes, what the log of channel events saw.

Everything that differs becomes an event for the desk, at the time when it happened.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agi import witness
from agi.ami import Ami, Event
from agi.caller import name, number
from agi.endpoints import is_citizen, operator_of
from agi.facts import CONSULT, Facts, contacts, spied_call
from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import talk_events as te
from routing import watch_events as we
from routing.call import Call, CallState, IllegalMove
from routing.course import advance
from routing.outside import OutboundPurpose
from routing.records import StoreFault
from routing.snapshot import Snapshot
from routing.talk import Party, Talk, TalkState
from routing.talk_events import PartyKind
from routing.watch_events import WatchMode
from storage.store import Store

log = logging.getLogger(__name__)

WITNESS_S = 2.0
"""How long the arrival of a call that is over already may be on its way."""
SETTLED_S = 5.0
"""How long the store may take to come up with the desk."""
RETRY_S = 1.0
STEP_S = 1.0
"""How far the desk's clock and Asterisk's may be apart and count as one."""

MODES: Final = frozenset(mode.value for mode in WatchMode)
"""The extensions of the context in which a supervisor is at a talk."""
MESSAGE: Final = frozenset({"message", "message-review"})
"""The contexts in which a citizen leaves his message."""

Seen = Mapping[str, list[witness.Line]]
"""The lines of each call, by its id."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The operator of a citizen who hears music, and the channel that he calls, "" for none."""

    operator: str
    channel: str
    party: str = ""
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one call that run in Asterisk now. `operators`: whose phones ring or talk with it.

    `citizen`: "" while only the operator's telephone rings for a call that we place; `rung`: his channel then.
    `talking`: who is in a bridge with the citizen; `seats`: all who are in the room with him, as (login, channel), the
    login of somebody outside empty, or wait there for him. `apart`: who has put him aside.
    """

    citizen: str
    context: str
    operators: frozenset[str]
    talking: str | None
    talking_channel: str
    apart: Apart | None = None
    seats: tuple[tuple[str, str], ...] = ()
    rung: str = ""


class Reconcile:
    """`post(event, at)` tells the desk; `finish(known, ended)` writes a call that ended without it.

    `settled()` waits until the store knows all that the desk decided. `set_forward()`: seconds by which the wall clock,
    which Asterisk's log goes by, was set forward since `clock` began.
    """

    def __init__(
        self,
        *,
        desk: Ami,
        phones: Ami,
        facts: Facts,
        store: Store,
        log_file: Path,
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        post: Callable[[ev.Event, float | None], None],
        finish: Callable[[Call, Call], None],
        settled: Callable[[], Awaitable[None]],
        set_forward: Callable[[], float],
        country: str,
    ) -> None:
        self._desk, self._phones, self._facts, self._store = desk, phones, facts, store
        self._log_file, self._snapshot, self._clock = log_file, snapshot, clock
        self._post, self._finish, self._settled, self._country = post, finish, settled, country
        self._set_forward = set_forward
        self._done = False
        self._reading = asyncio.Lock()
        self._next_reading: asyncio.Task[Seen] | None = None

    async def run(self) -> None:
        """Raises `AmiError`, or `StoreFault` or `TimeoutError` at the first time; the connection is then tried again.

        Later on a store that does not serve keeps no citizen from his operator: what only it knows waits for the next.
        """
        logged = list(await self._seen())
        try:
            async with asyncio.timeout(SETTLED_S):
                await self._settled()
                stored = {call.id: call for call in await self._store.read(self._store.open_calls)}
                unknown = await self._store.read(self._store.unknown_calls, logged)
        except (StoreFault, TimeoutError) as away:
            if not self._done:  # a desk that begins must not do without what the store knows
                raise
            log.error("reconciling without the store: %s", away)
            stored, unknown = {}, set()
        desk = self._snapshot().calls
        # Asterisk is asked last: a call that is known above and not up there is over, and not just about to arrive
        listed = await self._desk.listing("CoreShowChannels", "CoreShowChannel")
        running = of_channels(listed)
        seen = await self._seen()
        now = self._clock()
        for call in desk.values():
            _, told = bring(call, seen.get(call.id, []), running.get(call.id), now)
            for event, at in told:
                self._post(event, at)
        for call in stored.values():
            if call.id not in desk:
                self._take(call, seen.get(call.id, []), running.get(call.id), now)
        for call_id in logged:
            if call_id in unknown and call_id not in desk:
                self._take_logged(seen.get(call_id, []), running.get(call_id), now)
        self._done = True
        self._post(we.SpiesFound(spies(listed)), None)
        self._post(ev.TelephonyChanged(True), None)

    async def ask_witness(self, order: fx.Order) -> None:
        """Write down a call whose end was told and whose arrival was not, by what the log saw of it.

        However long the store does not serve or the log cannot be read: no other will ask again.
        """
        effect = order.effect
        assert isinstance(effect, fx.AskWitness)
        await asyncio.sleep(WITNESS_S)  # the arrival may only be late
        while True:
            try:
                await self._settled()
                unknown = await self._store.read(self._store.unknown_calls, [effect.call])
                if unknown and effect.call not in self._snapshot().calls:
                    self._take_logged((await self._seen()).get(effect.call, []), None, self._clock())
            except (StoreFault, OSError) as away:
                log.error("call %s: what became of it cannot be asked now, trying again: %s", effect.call, away)
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _seen(self) -> Seen:
        """What the log holds now; all who ask while one reading goes on share the next."""
        if self._next_reading is None:
            self._next_reading = asyncio.create_task(self._read_log(), name="event log")
        return await asyncio.shield(self._next_reading)

    async def _read_log(self) -> Seen:
        async with self._reading:
            self._next_reading = None  # who asks from now on wants to know what is written from now on
            return await asyncio.to_thread(_seen, self._log_file, self._set_forward())

    def _take_logged(self, lines: list[witness.Line], channels: Channels | None, now: float) -> None:
        """Take a call that only the log has seen, if it was answered at all."""
        arrived = witness.arrived(lines)
        if arrived is not None:
            arrived = replace(
                arrived,
                caller=number(arrived.caller, self._country),
                caller_name=name(arrived.caller_name),
                called=number(arrived.called, self._country),
                diverted_from=number(arrived.diverted_from, self._country),
            )
            self._take(arrived, lines, channels, now)

    def _take(self, call: Call, lines: list[witness.Line], channels: Channels | None, now: float) -> None:
        """Give a call that the desk does not know to it, or to the clerk if it is over."""
        try:
            current, _ = bring(call, lines, channels, now)
        except Exception:  # the wall: one row that makes no sense must not keep the hotline from starting
            log.exception("call %s cannot be brought to where it stands", call.id)
            return
        if current.state is CallState.ENDED:
            log.info("call %s ended while nobody looked: %s", call.id, current.outcome)
            self._finish(call, current)
        else:
            log.info("call %s goes on: %s", call.id, current.state)
            self._post(ev.CallAdopted(current), now)

    async def phones(self) -> None:
        """Which operators' phones can be rung."""
        listed = await self._phones.listing("PJSIPShowEndpoints", "EndpointList")
        known = [one.login for one in self._snapshot().operators.values() if one.phone]
        for event in self._facts.contacts(contacts(listed), known):
            self._post(event, None)


def _seen(log_file: Path, set_forward: float) -> Seen:
    """The log by call, in the desk's time.

    A clock that was set back is not made up for: lines from before would seem newer than they are, old news fresh.
    """
    lines = witness.recent(log_file)
    if set_forward > STEP_S:
        lines = [replace(line, at=line.at - set_forward) for line in lines]
    return witness.by_call(lines)


def of_channels(listed: list[Event]) -> Mapping[str, Channels]:
    """The calls that run, by id, from the items of CoreShowChannels."""
    citizens = {one["AccountCode"]: one for one in listed if is_citizen(one.get("Channel", "")) and one["AccountCode"]}
    found: dict[str, Channels] = {}
    for call, citizen in citizens.items():
        legs = [one for one in listed if one.get("AccountCode") == call and operator_of(one["Channel"])]
        bridge = citizen.get("BridgeId", "")
        talking = next((one for one in legs if bridge and one.get("BridgeId") == bridge), None)
        context = citizen.get("Context", "")
        found[call] = Channels(
            citizen=citizen["Channel"],
            context=context,
            operators=frozenset(operator_of(one["Channel"]) for one in legs),
            talking=operator_of(talking["Channel"]) if talking else None,
            talking_channel=talking["Channel"] if talking else "",
            apart=_apart(call, listed) if context == "hold" else None,
            seats=_seats(call, listed) if context in ("room", "hold") else (),
        )
    for one in listed:
        call = one.get("AccountCode", "")
        if call and call not in found and one.get("Context") == "callout" and (login := operator_of(one["Channel"])):
            found[call] = Channels("", "callout", frozenset({login}), None, "", rung=one["Channel"])
    return found


def spies(listed: list[Event]) -> tuple[we.SpyPlaced, ...]:
    """The supervisors who are at talks, from the same items; one whose telephone still rings will tell of himself."""
    return tuple(
        we.SpyPlaced(
            spied_call(one["AccountCode"]), operator_of(one["Channel"]), one["Channel"], WatchMode(one["Exten"])
        )
        for one in listed
        if spied_call(one.get("AccountCode", "")) and one.get("Context") == "spy" and one.get("Exten", "") in MODES
    )


def _apart(call: str, listed: list[Event]) -> Apart | None:
    mine = [one for one in listed if one.get("AccountCode") == call and not is_citizen(one["Channel"])]
    holder = next((one for one in mine if one.get("Context") in ("quiet", CONSULT)), None)
    if holder is None:
        return None
    party = next((one for one in mine if one is not holder), None)
    if party is None or holder.get("Context") == "quiet":
        return Apart(operator_of(holder["Channel"]), holder["Channel"])
    talks = holder.get("BridgeId", "") != "" and holder.get("BridgeId") == party.get("BridgeId")
    return Apart(operator_of(holder["Channel"]), holder["Channel"], party["Channel"], talks)


def _seats(call: str, listed: list[Event]) -> tuple[tuple[str, str], ...]:
    mine = (one["Channel"] for one in listed if one.get("AccountCode") == call and one.get("Context") == "seat")
    return tuple((operator_of(one), one) for one in mine)


def bring(
    call: Call, lines: list[witness.Line], channels: Channels | None, now: float
) -> tuple[Call, list[witness.Told]]:
    """`call` brought to where it stands, by the log and by its channels, and the events that do it.

    What the log did not see is dated `now`. A call without channels is over.
    """
    known = replace(call, channel=channels.citizen) if channels and channels.citizen else call
    call, told = witness.replay(lines, known)
    missing = _events(call, channels) if channels else _gone(call)
    for event in missing:
        try:
            call = advance(call, event, now)
        except IllegalMove:
            continue
        told.append((event, now))
    return call, told


def _gone(call: Call) -> list[ev.CallEvent]:
    """What says that no channel of the call is up. One that we place is made anew where no citizen was dialled."""
    if call.is_place:
        return []
    if call.state is CallState.DIALLING and call.purpose is OutboundPurpose.CALL_BACK and not call.channel:
        return [ev.RingEnded(call.id, login, ev.RingResult.CANCELLED) for login in call.ringing]
    return [ev.CallEnded(call.id, None)]


def _events(call: Call, channels: Channels) -> list[ev.CallEvent]:
    placing = call.purpose is not None and call.state is CallState.WAITING and call.answered_at is None
    if call.state is CallState.DIALLING or placing:
        rung: list[ev.CallEvent] = []
        if channels.rung and (placing or not call.legs or call.legs[-1].rung_at is None):
            rung.append(ev.RingStarted(call.id, operator_of(channels.rung), channels.rung))
        if channels.citizen:
            rung.append(oe.CitizenRung(call.id, channels.citizen))
        if not channels.talking:
            return rung
        return [*rung, ev.OperatorAnswered(call.id, channels.talking, channels.talking_channel, seen=True)]
    if call.state is CallState.TALKING and (found := _talk_found(call, channels)):
        return found
    if channels.talking:
        if call.state is CallState.TALKING:
            return []
        waiting = [ev.CallerWaiting(call.id, channels.citizen)] if call.state is CallState.GREETING else []
        return [*waiting, ev.OperatorAnswered(call.id, channels.talking, channels.talking_channel, seen=True)]
    if call.state is CallState.TALKING and call.operator:
        return [ev.OperatorLegEnded(call.id, call.operator, 0)]
    if call.state is CallState.RINGING:
        silent = [login for login in call.ringing if login not in channels.operators]
        return [ev.RingEnded(call.id, login, ev.RingResult.CANCELLED) for login in silent]
    if channels.context in MESSAGE:
        return [ev.MessageStarted(call.id)]
    return []


def _talk_found(call: Call, channels: Channels) -> list[ev.CallEvent]:
    """What says how a talk stands that was taken apart; nothing where it is a Dial, or where nobody is there."""
    apart, party = channels.apart, call.talk.party if call.talk is not None else None
    if apart is not None and apart.operator == call.operator:
        state = TalkState.CALLING if not apart.answered else TalkState.CONSULTING
        asked = _party(party, apart.party)
        talk = Talk(0.0, state if apart.party else TalkState.HELD, room=True, party=asked if apart.party else None)
        return [te.TalkFound(call.id, apart.operator, apart.channel, talk)]
    if channels.talking == call.operator and not channels.seats:  # in a Dial, and no order to part them came there
        return [te.TalkFound(call.id, call.operator or "", channels.talking_channel, Talk(0.0))]
    mine = next((channel for login, channel in channels.seats if login == call.operator), None)
    others = [(login, channel) for login, channel in channels.seats if login != call.operator]
    if mine is not None:
        third = _party(party, others[0][1]) if others else None
        talk = Talk(0.0, TalkState.THREE if others else TalkState.TOGETHER, room=True, party=third)
        return [te.TalkFound(call.id, call.operator or "", mine, talk)]
    for login, channel in others:
        if login and party is not None and party.operator == login:  # he was left to him
            return [te.TalkFound(call.id, login, channel, Talk(0.0, room=True))]
    if channels.context == "handed":
        return [te.CompleteRequested(call.id, call.operator or "")]
    return []


def _party(known: Party | None, channel: str) -> Party:
    """Who is at this channel: whoever was asked, if it is he."""
    login = operator_of(channel)
    if known is not None and known.operator == login:
        return replace(known, channel=channel)
    return Party(PartyKind.OPERATOR if login else PartyKind.NUMBER, login, login, 0.0, channel=channel)
