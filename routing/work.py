"""What an ended call leaves to be done. Nothing of it may be lost, whoever saw the end."""

from routing.call import Call, CallState, Outcome
from routing.effects import AttachCaller, NoteAttempt, OpenWork, WorkKind
from routing.outside import NUMBER
from routing.policy import MarkKind, Policy

RESULTS = {1: "wrong_number", 17: "busy", 28: "wrong_number"}
"""Q.850 -> how a try to call back ended; whatever else it was, nobody answered."""


def left_by(call: Call, policy: Policy) -> list[OpenWork | AttachCaller | NoteAttempt]:
    """The work that the call leaves. A citizen who asked for a call-back and left a message is called back once.

    He may have done both where his choice crossed an order to send him on.
    """
    works: list[OpenWork | AttachCaller | NoteAttempt] = []
    if call.message_at is not None:
        works.append(OpenWork(call.id, call.caller, call.message_at))
    elif call.settled is Outcome.CALL_BACK and call.settled_at is not None:
        works.append(OpenWork(call.id, call.caller, call.settled_at, WorkKind.CALL_BACK))
    elif call.ended_at is not None and _is_missed(call, call.ended_at, policy):
        works.append(OpenWork(call.id, call.caller, call.ended_at, WorkKind.MISSED))
    if call.work and call.outcome is Outcome.UNREACHED and call.channel and call.ended_at is not None:
        operator = call.legs[-1].operator if call.legs else ""
        works.append(NoteAttempt(call.id, call.work, operator, tried(call), call.ended_at))
    if call.joined and call.settled_at is not None:
        works.append(AttachCaller(call.id, call.caller, call.joined, call.settled_at))
    return works


def tried(call: Call) -> str:
    """How a call that we placed in vain ended, as `NoteAttempt` says it; "" where the citizen was not dialled."""
    return RESULTS.get(call.cause or 0, "no_answer") if call.channel else ""


def _is_missed(call: Call, ended_at: float, policy: Policy) -> bool:
    """Whether he gave up waiting for us, after a wait that no wrong number takes, and can be called back.

    Whose end nobody saw (`UNKNOWN`) we may have cut off ourselves: he is called back too. Who is on the nuisance list
    is not: he would be called for every call with which he keeps a line busy.
    """
    gave_up = call.outcome is Outcome.ABANDONED and call.abandon_stage in (CallState.WAITING, CallState.RINGING)
    if not gave_up and (call.outcome is not Outcome.UNKNOWN or call.queued_at is None):
        return False
    if not NUMBER.fullmatch(call.caller) or call.wait_s is None or call.wait_s < policy.rules.missed_after_s:
        return False
    mark = policy.mark(call.caller, ended_at)
    return mark is None or mark.kind is not MarkKind.NUISANCE
