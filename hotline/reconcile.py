"""After every connect to Asterisk: what runs there, what the store believes, what the log of channel events saw.

Everything that differs becomes an event for the desk, at the time when it happened.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agi import witness
from agi.ami import Ami, Event
from agi.caller import name, number
from agi.facts import Facts, endpoint_of, is_citizen
from routing import events as ev
from routing.call import Call, CallState, IllegalMove, advance
from routing.desk import Snapshot
from storage.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one call that run in Asterisk now."""

    citizen: str
    context: str
    operator: str | None
    operator_channel: str
    talking: bool


class Reconcile:
    """`post(event, at)` tells the desk; `finish(call)` writes a call that ended without it."""

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
        finish: Callable[[Call], None],
        country: str,
    ) -> None:
        self._desk, self._phones, self._facts, self._store = desk, phones, facts, store
        self._log_file, self._snapshot, self._clock = log_file, snapshot, clock
        self._post, self._finish, self._country = post, finish, country

    async def run(self) -> None:
        """Raises `AmiError` where Asterisk does not answer; the connection is then tried again."""
        now = self._clock()
        running = of_channels(await self._desk.listing("CoreShowChannels", "CoreShowChannel"))
        seen = witness.by_call(await asyncio.to_thread(witness.read, self._log_file))
        desk = self._snapshot()
        before = {call.id: call for call in await self._store.read(self._store.open_calls)} | dict(desk.calls)
        for call in before.values():
            self._known(call, running.get(call.id), seen.get(call.id, []), desk, now)
        for call_id, lines in seen.items():
            if call_id not in before and not await self._store.read(self._store.knows_call, call_id):
                self._unknown(lines, running.get(call_id), now)
        self._post(ev.TelephonyChanged(True), None)

    async def phones(self) -> None:
        """Which operators' phones can be rung."""
        listed = await self._phones.listing("PJSIPShowContacts", "ContactList")
        known = [one.login for one in self._snapshot().operators.values() if one.phone]
        pairs = [(item.get("Endpoint", ""), item.get("Uri", "")) for item in listed]
        for event in self._facts.contacts([pair for pair in pairs if pair[0]], known):
            self._post(event, None)

    def _known(
        self, call: Call, channels: Channels | None, lines: list[witness.Line], desk: Snapshot, now: float
    ) -> None:
        told = witness.rebuild(lines, call) or call
        if channels is None:
            closed = told if told.state is CallState.ENDED else witness.without_end(told, now)
            log.info("call %s ended while nobody looked: %s", call.id, closed.outcome)
            if call.id in desk.calls:
                self._post(ev.CallEnded(call.id, closed.cause), closed.ended_at)
            self._finish(closed)
            return
        current = as_it_runs(told, channels, now)
        if call.id not in desk.calls:
            self._post(ev.CallAdopted(current), now)
        elif current.state is not call.state:
            for event in _difference(call, current):
                self._post(event, now)

    def _unknown(self, lines: list[witness.Line], channels: Channels | None, now: float) -> None:
        told = witness.rebuild(lines)
        if told is None:
            return
        told = replace(told, caller=number(told.caller, self._country), caller_name=name(told.caller_name))
        if channels is not None:
            self._post(ev.CallAdopted(as_it_runs(told, channels, now)), now)
        else:
            closed = told if told.state is CallState.ENDED else witness.without_end(told, now)
            log.info("call %s came while the application was away: %s", told.id, closed.outcome)
            self._finish(closed)


def of_channels(listed: list[Event]) -> Mapping[str, Channels]:
    """The calls that run, by id, from the items of CoreShowChannels."""
    citizens = {one["AccountCode"]: one for one in listed if is_citizen(one.get("Channel", "")) and one["AccountCode"]}
    found: dict[str, Channels] = {}
    for call, citizen in citizens.items():
        legs = [
            one
            for one in listed
            if one.get("AccountCode") == call and not is_citizen(one["Channel"]) and endpoint_of(one["Channel"])
        ]
        bridge = citizen.get("BridgeId", "")
        talking = next((one for one in legs if bridge and one.get("BridgeId") == bridge), None)
        leg = talking or (legs[0] if legs else None)
        found[call] = Channels(
            citizen=citizen["Channel"],
            context=citizen.get("Context", ""),
            operator=endpoint_of(leg["Channel"]) if leg else None,
            operator_channel=leg["Channel"] if leg else "",
            talking=talking is not None,
        )
    return found


def as_it_runs(call: Call, channels: Channels, now: float) -> Call:
    """`call` brought to where its channels stand; what happened in between is dated `now`."""
    call = replace(call, channel=channels.citizen)
    for event in _events(call, channels):
        try:
            call = advance(call, event, now)
        except IllegalMove:
            continue
    return call


def _events(call: Call, channels: Channels) -> list[ev.CallEvent]:
    if channels.talking and channels.operator:
        if call.state is CallState.TALKING:
            return []
        waiting = [ev.CallerWaiting(call.id, channels.citizen)] if call.state is CallState.GREETING else []
        return [*waiting, ev.OperatorAnswered(call.id, channels.operator, channels.operator_channel)]
    if call.state is CallState.TALKING and call.operator:
        return [ev.OperatorLegEnded(call.id, call.operator, 0)]
    if call.state is CallState.RINGING and call.operator and not channels.operator:
        return [ev.RingEnded(call.id, call.operator, ev.RingResult.CANCELLED)]
    if channels.context == "message":
        return [ev.MessageStarted(call.id)]
    return []


def _difference(before: Call, after: Call) -> list[ev.CallEvent]:
    """The event that brings the desk's call from one state to the other."""
    match after.state:
        case CallState.TALKING if after.operator:
            return [ev.OperatorAnswered(after.id, after.operator, after.leg.channel or "" if after.leg else "")]
        case CallState.MESSAGE:
            return [ev.MessageStarted(after.id)]
        case CallState.WAITING if before.state is CallState.TALKING and before.operator:
            return [ev.OperatorLegEnded(after.id, before.operator, 0)]
        case CallState.WAITING if before.state is CallState.RINGING and before.operator:
            return [ev.RingEnded(after.id, before.operator, ev.RingResult.CANCELLED)]
        case _:
            return []
