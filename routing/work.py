"""What an ended call leaves to be done. Nothing of it may be lost, whoever saw the end."""

from routing.call import Call, Outcome
from routing.effects import AttachCaller, OpenWork, WorkKind


def left_by(call: Call) -> list[OpenWork | AttachCaller]:
    """The work that the call leaves. A citizen who asked for a call-back and left a message is called back once.

    He may have done both where his choice crossed an order to send him on.
    """
    works: list[OpenWork | AttachCaller] = []
    if call.message_at is not None:
        works.append(OpenWork(call.id, call.caller, call.message_at))
    elif call.settled is Outcome.CALL_BACK and call.settled_at is not None:
        works.append(OpenWork(call.id, call.caller, call.settled_at, WorkKind.CALL_BACK))
    if call.joined and call.settled_at is not None:
        works.append(AttachCaller(call.id, call.caller, call.joined, call.settled_at))
    return works
