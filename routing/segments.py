"""Who talked when, as parts of one recording: it goes on only while the citizen is heard, without the music between."""

from collections.abc import Iterable
from dataclasses import dataclass

from routing.call import Moment


@dataclass(frozen=True, slots=True)
class Segment:
    """`begins_s` after the beginning of the recording, for `seconds`, since `at` (seconds since 1970 UTC).

    `operator`: who had the citizen; `party`: the login or number of a third who heard and spoke as well, "" for none.
    """

    operator: str
    at: float
    begins_s: float
    seconds: float
    party: str = ""


def segments(timeline: Iterable[Moment]) -> tuple[Segment, ...]:
    """As the timeline tells: `answered` and `resumed` begin one, `held` and `consult` end it, `three` changes it.

    A move that failed was none: the part goes on that it would have ended, or it had begun none.
    """
    found: list[Segment] = []
    operator, party, since, length = "", "", None, 0.0
    for moment in timeline:
        words = moment.detail.split()
        if moment.kind == "move_failed":
            if words[0] != "together":
                since, party = None, ""
            elif since is None and found:  # else it would have ended none: a supervisor was to be heard by both
                known = found.pop()
                since, length = known.at, known.begins_s
            continue
        before = (operator, party, since is not None)
        talks = since is not None
        match moment.kind:
            case "answered":
                operator, party, talks = words[0], "", True
            case "held" | "consult":
                talks = False
            case "resumed" | "returned" | "party_ended":
                party, talks = "", operator != ""
            case "three":
                party, talks = words[0], True
            case "taken":
                operator, party, talks = words[-1], "", True
            case "found":
                party, talks = (party if words[0] == "three" else ""), words[0] in ("together", "three")
            case "transferred" | "handed" | "leg_ended" | "sound_lost" | "survey" | "ended":
                operator, party, talks = "", "", False
        if (operator, party, talks) == before:
            continue
        if since is not None:
            found.append(Segment(before[0], since, length, moment.at - since, before[1]))
            length += moment.at - since
        since = moment.at if talks else None
    return tuple(found)
