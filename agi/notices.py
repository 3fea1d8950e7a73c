"""Which incidents a citizen is told of, and in what words."""

from collections.abc import Callable, Container, Iterator

from routing.call import Call
from routing.policy import Notice
from routing.snapshot import Snapshot

BEGIN, KEY_PROMPT = "notice-begin", "notice-key"
KEY = "1"
"""The key that attaches a citizen to the incident that he has just been told of."""
AFTER_MS = 3000
"""How long after the notice the key still counts."""


Residents = Callable[[str], Container[str]]
"""The callers of whom it is known that they are of an area, though their numbers do not tell it."""


def untold(snapshot: Snapshot, residents: Residents, caller: str, call: Call | None, now: float) -> Iterator[Notice]:
    """The notices that hold now, concern this caller and were not told in this call, the newest first."""
    notices = sorted(snapshot.policy.notices.values(), key=lambda notice: notice.since, reverse=True)
    told = call.notices if call is not None else ()
    return (
        one for one in notices if one.holds(now) and one.id not in told and concerns(one, caller, snapshot, residents)
    )


def concerns(notice: Notice, caller: str, snapshot: Snapshot, residents: Residents) -> bool:
    """Whether this caller hears it: he is of its area, or it is for all."""
    if not notice.area:
        return True
    area = snapshot.policy.areas.get(notice.area)
    if area is None or not caller:
        return False
    return caller.startswith(area.prefixes) or caller in residents(area.name)


def words(notice: Notice) -> tuple[str, ...]:
    """The prompts that tell it, with the way to the key where there is a case to be attached to."""
    return (BEGIN, *notice.prompts, KEY_PROMPT) if notice.case else (BEGIN, *notice.prompts)
