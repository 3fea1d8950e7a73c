"""Calls and recordings as the desk gives them to the store."""

from dataclasses import replace

from routing.call import Call, CallState, EndedBy, Leg, Moment, Outcome
from routing.records import (
    RecordingRow,
)

NOON = 1_795_406_400.0  # 2026-11-23 12:00 in the city


def ended(call_id: str, arrived_at: float = NOON, *, operator: str = "op1001", caller: str = "13907330001") -> Call:
    """Answered after 8 s, 60 s of talk, ended by the citizen."""
    answered, over = arrived_at + 10.25, arrived_at + 70.25
    return Call(
        id=call_id,
        caller=caller,
        caller_name="张三",
        called="12345",
        channel=f"PJSIP/trunk-{call_id}",
        arrived_at=arrived_at,
        state=CallState.ENDED,
        queue="main",
        queued_at=arrived_at + 2.25,
        operator=operator,
        answered_at=answered,
        ended_at=over,
        ended_by=EndedBy.CITIZEN,
        cause=16,
        outcome=Outcome.ANSWERED,
        legs=(Leg(operator, arrived_at + 3, "PJSIP/op-1", arrived_at + 4, answered, over, "answered"),),
        timeline=(Moment(arrived_at + 2.25, "queued", "main"), Moment(over, "ended", "16")),
    )


def ringing(call_id: str) -> Call:
    return Call(
        id=call_id,
        caller="13907330002",
        caller_name="",
        called="12345",
        channel="PJSIP/trunk-9",
        arrived_at=NOON + 0.1234567,
        state=CallState.RINGING,
        queue="main",
        queued_at=NOON + 1.7654321,
        operator="op1002",
        prefer="op1002",
        prefer_until=NOON + 99.0000001,
        legs=(Leg("op1002", NOON + 2.3333333),),
        timeline=(Moment(NOON + 2.3333333, "offered", "op1002"),),
    )


def recording(call_id: str, kind: str = "talk", **changes: object) -> RecordingRow:
    row = RecordingRow(
        id=f"{call_id}-{kind}",
        call_id=call_id,
        kind="message" if kind == "message" else "talk",
        file=f"2026/11/23/{call_id}.raw",
        channels=2,
        rate=8000,
        seconds=60.0,
        bytes=1_920_000,
        sha256="0" * 64,
    )
    return replace(row, **changes)
