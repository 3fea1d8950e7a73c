"""What a wallboard knows: one state, made of the frames of the live socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

Value = Mapping[str, Any]
"""A value as docs/live-protocol.md says it."""
Frame = Mapping[str, Any]


class Link(StrEnum):
    CONNECTING = "connecting"
    OPEN = "open"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Board:
    """`seq`: of the last frame; None before the first. `ahead_s`: how far the server's clock is ahead of ours.

    `queues` by name, `operators` (who are signed in) by login, `calls` (that run) by id. `why`: of a lost line.
    """

    link: Link = Link.CONNECTING
    why: str = ""
    seq: int | None = None
    ahead_s: float = 0.0
    queues: Mapping[str, Value] = field(default_factory=dict)
    operators: Mapping[str, Value] = field(default_factory=dict)
    calls: Mapping[str, Value] = field(default_factory=dict)
    messages_open: int = 0
    telephony: bool = False


def told(board: Board, frame: Frame, at: float) -> Board:
    """The board after `frame`, which came in at `at` (seconds since 1970 UTC by our clock).

    Kinds of frames that are not known change nothing: a newer server may tell more.
    """
    data, after = frame["data"], replace(board, link=Link.OPEN, why="", seq=frame["seq"])
    match frame["type"]:
        case "snapshot":
            return replace(
                after,
                ahead_s=instant(data["now"]) - at,
                queues={one["name"]: one for one in data["queues"]},
                operators={one["login"]: one for one in data.get("operators", ())},
                calls={one["id"]: one for one in data.get("calls", ())},
                messages_open=data["messages_open"],
                telephony=data["telephony"],
            )
        case "queue":
            return replace(after, queues={**board.queues, data["name"]: data})
        case "policy":
            return replace(after, queues={name: one for name, one in board.queues.items() if name in data["queues"]})
        case "operator":
            operators = _with(board.operators, data["login"], data, there=data["state"] != "offline")
            return replace(after, operators=operators)
        case "call":
            return replace(
                after, calls=_with(board.calls, data["id"], data, there=data["state"] not in ("ended", "owed"))
            )
        case "messages":
            return replace(after, messages_open=data["open"])
        case "telephony":
            return replace(after, telephony=data["up"])
    return after


def opened(board: Board) -> Board:
    """The line is there; what was missed comes next."""
    return replace(board, link=Link.OPEN, why="")


def lost(board: Board, why: str) -> Board:
    """What is known stays on the board while the line is away."""
    return replace(board, link=Link.LOST, why=why)


def instant(time: str) -> float:
    """Seconds since 1970 UTC of a time as the protocol writes it."""
    return datetime.fromisoformat(time).timestamp()


def _with(known: Mapping[str, Value], key: str, value: Value, *, there: bool) -> Mapping[str, Value]:
    others = {one: known[one] for one in known if one != key}
    return {**others, key: value} if there else others
