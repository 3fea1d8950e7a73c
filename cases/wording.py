"""The words of texts: templates with placeholders, and how long a text is for the network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cases.texts import TextKind

SEGMENTS_MAX = 6
"""A text of more segments is refused: it is no short message any more, and each is paid for."""

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7-bit default alphabet (3GPP TS 23.038); a text with any other character goes as UCS-2."""
GSM_ESCAPED = frozenset("\f^{}\\[~]|€")
"""Its extension: these take two places."""

_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one kind of text. `on`: whether it is sent at all."""

    name: TextKind
    words: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: an unknown placeholder (`value`), a lone brace, no words, too many segments (`value`)."""

    code: Literal["placeholder", "brace", "empty", "long"]
    value: str = ""


@dataclass(frozen=True, slots=True)
class Length:
    """`characters` as a person counts them; `segments`: how many short messages the network makes of it."""

    characters: int
    alphabet: Literal["GSM-7", "UCS-2"]
    segments: int


SHIPPED: Mapping[TextKind, Template] = {
    TextKind.MESSAGE: Template(TextKind.MESSAGE, "【12345】您{time}的留言已收到，我们会尽快给您回电。"),
    TextKind.CALL_BACK: Template(TextKind.CALL_BACK, "【12345】您{time}登记的回电已收到，我们会尽快打给您。"),
    TextKind.CASE: Template(TextKind.CASE, "【12345】您{time}反映的事项已受理，工单号{case}。"),
}
"""What stands where nobody has written anything else."""

EXAMPLES: Mapping[TextKind, Mapping[str, str]] = {
    TextKind.MESSAGE: {"time": "11月23日18:30"},
    TextKind.CALL_BACK: {"time": "11月23日18:30"},
    TextKind.CASE: {"time": "11月23日18:30", "case": "20261123-0001"},
}
"""The placeholders of each kind, each with an example as long as the longest."""


def faults(template: Template) -> list[Fault]:
    """All that is wrong with it; empty where it may be used."""
    holes = EXAMPLES[template.name]
    found = [Fault("placeholder", name) for name in _HOLE.findall(template.words) if name not in holes]
    if any(brace in _HOLE.sub("", template.words) for brace in "{}"):
        found.append(Fault("brace"))
    if not template.words.strip():
        found.append(Fault("empty"))
    elif not found and (segments := measure(fill(template.words, holes)).segments) > SEGMENTS_MAX:
        found.append(Fault("long", str(segments)))
    return found


def fill(words: str, values: Mapping[str, str]) -> str:
    """The words with what stands for their placeholders; one that is unknown stays as it is written."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), words)


def measure(words: str) -> Length:
    """How long it is. A character that takes two places is never divided between two segments."""
    if all(sign in GSM or sign in GSM_ESCAPED for sign in words):
        places = [2 if sign in GSM_ESCAPED else 1 for sign in words]
        return Length(len(words), "GSM-7", _segments(places, 160, 153))
    places = [2 if ord(sign) > 0xFFFF else 1 for sign in words]
    return Length(len(words), "UCS-2", _segments(places, 70, 67))


def _segments(places: list[int], alone: int, each: int) -> int:
    """`alone`: places of a text of one segment; `each`: of one of several, whose order takes room, too."""
    if sum(places) <= alone:
        return 1 if places else 0
    segments, used = 1, 0
    for one in places:
        if used + one > each:
            segments, used = segments + 1, 0
        used += one
    return segments
