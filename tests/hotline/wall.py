"""A line to look at, as the live socket tells it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline.board import Board, told

CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 19, 56, 40, tzinfo=CITY).timestamp()


def at(seconds_ago: float) -> str:
    return datetime.fromtimestamp(NOW - seconds_ago, CITY).isoformat(timespec="milliseconds")


def queue(name: str = "main", title: str = "市长热线", **figures: Any) -> dict[str, Any]:
    calm = {"waiting": 0, "longest_since": None, "signed_in": 0, "ready": 0, "talking": 0}
    return {"name": name, "title": title, **calm, **figures}


def operator(login: str, name: str, state: str, ago: float, **more: Any) -> dict[str, Any]:
    calm = {"queues": ["main"], "phone": True, "call": None, "wrap_up_until": None, "pause_pending": False}
    return {"login": login, "name": name, "state": state, "since": at(ago), **calm, **more}


def call(call_id: str, ago: float, caller: str = "13907330001", **more: Any) -> dict[str, Any]:
    calm = {"queue": "main", "state": "waiting", "caller_name": "", "arrived_at": at(ago + 3), "queued_at": at(ago)}
    return {"id": call_id, "caller": caller, **calm, **more}


def frame(seq: int, kind: str, **data: Any) -> dict[str, Any]:
    return {"seq": seq, "type": kind, "data": data}


def snapshot(seq: int = 1, **parts: Any) -> dict[str, Any]:
    calm = {"operator": None, "call": None, "queues": [queue()], "messages_open": 0, "telephony": True}
    return frame(seq, "snapshot", **{**calm, "operators": [], "calls": [], "now": at(0), **parts})


def busy() -> Board:
    """Six operators, two queues, four citizens in the line."""
    crew = [
        operator("op1001", "李晓雯", "talking", 192),
        operator("op1002", "陈建国", "ready", 65),
        operator("op1003", "谭雨晴", "paused", 700),
        operator("op1004", "刘志强", "wrap_up", 12),
        operator("op1005", "周敏", "ringing", 4),
        operator("op1006", "何思远", "ready", 31, phone=False),
    ]
    line = [
        call("c1", 75),
        call("c2", 40, ""),
        call("c3", 18, "01088886666"),
        call("c4", 9, "110", queue="water"),
        call("c5", 200, "13907339999", state="talking"),
    ]
    queues = [
        queue(waiting=3, longest_since=at(75), signed_in=6, ready=1, talking=1),
        queue("water", "供水服务", waiting=1, longest_since=at(9)),
    ]
    return told(Board(), snapshot(queues=queues, operators=crew, calls=line, messages_open=2), NOW)
