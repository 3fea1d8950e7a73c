"""A running call or an operator as JSON and back, exactly: what an application that comes back goes on with."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from routing.call import Call, CallState, EndedBy, Leg, Moment, Outcome
from routing.change import reader
from routing.operators import Operator, OperatorState, PauseReason
from routing.outside import OutboundPurpose
from routing.talk import Party, Talk, TalkState
from routing.talk_events import PartyKind, PartyResult


def dump(value: Call | Operator) -> str:
    """ASCII, so that even half characters from a broken caller name survive."""
    return JSON.encode(value)


def load_call(text: str) -> Call:
    """The call that `dump` wrote; fields that this program does not know are left out, missing ones take the default.

    Raises `ValueError`, `KeyError` or `TypeError` for anything that `dump` did not write.
    """
    data: dict[str, Any] = json.loads(text)
    known = _known(Call, data)
    known["state"] = CallState(data["state"])
    for field, kind in (
        ("outcome", Outcome),
        ("settled", Outcome),
        ("ended_by", EndedBy),
        ("abandon_stage", CallState),
    ):
        if known.get(field) is not None:
            known[field] = kind(data[field])
    known["legs"] = tuple(Leg(**_known(Leg, leg)) for leg in data.get("legs", ()))
    for field in ("passed", "turned", "notices"):
        known[field] = tuple(data.get(field, ()))
    known["purpose"] = OutboundPurpose(data["purpose"]) if data.get("purpose") else None
    known["talk"] = None if data.get("talk") is None else _talk(data["talk"])
    known["parties"] = tuple(_party(party) for party in data.get("parties", ()))
    known["timeline"] = tuple(Moment(**_known(Moment, moment)) for moment in data.get("timeline", ()))
    return Call(**known)


def _talk(data: dict[str, Any]) -> Talk:
    known = _known(Talk, data)
    known["state"] = TalkState(data["state"])
    known["party"] = None if data.get("party") is None else _party(data["party"])
    known["undo"] = None if data.get("undo") is None else _talk(data["undo"])
    return Talk(**known)


def _party(data: dict[str, Any]) -> Party:
    known = _known(Party, data)
    known["kind"] = PartyKind(data["kind"])
    if known.get("result") is not None:
        known["result"] = PartyResult(data["result"])
    return Party(**known)


def load_operator(text: str) -> Operator:
    """The operator that `dump` wrote, with the same rules as `load_call`."""
    data: dict[str, Any] = json.loads(text)
    known = _known(Operator, data)
    known["state"] = OperatorState(data["state"])
    known["queues"] = tuple(data.get("queues", ()))
    if known.get("pause") is not None:
        known["pause"] = PauseReason(data["pause"])
    if known.get("back") is not None:
        known["back"] = OperatorState(data["back"])
    return Operator(**known)


Parts = tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]
_parts: dict[type, Parts] = {}
"""The names of a record's fields, and what takes all their values."""


def _plain(record: object) -> dict[str, Any]:
    """One record as the encoder takes it; those in it come here by themselves. `asdict` would copy all of it first."""
    kind: type = type(record)
    if kind not in _parts:
        names = tuple(field.name for field in fields(kind))
        _parts[kind] = names, reader(names)
    names, values = _parts[kind]
    return dict(zip(names, values(record), strict=True))


JSON = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=_plain)


def _known(kind: type, data: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in data.items() if name in names}
