"""The channel event log (CEL), which Asterisk writes whether we live or not: the truth about calls that we did not see.

One CSV line an event, columns as `cel_custom.conf.j2` orders them. The file only grows; a line may still be in the
writing, so what has no line break yet is left for the next reading. So that a reading stays short over the years, a
log that has grown is put aside and the next part begun.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from agi.endpoints import is_citizen, is_outside, login_of, operator_of
from routing import events as ev
from routing import out_events as oe
from routing import talk_events as te
from routing.call import Call, CallState, IllegalMove
from routing.course import advance
from routing.talk import Talk, TalkState
from routing.talk_events import PartyResult

BEGUN: Final = ("ARRIVED", "CALLED")
"""What the log says of every call of a citizen: of one that comes in, and of one that we place."""
COLUMNS: Final = 12
BEGINNING: Final = re.compile(r'"[A-Z_]+","\d+\.\d+",')
"""How a line begins."""
PART_BYTES: Final = 8 << 20
"""A part of the log: some three thousand calls."""


@dataclass(frozen=True, slots=True)
class Line:
    """One channel event. `at`: seconds since 1970 UTC; `extra`: what the event carries, as text.

    `context`: where in the dialplan the channel was.
    """

    kind: str
    at: float
    call: str
    uniqueid: str
    linkedid: str
    channel: str
    caller: str
    caller_name: str
    extra: str
    context: str = ""


def read(path: Path) -> list[Line]:
    """All whole lines of one file, in the order written; an absent file has none. Lines that are none are left out."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    return list(parse(text[: text.rfind("\n") + 1].split("\n")))


def recent(path: Path) -> list[Line]:
    """The lines of the log that is being written and of the part put aside last: all that calls still up can be in."""
    while True:
        aside = _aside(path)[-1:]
        lines = [line for part in (*aside, path) for line in read(part)]
        if _aside(path)[-1:] == aside:  # else it was put aside between the two, and its lines are not among these
            return lines


def everything(path: Path, since: float = 0.0) -> Iterator[Line]:
    """The lines of all parts that were written at `since` or later, the oldest first; one part at a time is read."""
    for part in _parts(path, since):
        yield from read(part)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of a call's lines: when it `began` and when it was `last` heard of, seconds since 1970 UTC.

    `arrived`: our side answered it; `gone`: the citizen's channel has ended.
    """

    call: str
    began: float
    last: float
    arrived: bool
    gone: bool


def traces(path: Path, since: float = 0.0) -> Iterator[Trace]:
    """The calls that our side answered and that began at `since` or later, whatever their number over the years.

    Each is given out as soon as a part of the log no longer speaks of it.
    """
    known: dict[str, Trace] = {}
    for part in _parts(path, since):
        heard: set[str] = set()
        for line in read(part):
            if line.call:
                heard.add(line.call)
                known[line.call] = _traced(known.get(line.call), line)
        for call in [call for call, trace in known.items() if trace.gone and call not in heard]:
            yield from _begun([known.pop(call)], since)
    yield from _begun(known.values(), since)


def _traced(before: Trace | None, line: Line) -> Trace:
    arrived, gone = line.kind == "ARRIVED", ended([line])
    if before is None:
        return Trace(line.call, line.at, line.at, arrived, gone)
    return Trace(line.call, before.began, line.at, before.arrived or arrived, before.gone or gone)


def _begun(known: Iterable[Trace], since: float) -> Iterator[Trace]:
    return (trace for trace in known if trace.arrived and trace.began >= since)


def put_aside(path: Path, now: float, limit: int = PART_BYTES) -> bool:
    """Begin a new part if the log has grown past `limit` bytes; Asterisk opens the file anew for every line.

    `now`: by the wall clock, as Asterisk's lines are. After a clock that was set back the part is still the newest.
    """
    try:
        if path.stat().st_size <= limit:
            return False
    except FileNotFoundError:
        return False
    newest = max((at for at in map(_put_aside_at, _aside(path)) if at < math.inf), default=0.0)
    path.rename(path.with_name(f"{path.stem}-{int(max(now, newest + 1.0)):011d}{path.suffix}"))
    return True


def _parts(path: Path, since: float) -> list[Path]:
    """The files that may hold lines of `since` or later, the oldest first."""
    return [part for part in _aside(path) if _put_aside_at(part) + 1.0 >= since] + [path]


def _put_aside_at(part: Path) -> float:
    try:
        return float(part.stem.rpartition("-")[2])
    except ValueError:  # named by somebody else: it may hold anything
        return math.inf


def _aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))


def parse(lines: Iterable[str]) -> Iterator[Line]:
    """The events of these lines, each by itself: a quote that a crash left open takes no other line with it."""
    for line in lines:
        row = _columns(line) if BEGINNING.match(line) else []
        if len(row) != COLUMNS:
            # where Asterisk died in the midst of a line, its next life has written on behind it
            begun = max((match.start() for match in BEGINNING.finditer(line, 1)), default=len(line))
            row = _columns(line[begun:])
        if len(row) != COLUMNS:
            continue
        kind, at, call, uniqueid, linkedid, channel, caller, caller_name, _exten, context, _type, extra = row
        try:
            yield Line(kind, float(at), call, uniqueid, linkedid, channel, caller, caller_name, extra, context)
        except ValueError:  # torn by a crash of Asterisk
            continue


def _columns(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:  # as the zeros that a machine without power left, too many for a column
        return []


def by_call(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The lines of each call that was answered by our side or that we placed, by its id."""
    calls: dict[str, list[Line]] = {}
    for line in lines:
        if line.call:
            calls.setdefault(line.call, []).append(line)
    return {call: mine for call, mine in calls.items() if any(line.kind in BEGUN for line in mine)}


Told = tuple[ev.CallEvent, float]
"""An event of a call and when it happened, seconds since 1970 UTC."""


def arrived(lines: Iterable[Line]) -> Call | None:
    """The call as it was when it arrived; None where it never did."""
    for line in lines:
        if line.kind == "ARRIVED" and is_citizen(line.channel):
            called, _, diverted_from = _extra(line).partition(" ")
            return Call(
                id=line.call,
                caller=line.caller,
                caller_name=line.caller_name,
                called=called,
                channel=line.channel,
                arrived_at=line.at,
                diverted_from=diverted_from,
            )
    return None


def replay(lines: Iterable[Line], call: Call) -> tuple[Call, list[Told]]:
    """The call carried on by what the log saw since its last moment, and the events that did it.

    A log that ends without the citizen's hang-up gives a call that has not ended. A hang-up is never known already: a
    desk that was behind may have written later moments before it heard of it. Times never go back.
    """
    since = last = call.timeline[-1].at if call.timeline else call.arrived_at
    lines = list(lines)
    over = min((line.at for line in lines if ended([line])), default=math.inf)
    told: list[Told] = []
    room: set[str] = set()
    for line in lines:
        if line.kind == "BRIDGE_ENTER" and line.context in ("room", "seat"):
            room.add(line.channel)
        elif line.kind in ("BRIDGE_EXIT", "HANGUP"):
            room.discard(line.channel)
        if (line.at <= since and not ended([line])) or (_of_leg(line) and line.at > over - 1.0):
            continue  # known already; or the citizen hung up and his operator was not lost
        for event in _events(line, call, room):
            at = max(line.at, last)
            try:
                call = advance(call, event, at)
            except IllegalMove:  # told twice, once by AMI and once here
                continue
            last = at
            told.append((event, at))
    return call, told


def _events(line: Line, call: Call, room: Set[str]) -> list[ev.CallEvent]:
    """What follows from a line. `room`: the channels that are in the room of the call by now."""
    if call.talk is not None and (told := _in_talk(line, call, call.talk, room)):
        return told
    citizen, operator = is_citizen(line.channel), operator_of(line.channel)
    match line.kind:
        case "BRIDGE_ENTER" if operator:
            waiting = [ev.CallerWaiting(line.call, call.channel)] if call.state is CallState.GREETING else []
            return [*waiting, ev.OperatorAnswered(line.call, operator, line.channel)]
        case "BRIDGE_ENTER" if is_outside(line.channel):
            return [ev.ForwardAnswered(line.call)]
        case "HANGUP" if operator:  # not where he leaves a bridge: he may be put aside, and come back
            return [ev.OperatorLegEnded(line.call, operator, 0)]
        case "CALLED" if citizen:
            return [oe.CitizenRung(line.call, line.channel)]
        case "WAITING":
            return [ev.CallerWaiting(line.call, call.channel)]
        case "MESSAGE":
            return [ev.MessageStarted(line.call)]
        case "MESSAGE_RECORDING":
            return [ev.MessageRecording(line.call, _take(line)[0])]
        case "MESSAGE_TAKEN":
            return [ev.MessageTaken(line.call, *_take(line))]
        case "MESSAGE_CONFIRMED":
            take, by = _take(line)
            return [ev.MessageConfirmed(line.call, take, by_key=by == "key")]
        case "NOTICE_JOINED":
            return [ev.NoticeJoined(line.call, _extra(line))]
        case "CALL_BACK":
            return [ev.CallBackWanted(line.call)]
        case "FORWARD":
            return [ev.ForwardStarted(line.call, _extra(line))]
        case "FORWARD_FAILED":
            return [ev.ForwardFailed(line.call, _extra(line))]
        case "GOODBYE":
            return [ev.GoodbyeSaid(line.call, by_operator=_extra(line) == "operator")]
        case "HANGUP" if citizen:
            return [ev.CallEnded(line.call, _cause(line))]
        case _:
            return []


def _in_talk(line: Line, call: Call, talk: Talk, room: Set[str]) -> list[ev.CallEvent]:
    """What a line says of a talk that stands so; nothing of what is no matter of the talk's.

    Who is in the room talks, and who hangs up does not any more: the log does not tell what was wished.
    """
    holder, party = call.operator or "", talk.party
    his = party is not None and (operator_of(line.channel), is_outside(line.channel)) == (
        party.operator,
        not party.operator,
    )
    match line.kind:
        case "HELD":
            return [te.HoldRequested(line.call, holder)]
        case "CONSULT":
            return [_consult(line, holder)]
        case "HANDED":
            return [te.CompleteRequested(line.call, holder)]
        case "BRIDGE_ENTER" if line.context in ("room", "seat"):
            met = call.channel in room and len(room) > 1
            return [MET[talk.state](line.call, holder)] if met and talk.state in MET else []
        case "BRIDGE_ENTER" if party is not None and his:
            return [te.PartyAnswered(line.call, party.operator, line.channel)]
        case "HANGUP" if talk.state is TalkState.THREE and not is_citizen(line.channel):
            return [te.ChannelGone(line.call, line.channel, _cause(line))]
        case "HANGUP" if party is not None and party.channel in room and operator_of(line.channel) == holder:
            return [te.CompleteRequested(line.call, holder)]  # who has a seat already waits for the citizen
        case "HANGUP" if party is not None and his:  # without us his operator is in the quiet then
            result = PartyResult.HUNG_UP if party.answered_at is not None else PartyResult.NOT_ANSWERED
            return [te.PartyEnded(line.call, line.channel, result), te.HoldRequested(line.call, holder)]
        case _:
            return []


MET: Mapping[TalkState, type[te.ResumeRequested | te.ReturnRequested | te.JoinRequested]] = MappingProxyType(
    {
        TalkState.HELD: te.ResumeRequested,
        TalkState.CALLING: te.ReturnRequested,
        TalkState.CONSULTING: te.JoinRequested,  # also on the way back or away: the end of who leaves tells
    }
)
"""What it means that the citizen has met somebody in the room, by how the talk stood."""


def _consult(line: Line, operator: str) -> te.ConsultRequested:
    """By the extension that was dialled: op<endpoint>-<seconds> or out<number>-<seconds>."""
    name = _extra(line).rpartition("-")[0]
    if name.startswith("out"):
        number = name.removeprefix("out")
        return te.ConsultRequested(line.call, operator, te.PartyKind.NUMBER, number)
    return te.ConsultRequested(line.call, operator, te.PartyKind.OPERATOR, login_of(name.removeprefix("op")))


def _of_leg(line: Line) -> bool:
    return line.kind == "HANGUP" and operator_of(line.channel) != ""


def ended(lines: Iterable[Line]) -> bool:
    """Whether the log saw the citizen's channel end."""
    return any(line.kind == "HANGUP" and is_citizen(line.channel) for line in lines)


def _extra(line: Line) -> str:
    try:
        return str(json.loads(line.extra).get("extra", ""))
    except (ValueError, AttributeError):
        return ""


def _take(line: Line) -> tuple[int, str]:
    """Which take of a message, and what is said of it. Lines of before there were several name none: the first."""
    take, _, told = _extra(line).partition(" ")
    return (int(take), told) if take.isdecimal() else (1, take)


def _cause(line: Line) -> int:
    try:
        return int(json.loads(line.extra).get("hangupcause", 0))
    except (ValueError, AttributeError):
        return 0
