"""One citizen, several calls: which of them are one piece of work.

What he wants now (down), and what of his is not done yet (across):

    ============  ========  =========================  =========  =======
    now           nothing   missed                     call_back  message
    ============  ========  =========================  =========  =======
    missed        own       join                       join       join
    call_back     own       ask                        join       own
    message       own       own; go_over if untaken    own        own
    ============  ========  =========================  =========  =======

*join*: counted with that one, whoever has it; *ask*: likewise, and it is what he asked for from now on; *own*: a piece
of its own; *go_over*: what is there is done, since he is called about the message. So nobody is called twice because he
tried twice, and nothing that he said or asked for himself is lost in something else. Of several that he could join it
is a call_back before a missed before a message, and the oldest of them. What is done is not opened again. A number that
is withheld is nobody's: all its work is its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cases.work import Deed, Kind, WorkItem, WorkState

JOINS: Mapping[Kind, Mapping[Kind, Deed]] = MappingProxyType(
    {
        Kind.MISSED: {Kind.CALL_BACK: Deed.JOIN, Kind.MISSED: Deed.JOIN, Kind.MESSAGE: Deed.JOIN},
        Kind.CALL_BACK: {Kind.CALL_BACK: Deed.JOIN, Kind.MISSED: Deed.ASK},
        Kind.MESSAGE: {},
    }
)
"""What he wants now -> what is there -> how it joins that, in the order in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What becomes of what he wants now. `deed` is done to `into`; None: it is a piece of its own.

    `over`: what goes over into it.
    """

    into: WorkItem | None = None
    deed: Deed = Deed.OPENED
    over: tuple[WorkItem, ...] = ()


def joins(there: Sequence[WorkItem], kind: Kind) -> Joining:
    """`there`: what is not done of the same citizen, the oldest first; `kind`: of what he wants now."""
    for known, deed in JOINS[kind].items():
        into = next((item for item in there if item.kind == known), None)
        if into is not None:
            return Joining(into, deed)
    if kind is not Kind.MESSAGE:
        return Joining()
    untaken = (item for item in there if item.kind == Kind.MISSED and item.state is WorkState.OPEN)
    return Joining(over=tuple(untaken))
